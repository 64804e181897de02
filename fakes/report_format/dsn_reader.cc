#include "fakes/report_format/dsn_reader.h"

#include <algorithm>
#include <utility>

#include "fakes/mail/address.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/mime.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/bounce_text.h"
#include "fakes/report_format/delivery_status.h"
#include "fakes/report_format/sns_notification.h"

namespace mailrig::report_format {
namespace {

// A status of a thousand recipients with a reply each fits in.
constexpr std::size_t status_octets_max = 1'000'000;
constexpr std::size_t text_octets_max = 200'000;
constexpr std::size_t original_header_octets_max = 200'000;

bool is_delivery_status(const mail::Part& part) {
  return part.type.type == "message/delivery-status" || part.type.type == "message/global-delivery-status";
}

// RFC 6522 §3 (3), RFC 6533 §4: the returned message or its header.
bool is_original(const mail::Part& part) {
  constexpr std::string_view types[] = {"message/rfc822", "text/rfc822-headers", "message/global",
                                        "message/global-headers"};
  return std::find(std::begin(types), std::end(types), part.type.type) != std::end(types);
}

// Reports of another kind: complaints (RFC 5965), read receipts (RFC 8098), and those who share their wrapper.
bool is_other_report(const mail::ContentType& type, const std::vector<mail::Part>& parts) {
  const std::string kind = mail::to_lower(type.parameter("report-type"));
  if (type.type == "multipart/report" && !kind.empty() && kind != "delivery-status" &&
      kind != "global-delivery-status") {
    return true;
  }
  return std::any_of(parts.begin(), parts.end(), [](const mail::Part& part) {
    return part.type.type == "message/feedback-report" || part.type.type == "message/disposition-notification";
  });
}

const mail::Part* find_part(const std::vector<mail::Part>& parts, bool (*wanted)(const mail::Part&)) {
  const auto found = std::find_if(parts.begin(), parts.end(), wanted);
  return found == parts.end() ? nullptr : &*found;
}

// The text for people is the first text part; where the delimiters got lost, all of the body.
bool is_notification_text(const mail::Part& part) {
  return part.type.type == "text/plain" || part.type.type.starts_with("multipart/");
}

// "<user@example.com>" and "user@example.com (Name)" too.
std::string field_address(std::string_view header, std::string_view name) {
  const auto field = mail::find_field(header, name);
  const auto mailbox = field ? mail::first_mailbox(mail::unfold(*field)) : std::nullopt;
  return mailbox ? mailbox->address.to_string() : std::string();
}

// Exim and Gmail: the addresses, separated by commas, in one field or several.
std::vector<std::string> failed_addresses(std::string_view header) {
  std::vector<std::string> addresses;
  mail::HeaderReader reader(header);
  while (const auto field = reader.next()) {
    if (!mail::equals_ignoring_case(field->name, "X-Failed-Recipients")) continue;
    for (std::string_view rest = field->value; !rest.empty();) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      const std::string_view address = mail::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (mail::parse_address(address) && addresses.size() < reported_recipients_max) addresses.emplace_back(address);
    }
  }
  return addresses;
}

// Text alone proves little: anyone may quote a bounce. RFC 5321 §4.5.5: real ones have the null sender; where delivery
// left no Return-Path, their author is known by custom.
bool is_from_mail_system(std::string_view header) {
  const auto return_path = mail::find_field(header, "Return-Path");
  if (return_path && mail::trim(*return_path) == "<>") return true;
  if (mail::find_field(header, "X-Failed-Recipients")) return true;
  const auto from = mail::find_field(header, "From");
  // Within one host the daemon's address may have no domain.
  return (from && mail::to_lower(mail::unfold(*from)).find("mailer-daemon") != std::string::npos) ||
         mail::to_lower(field_address(header, "From")).starts_with("postmaster@");
}

void take_original(std::string_view message, DeliveryStatusReport& report) {
  const std::string_view header = message.substr(0, mail::body_offset(message));
  mail::MessageTraits traits = mail::inspect(header);
  report.original_rig_id = traits.rig_id;
  report.original_message_id = std::move(traits.message_id);
  report.original_from = field_address(header, "From");
}

bool is_same_recipient(const ReportedRecipient& a, const ReportedRecipient& b) {
  return mail::equals_ignoring_case(a.address, b.address) ||
         (!a.original_address.empty() && mail::equals_ignoring_case(a.original_address, b.address));
}

// The fields are what counts; the text may say what they leave out.
void add_from_text(std::vector<ReportedRecipient>& recipients, const std::vector<ReportedRecipient>& described) {
  const bool unmistakable = recipients.size() == 1 && described.size() == 1;
  for (ReportedRecipient& recipient : recipients) {
    const auto found = std::find_if(described.begin(), described.end(),
                                    [&](const auto& other) { return is_same_recipient(recipient, other); });
    const ReportedRecipient* const same = found != described.end() ? &*found
                                          : unmistakable           ? &described.front()
                                                                   : nullptr;
    if (same == nullptr) continue;
    if (same->reply) add_reply(recipient, *same->reply, same->remote_host);
    if (recipient.remote_host.empty()) recipient.remote_host = same->remote_host;
    recipient.expired = recipient.expired || (same->expired && recipient.action == Action::failed);
  }
}

// Gateways melt the parts of a report into one text, so that the fields stand at the beginning of lines somewhere in
// it.
std::size_t find_loose_fields(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string name = mail::to_lower(text.substr(at, std::string_view("final-recipient:").size()));
    if (name.starts_with("reporting-mta:") || name.starts_with("final-recipient:")) return at;
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  return std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view message)
      : header_(message.substr(0, mail::body_offset(message))),
        type_(mail::content_type_field(header_)),
        parts_(mail::leaf_parts(message)) {}

