// A policy looks at one aspect of a sender's behaviour and objects or keeps silent. Its methods are named after the
// SMTP phases; the chain calls only those that the policy asked for. Policies keep state (who sent how much) but no
// clock: time is handed in. Not thread-safe; the receiver's owner serialises.
#pragma once

#include <optional>
#include <string_view>

#include "fakes/policy/placement.h"
#include "fakes/policy/recollection.h"
#include "fakes/policy/session.h"
#include "fakes/policy/verdict.h"

namespace mailrig::policy {

// How a refusal is worded and in which phase it is spoken: both are the profile's choice, not the policy's.
struct Utterance {
  const ReplyTemplate* reply = nullptr;
  Phase phase = Phase::connect;

  Verdict refusal(std::string_view scope = {}) const {
    return {reply, reply->event, phase, scope, Duration{}, reply->close};
  }
};

// Which calls a policy wants; everything else costs it nothing.
struct Hooks {
  bool connect = false;
  bool helo = false;
  bool mail = false;
  bool rcpt = false;
  bool data = false;
  bool placement = false;
  bool unknown_recipient = false;
  bool accepted = false;
  bool disconnected = false;
  bool memory = false;  // recall() and imagine()
};

class Policy {
 public:
  virtual ~Policy() = default;

  virtual Hooks hooks() const = 0;

  // Each returns an objection, or nullopt to let it pass. An objection whose phase lies ahead is kept by the chain and
  // spoken there.
  virtual std::optional<Verdict> connect(Instant now, const Session& session);
  virtual std::optional<Verdict> helo(Instant now, const Session& session, std::string_view name);
  virtual std::optional<Verdict> mail(Instant now, const Session& session, const MailFacts& facts);
  // `candidate` is not yet among the session's recipients.
  virtual std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate);
  virtual std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts);

  // Of a message that is about to be accepted: whether it belongs into the spam folder.
  virtual void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement);

  // RCPT named a mailbox that does not exist, whenever the sender is told.
  virtual void unknown_recipient(Instant now, const Session& session, const Recipient& candidate);

  // The message was answered with 250 for every recipient of the session.
  virtual void accepted(Instant now, const Session& session, const MessageFacts& facts);
  // Once per connect(), refused or not.
  virtual void disconnected(Instant now, const Session& session);

  // Notes down what it remembers of the sender, as it would judge it now. `facts`: null before end of data.
  virtual void recall(Instant now, const Session& session, const MessageFacts* facts, Recollection& into);
  // From now on it judges by this, whatever it remembers itself.
  virtual void imagine(const Recollection& remembered);
};

}  // namespace mailrig::policy
