#include "fakes/feedback/answers.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/mail/address.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/dsn.h"

namespace mailrig::feedback {
namespace {

// Long threads: RFC 5322 sets no bound, and nobody needs more.
constexpr std::size_t references_octets_max = 4'096;
constexpr std::size_t subject_octets_max = 400;

std::string field(const Arrival& arrival, std::string_view name, std::size_t octets_max = 65'536) {
  const auto value = mail::find_field(arrival.content, name);
  return value ? mail::unfold(*value, octets_max) : std::string();
}

std::string domain_of(std::string_view address) {
  const auto parsed = mail::parse_address(address);
  return parsed ? parsed->domain : std::string(address);
}

// The same for the same message and mailbox; `what` tells its answers apart.
std::string answer_id(const Arrival& arrival, AnswerKind what) {
  const std::uint64_t message = stable_hash(arrival.message_id, stable_hash(arrival.recipient));
  return fmt::format("{:016x}.{}@{}", combine(message, static_cast<std::uint64_t>(what)), to_string(what),
                     domain_of(arrival.mailbox));
}

std::string without_specials(std::string value) {
  return mail::is_ascii(value) ? std::move(value) : mail::header_text(value);
}

// RFC 5322 §3.6.4: the parent's references and its own identifier.
void append_thread(std::string& out, const Arrival& arrival) {
  if (arrival.message_id.empty()) return;
  const std::string parent = fmt::format("<{}>", arrival.message_id);
  std::string references = field(arrival, "References", references_octets_max);
  if (references.empty()) references = field(arrival, "In-Reply-To", references_octets_max);
  mail::append_field(out, "In-Reply-To", parent);
  mail::append_field(out, "References", references.empty() ? parent : references + " " + parent);
}

// The header that replies of people and programs have in common, and the empty line.
std::string head(const Arrival& arrival, AnswerKind kind, Instant now, std::string_view to, std::string_view subject) {
  std::string out;
  mail::append_field(out, "From", arrival.mailbox);
  mail::append_field(out, "To", to);
  mail::append_field(out, "Subject", subject);
  mail::append_field(out, "Date", to_rfc5322_date(now));
  mail::append_field(out, "Message-ID", fmt::format("<{}>", answer_id(arrival, kind)));
  append_thread(out, arrival);
  if (kind == AnswerKind::auto_reply) mail::append_field(out, "Auto-Submitted", "auto-replied");
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n";
  return out;
}

mail::Outgoing outgoing(const Arrival& arrival, Instant now, std::string mail_from, std::string recipient,
                        std::string text) {
  mail::Outgoing message;
  message.not_before = now;
  message.identity = domain_of(arrival.mailbox);
  message.mail_from = std::move(mail_from);
  message.recipient = std::move(recipient);
  message.traits = mail::inspect(text);
  const bool ascii_header = mail::is_ascii(std::string_view(text).substr(0, message.traits.body_offset));
  message.smtputf8 = !ascii_header || !mail::is_ascii(message.mail_from) || !mail::is_ascii(message.recipient);
  message.eight_bit = !mail::is_ascii(text);
  message.content = std::make_shared<const std::string>(std::move(text));
  return message;
}

// RFC 3834 §2: of lists and their owners, and of programs.
bool is_automatic_address(std::string_view address) {
  const std::string lower = mail::to_lower(address.substr(0, address.rfind('@')));
  return lower == "mailer-daemon" || lower.starts_with("owner-") || lower.ends_with("-request");
}

bool asks_for_no_auto_reply(std::string_view content) {
  mail::HeaderReader reader(content);
  while (const auto each = reader.next()) {
    const std::string name = mail::to_lower(each->name);
    if (name.starts_with("list-")) return true;
    if (name != "auto-submitted" && name != "precedence") continue;
    const std::string value = mail::to_lower(mail::unfold(each->value));
    // Comments and parameters may follow the keyword (RFC 3834 §5).
    const std::string_view keyword = std::string_view(value).substr(0, value.find_first_of("; \t("));
    if (name == "auto-submitted" && keyword != "no") return true;
    if (name == "precedence" && (keyword == "bulk" || keyword == "list" || keyword == "junk")) return true;
  }
  return false;
}

std::string subject_of(const Arrival& arrival) {
  return without_specials(field(arrival, "Subject", subject_octets_max));
}

}  // namespace

std::string_view to_string(AnswerKind kind) {
  static constexpr std::array<std::string_view, answer_kind_count> names = {"reply", "auto-reply", "bounce"};
  return names[static_cast<std::size_t>(kind)];
}

std::optional<mail::Outgoing> write_reply(const Arrival& arrival, Instant now) {
  if (arrival.mail_from.empty()) return std::nullopt;
  std::string asked = field(arrival, "Reply-To");
  if (mail::trim(asked).empty()) asked = field(arrival, "From");
  const auto to = mail::first_mailbox(asked);
  if (!to) return std::nullopt;
  const std::string address = to->address.to_string();
  const std::string subject = subject_of(arrival);
  const bool is_reply = mail::to_lower(subject).starts_with("re:");
  std::string text = head(arrival, AnswerKind::reply, now, address, is_reply ? subject : "Re: " + subject);
  text += "Hello,\r\n\r\nI have a question about this message. Could somebody help me?\r\n";
  return outgoing(arrival, now, arrival.mailbox, address, std::move(text));
}

std::optional<mail::Outgoing> write_auto_reply(const Arrival& arrival) {
  if (arrival.mail_from.empty() || is_automatic_address(arrival.mail_from)) return std::nullopt;
  if (asks_for_no_auto_reply(arrival.content)) return std::nullopt;
  std::string text =
      head(arrival, AnswerKind::auto_reply, arrival.at, arrival.mail_from, "Auto: " + subject_of(arrival));
  text += "I am out of the office and will read your message when I am back.\r\n";
  return outgoing(arrival, arrival.at, {}, std::string(arrival.mail_from), std::move(text));
}

std::optional<mail::Outgoing> write_bounce(const Arrival& arrival, smtp::Reply refusal) {
  if (arrival.mail_from.empty()) return std::nullopt;
  const report_format::FailureReport report{.reporting_host = std::string(arrival.host),
                                            .to = std::string(arrival.mail_from),
                                            .message_id = answer_id(arrival, AnswerKind::bounce),
                                            .arrived = arrival.at,
                                            .now = arrival.at,
                                            .failures = {{.address = std::string(arrival.recipient),
                                                          .reply = std::move(refusal),
                                                          .remote_host = std::string(arrival.host),
                                                          .stage = smtp::Stage::rcpt}},
                                            .original = arrival.content};
  return outgoing(arrival, arrival.at, {}, report.to, report_format::write_failure_dsn(report));
}

}  // namespace mailrig::feedback
