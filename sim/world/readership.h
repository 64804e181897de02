// What people do with the mail of a run: opens, clicks, complaints, at their times; and what their mailboxes send upon
// it. Stands as an observer between the receivers and whoever is told next, so that it hears of every copy.
// Thread-safe; called under a receiver's lock, and never calls one while it holds its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/feedback/answers.h"
#include "fakes/feedback/readers.h"
#include "fakes/policy/expiring_table.h"
#include "fakes/policy/recipient_command.h"
#include "fakes/policy/reputation.h"
#include "fakes/receiver/observer.h"
#include "sim/measure/ledger.h"
#include "sim/scenario/scenario.h"

namespace mailrig::world {

class Readership {
 public:
  // Both must outlive it.
  Readership(const scenario::Scenario& scenario, measure::Ledger& ledger);
  ~Readership();
  Readership(const Readership&) = delete;
  Readership& operator=(const Readership&) = delete;

  // Who the receiver tells instead of `next`, which hears everything too; `next` itself where there are no mailboxes.
  receiver::Observer* in_front_of(std::uint32_t receiver, receiver::Observer* next);

  // What a mailbox sends; whoever is told hands it to the receiver's own sending side.
  struct Answer {
    feedback::AnswerKind kind = feedback::AnswerKind::reply;
    std::uint64_t id = 0;  // the ledger knows it by this, once it is due
    mail::Outgoing message;
  };

  struct Act {
    Instant at{};
    std::uint32_t receiver = 0;             // index into Scenario::receivers
    std::optional<measure::Origin> origin;  // none: the run did not offer the message
    // What somebody did with the copy. None, and no answer: it came, and what is done with it is to be seen.
    std::optional<feedback::ReaderAct> act{};
    policy::SenderKeys sender{};
    std::string mailbox{};  // of a complaint that the receiver reports to the sender
    std::unique_ptr<Answer> answer{};

    // What it tells the receiver about the sender, if anything.
    std::optional<policy::Reputation::Reading> reading() const;
  };
  // When the next act is due.
  Instant next() const { return Instant(Duration(next_.load(std::memory_order_relaxed))); }
  // Answers are still to be written: mail that a run waits for.
  bool owes_answers() const { return answers_owed_.load() > 0; }
  // Counts what is done by now, and tells whose mail it was done with.
  void advance(Instant now, const std::function<void(Act&&)>& tell);
  // The run is over: what will still be done counts, changes nothing any more, and nobody sends anything.
  void finish();

 private:
  class Ear;
  struct Later {
    bool operator()(const Act& a, const Act& b) const;
  };
  // A copy as a receiver tells of it.
  struct Copy {
    Instant now{};
    std::uint32_t receiver = 0;
    const policy::Session& session;
    std::string_view recipient;
    const policy::MessageFacts& message;
  };

  void stored(const Copy& copy, bool spam);
  // Accepted, and then not delivered; `refusal`: as the mailbox store is said to have put it.
  void bounced(const Copy& copy, smtp::Reply refusal);
  void obey(const Copy& copy, const std::optional<measure::Origin>& origin, const policy::RecipientCommands& commands);
  void live_on(const Copy& copy, const measure::Origin& origin, bool spam);
  static feedback::Arrival arrival_of(const Copy& copy);
  std::string reported_mailbox(const Copy& copy) const;
  static std::unique_ptr<Answer> answer(const Copy& copy, feedback::AnswerKind kind,
                                        std::optional<mail::Outgoing> message);
  // The earliest act, when it is due.
  std::optional<Act> take(Instant now);
  // Under the lock:
  // None, where this mailbox is not to tell this sender, or has told it (RFC 3834 §2: not twice within days).
  std::optional<mail::Outgoing> absence_notice(const feedback::Arrival& arrival);
  void send(const Copy& copy, const std::optional<measure::Origin>& origin, feedback::AnswerKind kind,
            std::optional<mail::Outgoing> message);
  void schedule(Act act);

  const scenario::Scenario& scenario_;
  measure::Ledger& ledger_;
  const Draw draw_;
  bool anybody_ = false;
  std::vector<std::unique_ptr<Ear>> ears_;
  std::atomic<Duration::rep> next_{never.time_since_epoch().count()};
  std::atomic<std::uint64_t> answers_owed_{0};
  std::mutex mutex_;                             // of what follows
  std::vector<Act> acts_;                        // a heap, the earliest first
  policy::ExpiringTable<char> told_of_absence_;  // by mailbox and sender
};

}  // namespace mailrig::world
