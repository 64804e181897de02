// What people do with the mail of a run: opens, clicks, complaints, at their times. Stands as an observer between the
// receivers and the ledger, so that it hears of every stored copy. Thread-safe; called under a receiver's lock, and
// never calls one while it holds its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/feedback/readers.h"
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

  // Who the receiver tells instead of `next`, which hears everything too; `next` itself where nobody has habits.
  receiver::Observer* in_front_of(std::uint32_t receiver, receiver::Observer* next);

  struct Act {
    Instant at{};
    std::uint32_t receiver = 0;  // index into Scenario::receivers
    measure::Origin origin;
    std::optional<feedback::ReaderAct> act;  // none: the copy came, and what is done with it is to be seen
    policy::SenderKeys sender{};
    std::string mailbox{};  // of a complaint that the receiver reports to the sender

    // What it tells the receiver about the sender, if anything.
    std::optional<policy::Reputation::Reading> reading() const;
  };
  // When the next act is due.
  Instant next() const;
  // Counts what is done by now, and tells whose mail it was done with.
  void advance(Instant now, const std::function<void(const Act&)>& tell);
  // The run is over: what will still be done counts, and changes nothing any more.
  void finish();

 private:
  class Ear;
  struct Later {
    bool operator()(const Act& a, const Act& b) const;
  };

  void stored(Instant now, std::uint32_t receiver, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam);

  const scenario::Scenario& scenario_;
  measure::Ledger& ledger_;
  const Draw draw_;
  bool anybody_ = false;
  std::vector<std::unique_ptr<Ear>> ears_;
  mutable std::mutex mutex_;
  std::vector<Act> acts_;  // a heap, the earliest first
};

}  // namespace mailrig::world
