// The receiving side of a forwarder, as an observer of its receiver: what is taken goes to the forwarder, and what that
// makes of it to whoever carries it on. Called under the receiver's lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "fakes/forward/forwarder.h"
#include "fakes/receiver/passing_observer.h"
#include "sim/measure/ledger.h"

namespace mailrig::world {

class Door final : public receiver::PassingObserver {
 public:
  // A message as it was taken, and as it is to be passed on.
  struct Passing {
    Instant now{};
    const policy::Session& session;
    std::string_view recipient;
    const policy::MessageFacts& taken;
    mail::Outgoing outgoing;
  };
  using PassOn = std::function<void(Passing&& passing)>;

  // `ledger` hears everything too; it may be null and must outlive the door.
  Door(forward::Forwarder forwarder, receiver::Observer* ledger)
      : PassingObserver(ledger), forwarder_(std::move(forwarder)) {}

  const forward::Forwarder& forwarder() const { return forwarder_; }
  // Where messages go from here on. A door that was not opened passes nothing on. Before the first connection.
  void open(PassOn pass_on) { pass_on_ = std::move(pass_on); }

  void stored(Instant now, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam) override;
  // What is asked about a delivery is asked of the receiver that it ends at.
  bool asks_why() const override { return false; }

 private:
  forward::Forwarder forwarder_;
  PassOn pass_on_;
};

using Doors = std::vector<std::unique_ptr<Door>>;  // one per forwarder, in the scenario's order

// Brings a message to the desk of its forwarder, under an id that nothing else has there.
using ToDesk = std::function<void(std::uint32_t forwarder, std::uint64_t id, mail::Outgoing message)>;

// Opens all doors, and lets the ledger know of every message that passes.
void open_doors(const Doors& doors, measure::Ledger& ledger, const ToDesk& to_desk);

}  // namespace mailrig::world
