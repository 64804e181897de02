// The sender's connections and the phase each one is in. Keeps the counts per destination in step. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "sim/sender/destination.h"
#include "sim/sender/sender.h"

namespace mailrig::sender {

struct Connection {
  enum class Phase : std::uint8_t {
    closed,   // the slot is free
    opening,  // until connected() or connection_failed()
    idle,     // ready for a transaction
    busy,     // with `part`
    closing,  // of no more use; until connection_closed()
  };
  ConnectionId id = 0;
  Phase phase = Phase::closed;
  std::uint32_t destination = none;
  std::uint32_t part = none;
  std::uint32_t transactions = 0;  // finished
  IpAddress source;
  Where where;
  Instant idle_since{};
  std::uint32_t idle_longer = none;  // neighbours among the idle ones
  std::uint32_t idle_shorter = none;
};

class Connections {
 public:
  explicit Connections(Destinations& destinations) : destinations_(destinations) {}

  // Returns the slot of a new connection, in phase `opening`.
  std::uint32_t open(std::uint32_t destination, const IpAddress& source, const IpAddress& address,
                     std::string_view host);
  Connection& operator[](std::uint32_t slot) { return slots_[slot]; }
  const Connection& operator[](std::uint32_t slot) const { return slots_[slot]; }
  // The slot of a connection that is not closed, or `none`.
  std::uint32_t find(ConnectionId id) const;

  void enter(Instant now, std::uint32_t slot, Connection::Phase phase);

  std::uint32_t size() const { return size_; }
  std::uint32_t closing() const { return closing_; }
  std::uint32_t longest_idle() const { return idle_first_; }  // `none` when none is idle

 private:
  void unlink(std::uint32_t slot);
  void link(std::uint32_t slot);

  Destinations& destinations_;
  std::vector<Connection> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t opened_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t closing_ = 0;
  std::uint32_t idle_first_ = none;
  std::uint32_t idle_last_ = none;
};

}  // namespace mailrig::sender
