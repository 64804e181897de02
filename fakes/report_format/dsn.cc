#include "fakes/report_format/dsn.h"

#include <fmt/format.h>

#include <algorithm>

#include "fakes/base/stable_hash.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/line_ends.h"
#include "fakes/mail/text.h"

namespace mailrig::report_format {
namespace {

using mail::append_field;

// More header than this is not returned: it would only be a burden to whoever gets the notification.
constexpr std::size_t returned_header_octets_max = 100'000;

// "550 5.1.1 no such user", lines joined, as people read it.
std::string reply_line(const smtp::Reply& reply) {
  std::string text = reply.text;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("{} {}", reply.code, text);
}

// RFC 3464 §2.1.1 fields are ASCII. The text part carries the reply as it was.
std::string ascii_only(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !mail::is_ascii(c) || c < ' ' || c == 0x7f; }, '?');
  return text;
}

// utf-8-addr-xtext (RFC 6533 §3): the form of an internationalised address in a 7-bit report.
std::string utf8_address_xtext(std::string_view address) {
  std::string text;
  while (!address.empty()) {
    const std::size_t length = std::max<std::size_t>(mail::utf8_length(address), 1);
    const char c = address.front();
    if (mail::is_ascii(c) && c > ' ' && c != '\\' && c != '+' && c != '=' && c != 0x7f) {
      text += c;
    } else {
      std::uint32_t point = static_cast<unsigned char>(c);
      if (length > 1) point &= 0x7fU >> length;
      for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(address[i]) & 0x3fU);
      text += fmt::format("\\x{{{:02X}}}", point);
    }
    address.remove_prefix(length);
  }
  return text;
}

std::string final_recipient(std::string_view address) {
  if (mail::is_ascii(address)) return fmt::format("rfc822; {}", address);
  return fmt::format("utf-8; {}", utf8_address_xtext(address));
}

// What the reply answered, in Postfix's words: readers of bounces tell by them whether a recipient, a sender or a
// message was refused.
std::string_view replied_to(std::optional<smtp::Stage> stage) {
  if (!stage) return "";
  switch (*stage) {
    case smtp::Stage::helo:
      return " (in reply to EHLO command)";
    case smtp::Stage::tls:
      return " (in reply to STARTTLS command)";
    case smtp::Stage::mail:
      return " (in reply to MAIL FROM command)";
    case smtp::Stage::rcpt:
      return " (in reply to RCPT TO command)";
    case smtp::Stage::data:
      return " (in reply to end of DATA command)";
    case smtp::Stage::dns:
    case smtp::Stage::connect:
    case smtp::Stage::greeting:
    case smtp::Stage::quit:
      return "";
  }
  return "";
}

// "host mx.example said: 550 …" is how Postfix quotes a reply, and what readers of bounces look for.
std::string explanation(const FailureReport& report) {
  std::string text = fmt::format(
      "This is the mail system at host {}.\n\nYour message of {} could not be delivered to these recipients:\n",
      report.reporting_host, to_rfc5322_date(report.arrived));
  for (const FailedRecipient& failure : report.failures) {
    text += fmt::format("\n<{}>: {}", failure.address, failure.expired ? "no delivery until now; giving up; " : "");
    if (failure.reply) {
      const std::string& host = failure.remote_host;
      text += fmt::format("{} said: {}{}", host.empty() ? "the receiving host" : "host " + host,
                          reply_line(*failure.reply), replied_to(failure.stage));
    } else {
      text += "no answer from any host";
    }
    text += '\n';
  }
  return text;
}

std::string delivery_status(const FailureReport& report) {
  std::string status;
  append_field(status, "Reporting-MTA", "dns; " + report.reporting_host);
  append_field(status, "Arrival-Date", to_rfc5322_date(report.arrived));
  for (const FailedRecipient& failure : report.failures) {
    status += "\r\n";
    append_field(status, "Final-Recipient", final_recipient(failure.address));
    append_field(status, "Action", "failed");
    append_field(status, "Status", failure_status(failure).to_string());
    if (!failure.remote_host.empty()) append_field(status, "Remote-MTA", "dns; " + failure.remote_host);
    if (failure.reply) append_field(status, "Diagnostic-Code", "smtp; " + ascii_only(reply_line(*failure.reply)));
  }
  return status;
}

// Whole fields only.
std::string returned_header(std::string_view original) {
  std::string header;
  mail::HeaderReader reader(original);
  while (const auto field = reader.next()) {
    if (header.size() + field->raw.size() > returned_header_octets_max) break;
    header += mail::with_crlf(field->raw);
  }
  return header;
}

void append_part(std::string& out, std::string_view boundary, std::string_view type, std::string_view content) {
  const bool encode = !mail::is_ascii(content);
  out += fmt::format("--{}\r\nContent-Type: {}\r\n", boundary, type);
  if (encode) out += "Content-Transfer-Encoding: quoted-printable\r\n";
  out += "\r\n";
  out += encode ? mail::quoted_printable(content) : std::string(content);
  out += "\r\n";
}

}  // namespace

smtp::EnhancedCode failure_status(const FailedRecipient& failure) {
  if (failure.reply) {
    // RFC 2034 §4: the class follows the reply code; a text that merely begins with digits is no status.
    const auto klass = static_cast<std::uint16_t>(failure.reply->code / 100);
    const auto code = failure.reply->enhanced();
    if (code && code->klass == klass) return *code;
    if (failure.expired && failure.reply->transient()) return {klass, 0, 0};
  }
  return failure.expired ? smtp::EnhancedCode{4, 4, 7} : smtp::EnhancedCode{5, 0, 0};
}

std::string write_failure_dsn(const FailureReport& report) {
  const std::string boundary = "=_" + mail::format_rig_id(stable_hash(report.message_id));
  std::string out;
  append_field(out, "From", fmt::format("Mail Delivery System <MAILER-DAEMON@{}>", report.reporting_host));
  append_field(out, "To", mail::is_ascii(report.to) ? std::string_view(report.to) : "undisclosed-recipients:;");
  append_field(out, "Subject", "Undelivered Mail Returned to Sender");
  append_field(out, "Date", to_rfc5322_date(report.now));
  append_field(out, "Message-ID", fmt::format("<{}>", report.message_id));
  append_field(out, "Auto-Submitted", "auto-replied");  // RFC 3834 §5
  append_field(out, "MIME-Version", "1.0");
  append_field(out, "Content-Type",
               fmt::format("multipart/report; report-type=delivery-status; boundary=\"{}\"", boundary));
  out += "\r\n";
  append_part(out, boundary, "text/plain; charset=UTF-8", mail::with_crlf(explanation(report)));
  append_part(out, boundary, "message/delivery-status", delivery_status(report));
  append_part(out, boundary, "text/rfc822-headers", returned_header(report.original));
  return out + fmt::format("--{}--\r\n", boundary);
}

}  // namespace mailrig::report_format
