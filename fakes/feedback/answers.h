// What comes back from a mailbox upon a message that it took: what its owner replies, its vacation notice (RFC 3834),
// or the failure notification (RFC 3464) of a provider that accepted first and then could not deliver. Written as whole
// messages that somebody else sends. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/mail/outgoing.h"
#include "fakes/smtp/reply.h"

namespace mailrig::feedback {

enum class AnswerKind : std::uint8_t { reply, auto_reply, bounce };
inline constexpr std::size_t answer_kind_count = 3;
std::string_view to_string(AnswerKind kind);  // "reply", "auto-reply", "bounce"

// A message as a mailbox got it.
struct Arrival {
  Instant at{};
  std::string_view mail_from;  // without angle brackets; empty is the null sender
  std::string_view recipient;  // as given in RCPT
  std::string mailbox;         // its own address: without sub-address and command, so that no answer is commanded again
  std::string_view host;       // the MX host that took it
  std::string_view message_id;  // without angle brackets; empty: none
  std::string_view content;     // in virtual time of a message that stands for many; `message_id` is this one's own
};

// Written at `now` to Reply-To, else to From (RFC 5322 §3.6.2). None: there is nobody to write to, or the message is
// itself a notification.
std::optional<mail::Outgoing> write_reply(const Arrival& arrival, Instant now);

// To the envelope sender, from the null sender (RFC 3834 §3, §4). None where §2 forbids it: to notifications, to lists
// and bulk mail, and to whatever was submitted automatically. Not looked at is whether To names the mailbox: in virtual
// time one message stands for many. That nobody is told twice within days is the caller's to see to.
std::optional<mail::Outgoing> write_auto_reply(const Arrival& arrival);

// To the envelope sender, from the null sender; `refusal` is what the mailbox store is said to have answered. None for
// a message that came from the null sender (RFC 5321 §6.1).
std::optional<mail::Outgoing> write_bounce(const Arrival& arrival, smtp::Reply refusal);

}  // namespace mailrig::feedback
