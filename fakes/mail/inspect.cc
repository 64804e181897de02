#include "fakes/mail/inspect.h"

#include "fakes/base/number_text.h"
#include "fakes/mail/address.h"
#include "fakes/mail/body_digest.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

// RFC 5322 §2.1.1: no line is longer, and an identifier cannot be folded.
constexpr std::size_t message_id_octets_max = 998;

// The first message identifier of the field (RFC 5322 §3.6.4); without brackets, as some programs write it, the whole.
std::string message_id_of(std::string_view value) {
  value = trim(value);
  if (const std::size_t open = value.find('<'); open != std::string_view::npos) {
    value = value.substr(open + 1);
    value = trim(value.substr(0, value.find('>')));
  }
  return unfold(value, message_id_octets_max);
}

std::string from_domain(std::string_view value) {
  auto mailbox = first_mailbox(unfold(value));
  return mailbox ? std::move(mailbox->address.domain) : std::string();
}

}  // namespace

MessageTraits inspect(std::string_view message) {
  MessageTraits traits;
  traits.size = message.size();
  bool seen_from = false;
  bool seen_message_id = false;
  HeaderReader reader(message);
  while (const auto field = reader.next()) {
    // The first letter spares most fields the comparison.
    switch (to_lower(field->name.front())) {
      case 'r':
        if (equals_ignoring_case(field->name, "Received")) ++traits.received_hops;
        break;
      case 'f':
        if (!seen_from && equals_ignoring_case(field->name, "From")) {
          seen_from = true;
          traits.header_from_domain = from_domain(field->value);
        }
        break;
      case 'm':
        if (!seen_message_id && equals_ignoring_case(field->name, "Message-ID")) {
          seen_message_id = true;
          traits.message_id = message_id_of(field->value);
        }
        break;
      case 'x':
        if (traits.rig_id == 0 && equals_ignoring_case(field->name, rig_id_field)) {
          traits.rig_id = parse_rig_id(trim(field->value));
        }
        break;
      default:
        break;
    }
  }
  traits.body_offset = reader.body_offset();
  traits.header_readable = reader.separated() || traits.body_offset == message.size();
  traits.body_digest = body_digest(message.substr(traits.body_offset));
  return traits;
}

std::string format_rig_id(std::uint64_t id) {
  std::string text;
  append_rig_id(text, id);
  return text;
}

void append_rig_id(std::string& out, std::uint64_t id) {
  append_hex(out, id, 16);
}

std::uint64_t parse_rig_id(std::string_view text) {
  if (text.size() != 16) return 0;
  std::uint64_t id = 0;
  for (const char c : text) {
    const char lower = to_lower(c);
    if (!is_digit(lower) && (lower < 'a' || lower > 'f')) return 0;
    id = id << 4 | static_cast<std::uint64_t>(is_digit(lower) ? lower - '0' : lower - 'a' + 10);
  }
  return id;
}

}  // namespace mailrig::mail
