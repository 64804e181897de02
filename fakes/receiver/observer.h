// What a receiver tells about itself while it works. The measuring side implements it; a receiver never reads it
// back. Called with the receiver's lock held, so implementations must not call the receiver.
#pragma once

#include <string_view>

#include "fakes/policy/placement.h"
#include "fakes/policy/recollection.h"
#include "fakes/policy/session.h"
#include "fakes/policy/verdict.h"

namespace mailrig::receiver {

// A refusal that names no recipient: at connect, helo or mail.
struct RefusedSession {
  Instant now{};
  const policy::Session& session;
  const policy::Verdict& verdict;
  const policy::ReplyContext& context;
  const policy::Recollection* remembered = nullptr;  // as below
};

// One verdict on one recipient. `reply.render(context)` gives the text when somebody wants to keep it.
struct RecipientVerdict {
  Instant now{};
  const policy::Session& session;
  std::string_view recipient;           // as given in RCPT
  const policy::MessageFacts* message;  // null before end of data
  const policy::Verdict& verdict;
  const policy::ReplyContext& context;
  policy::Disposition disposition;               // meaningful when the verdict accepts at data
  const policy::Placement* placement = nullptr;  // of a message that was accepted
  // When somebody asks_why(): of every verdict at data, before that of refusals that can_be_asked_again().
  const policy::Recollection* remembered = nullptr;
};

class Observer {
 public:
  virtual ~Observer() = default;

  virtual void session_opened(Instant now, const policy::Session& session) = 0;
  virtual void session_refused(const RefusedSession& refused) = 0;
  // RCPT refused; or end of data answered, once per accepted recipient; or the connection ended after RCPT was
  // accepted and before end of data was answered (event timeout, phase data).
  virtual void recipient_verdict(const RecipientVerdict& verdict) = 0;
  // A copy is in a mailbox. Comes before the recipient_verdict of the same recipient.
  virtual void stored(Instant now, const policy::Session& session, std::string_view recipient,
                      const policy::MessageFacts& message, bool spam) = 0;
  virtual void session_closed(Instant now, const policy::Session& session) = 0;

  // Whether verdicts are to come with what was remembered, which costs something.
  virtual bool asks_why() const { return false; }
};

}  // namespace mailrig::receiver
