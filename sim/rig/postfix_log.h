// Reads from Postfix's log the tries that no receiver can have seen: refused and timed-out connections, sessions that
// ended before RCPT, DNS that did not answer. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/smtp/reply.h"
#include "fakes/smtp/transaction.h"

namespace mailrig::rig {

struct UnseenTry {
  Instant at{};  // whole seconds of Postfix's clock, in the year of `near`
  std::string queue_id;
  std::string recipient;
  std::string service;  // "smtp", or the syslog_name of another SMTP client
  smtp::Stage stage = smtp::Stage::connect;
  std::optional<smtp::Reply> reply;  // of a session that was refused
  bool timed_out = false;
  bool bounced = false;  // there will be no other
};

// One line of the log, written near the moment `near`: lines carry no year. Nothing for all other lines, among them
// those of tries that a receiver answered, and of mail that was put off without a try.
std::optional<UnseenTry> read_unseen_try(std::string_view line, Instant near);

}  // namespace mailrig::rig
