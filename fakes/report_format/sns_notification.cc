#include "fakes/report_format/sns_notification.h"

#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "fakes/mail/address.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/delivery_status.h"
#include "fakes/report_format/quoted_reply.h"

namespace mailrig::report_format {
namespace {

namespace json = boost::json;

constexpr std::string_view sns_domain = "sns.amazonaws.com";

// Absent keys and values of another type are empty ones.
std::string_view text_at(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  const json::string* const text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string_view(*text).substr(0, reported_text_octets_max) : std::string_view();
}

const json::object& object_at(const json::object& object, std::string_view key) {
  static const json::object none;
  const json::value* const value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

const json::array& array_at(const json::object& object, std::string_view key) {
  static const json::array none;
  const json::value* const value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

// The object at the front of `text`; SNS writes a farewell behind it.
std::optional<json::object> parse_object(std::string_view text) {
  json::stream_parser parser;
  json::error_code failed;
  parser.write_some(text.data(), text.size(), failed);
  if (failed || !parser.done()) return std::nullopt;
  json::value value = parser.release();
  if (!value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// Sendmail cuts lines longer than RFC 5321 allows: "!", line end, blank.
std::string with_long_lines_mended(std::string_view text) {
  std::string mended;
  mended.reserve(text.size());
  while (!text.empty()) {
    const std::string_view cut = text.starts_with("!\r\n ") ? "!\r\n " : "!\n ";
    if (text.starts_with(cut)) {
      text.remove_prefix(cut.size());
    } else {
      mended += text.front();
      text.remove_prefix(1);
    }
  }
  return mended;
}

// "dsn; a1.smtp-out.amazonses.com", or the name alone.
std::string untyped(std::string_view name) {
  const std::size_t semicolon = name.find(';');
  return std::string(mail::trim(semicolon == std::string_view::npos ? name : name.substr(semicolon + 1)));
}

void take_bounce(const json::object& bounce, DeliveryStatusReport& report) {
  report.reporting_host = untyped(text_at(bounce, "reportingMTA"));
  for (const json::value& value : array_at(bounce, "bouncedRecipients")) {
    if (!value.is_object() || report.recipients.size() == reported_recipients_max) continue;
    const json::object& bounced = value.get_object();
    const std::string diagnostic = untyped(text_at(bounced, "diagnosticCode"));
    ReportedRecipient recipient;
    recipient.address = text_at(bounced, "emailAddress");
    if (text_at(bounced, "action") == to_string(Action::delayed)) recipient.action = Action::delayed;
    if (const auto status = smtp::parse_enhanced_code(text_at(bounced, "status")))
      recipient.status = status->to_string();
    recipient.reply = quoted_reply(diagnostic);
    conclude(recipient, diagnostic);
    if (!recipient.address.empty()) report.recipients.push_back(std::move(recipient));
  }
}

void take_delivery(const json::object& delivery, DeliveryStatusReport& report) {
  report.reporting_host = untyped(text_at(delivery, "reportingMTA"));
  for (const json::value& value : array_at(delivery, "recipients")) {
    if (!value.is_string() || report.recipients.size() == reported_recipients_max) continue;
    ReportedRecipient recipient;
    recipient.address = std::string_view(value.get_string()).substr(0, reported_text_octets_max);
    recipient.action = Action::delivered;
    recipient.reply = quoted_reply(text_at(delivery, "smtpResponse"));
    conclude(recipient, {});
    report.recipients.push_back(std::move(recipient));
  }
}

void take_mail(const json::object& sent, DeliveryStatusReport& report) {
  for (const json::value& value : array_at(sent, "headers")) {
    if (!value.is_object()) continue;
    const std::string_view name = text_at(value.get_object(), "name");
    const std::string_view content = mail::trim(text_at(value.get_object(), "value"));
    if (mail::equals_ignoring_case(name, mail::rig_id_field)) {
      report.original_rig_id = mail::parse_rig_id(content);
    } else if (mail::equals_ignoring_case(name, "Message-ID")) {
      const bool brackets = content.starts_with('<') && content.ends_with('>');
      report.original_message_id = brackets ? content.substr(1, content.size() - 2) : content;
    } else if (mail::equals_ignoring_case(name, "From")) {
      if (const auto mailbox = mail::first_mailbox(content)) report.original_from = mailbox->address.to_string();
    }
  }
}

}  // namespace

std::optional<DeliveryStatusReport> read_sns_notification(std::string_view header, std::string_view text) {
  text = mail::trim(text);
  if (!text.starts_with('{') || mail::inspect(header).header_from_domain != sns_domain) return std::nullopt;
  auto notification = parse_object(with_long_lines_mended(text));
  // Unless raw delivery is on, SNS puts the object as a string into one of its own.
  if (notification && notification->contains("Message")) {
    const json::value& inside = notification->at("Message");
    if (!inside.is_string()) return std::nullopt;
    notification = parse_object(std::string_view(inside.get_string()));
  }
  if (!notification) return std::nullopt;
  DeliveryStatusReport report;
  const std::string_view kind = text_at(*notification, "notificationType");
  if (kind == "Bounce") {
    take_bounce(object_at(*notification, "bounce"), report);
  } else if (kind == "Delivery") {
    take_delivery(object_at(*notification, "delivery"), report);
  } else {
    return std::nullopt;
  }
  take_mail(object_at(*notification, "mail"), report);
  return report;
}

}  // namespace mailrig::report_format