  std::optional<DeliveryStatusReport> read() {
    if (is_other_report(type_, parts_)) return std::nullopt;
    const mail::Part* const status = find_part(parts_, is_delivery_status);
    const mail::Part* const original = find_part(parts_, is_original);
    const mail::Part* const text = find_part(parts_, is_notification_text);
    has_original_part_ = original != nullptr;
    if (has_original_part_) take_original(mail::decoded_content(*original, original_header_octets_max), report_);
    if (text != nullptr) text_ = mail::decoded_content(*text, text_octets_max);
    if (status != nullptr) {
      take_status(mail::decoded_content(*status, status_octets_max));
      // RFC 3464 §2: the type of the wrapper is part of the standard form.
      report_.standard = type_.type == "multipart/report";
      read_text();
    } else if (auto notification = read_sns_notification(header_, text_)) {
      report_ = std::move(*notification);
    } else if (!is_from_mail_system(header_) || !read_text()) {
      return std::nullopt;
    }
    if (report_.reporting_host.empty()) report_.reporting_host = mail::inspect(header_).header_from_domain;
    return std::move(report_);
  }

 private:
  void take_status(std::string_view fields) {
    DeliveryStatus status = read_delivery_status(fields);
    if (report_.reporting_host.empty()) report_.reporting_host = std::move(status.reporting_host);
    report_.original_envelope_id = std::move(status.envelope_id);
    report_.recipients = std::move(status.recipients);
    // Behind the fields there is something only where the report's delimiters are broken.
    fields.remove_prefix(status.length);
    fields.remove_prefix(std::min(fields.find_first_not_of("\r\n"), fields.size()));
    take_following_original(fields);
  }

  // Whether the text is that of a notification.
  bool read_text() {
    const auto addresses = failed_addresses(header_);
    const auto bounce = read_bounce_text(text_, addresses);
    const bool loose = report_.recipients.empty() && take_loose_fields();
    if (bounce) {
      if (report_.recipients.empty()) {
        report_.recipients = bounce->recipients;
      } else {
        add_from_text(report_.recipients, bounce->recipients);
      }
      if (report_.reporting_host.empty()) report_.reporting_host = bounce->reporting_host;
      take_following_original(bounce->original);
    }
    if (report_.recipients.empty()) {
      for (const std::string& address : addresses) report_.recipients.emplace_back().address = address;
    }
    return bounce || loose || !addresses.empty();
  }

  bool take_loose_fields() {
    const std::size_t begin = find_loose_fields(text_);
    if (begin == std::string_view::npos) return false;
    take_status(std::string_view(text_).substr(begin));
    return !report_.recipients.empty();
  }

  void take_following_original(std::string_view message) {
    // A part of a report that was itself put into text: delimiter, part header, message.
    if (message.starts_with("--")) {
      message.remove_prefix(std::min(message.find('\n'), message.size() - 1) + 1);
      message.remove_prefix(mail::body_offset(message));
    }
    if (!has_original_part_ && !message.empty()) take_original(message, report_);
  }

  std::string_view header_;
  mail::ContentType type_;
  std::vector<mail::Part> parts_;
  bool has_original_part_ = false;
  std::string text_;
  DeliveryStatusReport report_;
};

}  // namespace

std::optional<DeliveryStatusReport> read_dsn(std::string_view message) {
  // A line of the mbox format, which mail kept in files begins with.
  if (message.starts_with("From ")) message.remove_prefix(std::min(message.find('\n'), message.size() - 1) + 1);
  return Reader(message).read();
}

}  // namespace mailrig::report_format
