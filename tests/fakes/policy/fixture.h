// What the policy tests share: a moment to start from, sessions and recipients in one line, replies without a profile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fakes/policy/policy.h"
#include "fakes/policy/recipient_command.h"

namespace mailrig::policy::testing {

using namespace std::chrono_literals;

// A Monday morning; the parts of all usual windows begin here.
inline const Instant start = *parse_rfc3339("2026-03-02T08:00:00Z");

inline Session session_from(std::string_view ip, std::string_view from = "news@shop.example") {
  Session session;
  session.client_ip = IpAddress::parse(ip).value();
  session.mail_from = from;
  return session;
}

inline Recipient recipient(std::string_view address) {
  Recipient made;
  assign_recipient(made, address);
  return made;
}

// Whether the policy wants the session's message among the spam.
inline bool junks(Policy& policy, const Session& session, const MessageFacts& facts = {}) {
  Placement placement;
  policy.place(start, session, facts, placement);
  return placement.spam;
}

inline ReplyTemplate reply(Event event, std::uint16_t code = 450) {
  ReplyTemplate made;
  made.key = to_string(event);
  made.event = event;
  made.code = code;
  return made;
}

}  // namespace mailrig::policy::testing
