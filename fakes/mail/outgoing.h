// A message that a fake wants sent: the fakes themselves never send. Whoever runs the world hands it to a sender and
// tells the fake what became of it. A value type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fakes/base/instant.h"
#include "fakes/mail/inspect.h"

namespace mailrig::mail {

struct Outgoing {
  Instant not_before{};
  std::string identity;   // whose mail it is: the name of the fake in the scenario
  std::string mail_from;  // without angle brackets; empty is the null sender
  std::string recipient;
  std::string return_to;  // who is told of a failure; empty: nobody
  MessageTraits traits;
  std::shared_ptr<const std::string> content;  // null where messages are only facts
  std::uint64_t content_key = 0;               // as in policy::MessageFacts
  bool smtputf8 = false;
  bool eight_bit = false;
  bool body_changed = false;  // on purpose, against what the fake was given
};

}  // namespace mailrig::mail
