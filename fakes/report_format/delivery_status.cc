#include "fakes/report_format/delivery_status.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/quoted_reply.h"

namespace mailrig::report_format {
namespace {

using mail::equals_ignoring_case;

struct TypedValue {
  std::string_view type;  // empty: none was written
  std::string_view value;
};

TypedValue split_type(std::string_view text) {
  const std::size_t semicolon = text.find(';');
  if (semicolon == std::string_view::npos) return {{}, mail::trim(text)};
  return {mail::trim(text.substr(0, semicolon)), mail::trim(text.substr(semicolon + 1))};
}

// "dns; mx.example.com. (192.0.2.1, the server for example.com.)" → "mx.example.com".
std::string host_name(std::string_view text) {
  std::string_view name = split_type(text).value;
  name = name.substr(0, name.find_first_of(" ("));
  while (name.ends_with('.')) name.remove_suffix(1);
  return std::string(name);
}

// "5.1.1 (user unknown)" → "5.1.1".
std::string status_code(std::string_view text) {
  const auto code = smtp::parse_enhanced_code(text.substr(0, text.find_first_of(" (;")));
  return code ? code->to_string() : std::string();
}

std::optional<Action> action_called(std::string_view text) {
  text = text.substr(0, text.find_first_of(" (;"));
  for (const Action action : {Action::failed, Action::delayed, Action::delivered, Action::relayed, Action::expanded}) {
    if (equals_ignoring_case(text, to_string(action))) return action;
  }
  return std::nullopt;
}

// RFC 3463 §2: what the class says, for reports whose action is missing or their own, such as the "deliverable" and
// "undeliverable" of Postfix's address probes.
Action action_of_status(std::string_view status) {
  if (status.starts_with('2')) return Action::delivered;
  return status.starts_with('4') ? Action::delayed : Action::failed;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto octet = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (point < 0x80) {
    octet(point);
  } else if (point < 0x800) {
    octet(0xc0 | point >> 6);
    octet(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    octet(0xe0 | point >> 12);
    octet(0x80 | (point >> 6 & 0x3f));
    octet(0x80 | (point & 0x3f));
  } else {
    octet(0xf0 | point >> 18);
    octet(0x80 | (point >> 12 & 0x3f));
    octet(0x80 | (point >> 6 & 0x3f));
    octet(0x80 | (point & 0x3f));
  }
}

// The code point of "\x{HEX}" at the front of `text`, and how many octets that takes; 0: no such thing.
std::pair<std::uint32_t, std::size_t> embedded_character(std::string_view text) {
  if (!text.starts_with("\\x{")) return {0, 0};
  std::uint32_t point = 0;
  for (std::size_t i = 3; i < text.size() && i < 3 + 6 + 1; ++i) {
    const char c = mail::to_lower(text[i]);
    if (c == '}' && i > 3) {
      const bool character = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
      return {point, character ? i + 1 : 0};
    }
    if (!mail::is_digit(c) && (c < 'a' || c > 'f')) break;
    point = point << 4 | static_cast<std::uint32_t>(mail::is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  return {0, 0};
}

std::string without_embedded_characters(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto [point, length] = embedded_character(text);
    if (length > 0) {
      append_utf8(plain, point);
      text.remove_prefix(length);
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

// The fields of one recipient as they are collected.
struct RecipientFields {
  ReportedRecipient recipient;
  std::optional<Action> action;
  std::string diagnostic;
  bool named = false;  // by a Final-Recipient

  void finish(std::vector<ReportedRecipient>& recipients) {
    if (recipient.address.empty()) recipient.address = recipient.original_address;
    if (!recipient.address.empty() && recipients.size() < reported_recipients_max) {
      recipient.action = action ? *action : action_of_status(recipient.status);
      conclude(recipient, diagnostic);
      recipients.push_back(std::move(recipient));
    }
    *this = {};
  }

  // False when the field is none of a recipient's.
  bool take(std::string_view name, const std::string& value, std::vector<ReportedRecipient>& recipients) {
    if (equals_ignoring_case(name, "Final-Recipient")) {
      // Groups that nothing separates: the next one begins here.
      if (named) finish(recipients);
      recipient.address = typed_address(value);
      named = true;
    } else if (equals_ignoring_case(name, "Original-Recipient")) {
      recipient.original_address = typed_address(value);
    } else if (equals_ignoring_case(name, "Action")) {
      action = action_called(value);
    } else if (equals_ignoring_case(name, "Status")) {
      recipient.status = status_code(value);
    } else if (equals_ignoring_case(name, "Remote-MTA")) {
      recipient.remote_host = host_name(value);
    } else if (equals_ignoring_case(name, "Diagnostic-Code")) {
      take_diagnostic(value);
    } else {
      return false;
    }
    return true;
  }

  void take_diagnostic(const std::string& value) {
    const auto [type, text] = split_type(value);
    diagnostic = text;
    // What a local program says (x-unix) is no SMTP reply, even when it begins with a number.
    if (equals_ignoring_case(type, "x-unix")) return;
    recipient.reply = quoted_reply(text);
    if (recipient.remote_host.empty()) recipient.remote_host = quoted_host(text);
  }
};

// The lines up to the next empty one, which is passed over too.
std::string_view take_group(std::string_view& text) {
  const std::string_view all = text;
  while (!text.empty()) {
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    const bool empty = mail::trim(text.substr(0, line_end)).empty();
    const auto length = static_cast<std::size_t>(text.data() - all.data());
    text.remove_prefix(std::min(line_end + 1, text.size()));
    if (empty) return all.substr(0, length);
  }
  return all;
}

}  // namespace

std::string_view to_string(Action action) {
  static constexpr std::array<std::string_view, 5> names = {"failed", "delayed", "delivered", "relayed", "expanded"};
  return names[static_cast<std::size_t>(action)];
}

std::string typed_address(std::string_view value) {
  auto [type, address] = split_type(value);
  if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
  address = address.substr(0, reported_text_octets_max);
  return equals_ignoring_case(type, "utf-8") ? without_embedded_characters(address) : std::string(address);
}

void add_reply(ReportedRecipient& recipient, const smtp::Reply& reply, const std::string& host) {
  if (recipient.reply) {
    const bool continues = reply.code == recipient.reply->code && reply.text.starts_with(recipient.reply->text + '\n');
    if (!continues) return;
  }
  recipient.reply = reply;
  if (recipient.remote_host.empty()) recipient.remote_host = host;
  conclude(recipient, {});
}

void conclude(ReportedRecipient& recipient, std::string_view explanation) {
  if (recipient.status.empty() && recipient.reply) {
    // RFC 2034 §4: the class follows the reply code; a text that merely begins with digits is no status.
    const auto code = recipient.reply->enhanced();
    if (code && code->klass == recipient.reply->code / 100) recipient.status = code->to_string();
  }
  // RFC 3463 §2: a failure with a status of class 4 was a temporary one until the host gave up. X.4.7 is §3.5's
  // "delivery time expired", in whatever class it comes.
  recipient.expired = recipient.action == Action::failed &&
                      (recipient.expired || recipient.status.starts_with('4') || recipient.status == "5.4.7" ||
                       (recipient.reply && recipient.reply->transient()) || says_gave_up(explanation));
}

DeliveryStatus read_delivery_status(std::string_view fields) {
  DeliveryStatus result;
  RecipientFields current;
  for (std::string_view rest = fields; !rest.empty();) {
    std::string_view group = take_group(rest);
    if (group.empty()) continue;
    const bool after_recipients = !result.recipients.empty();
    bool about_recipient = false;
    while (!group.empty()) {
      mail::HeaderReader reader(group);
      while (const auto field = reader.next()) {
        const std::string value = single_spaced(field->value, reported_text_octets_max);
        if (current.take(field->name, value, result.recipients)) {
          about_recipient = true;
        } else if (equals_ignoring_case(field->name, "Reporting-MTA") && result.reporting_host.empty()) {
          result.reporting_host = host_name(value);
        } else if (equals_ignoring_case(field->name, "Original-Envelope-Id") && result.envelope_id.empty()) {
          result.envelope_id = value;
        }
      }
      group.remove_prefix(reader.body_offset());
      // A line that is no field.
      group.remove_prefix(std::min(std::min(group.find('\n'), group.size()) + 1, group.size()));
    }
    current.finish(result.recipients);
    if (after_recipients && !about_recipient) return result;
    result.length = fields.size() - rest.size();
  }
  return result;
}

}  // namespace mailrig::report_format
