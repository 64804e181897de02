#include "sim/sender/connections.h"

#include <algorithm>

#include "fakes/base/check.h"

namespace mailrig::sender {
namespace {

// An id is (number of the connection, slot): unique, and found again without a table.
constexpr int slot_bits = 24;
constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;

}  // namespace

std::uint32_t Connections::open(std::uint32_t destination, const IpAddress& source, const IpAddress& address,
                                std::string_view host) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
    CHECK(slots_.size() <= slot_mask);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  const ConnectionId id = (++opened_ << slot_bits) | slot;
  slots_[slot] = {.id = id,
                  .phase = Connection::Phase::opening,
                  .destination = destination,
                  .source = source,
                  .where = {.connection = id, .address = address, .host = host}};
  ++size_;
  ++destinations_[destination].opening;
  return slot;
}

std::uint32_t Connections::find(ConnectionId id) const {
  const auto slot = static_cast<std::uint32_t>(id & slot_mask);
  return slot < slots_.size() && slots_[slot].id == id && slots_[slot].phase != Connection::Phase::closed ? slot : none;
}

void Connections::enter(Instant now, std::uint32_t slot, Connection::Phase phase) {
  using Phase = Connection::Phase;
  Connection& connection = slots_[slot];
  Destination& destination = destinations_[connection.destination];
  switch (connection.phase) {
    case Phase::closed:
      CHECK(false);
      break;
    case Phase::opening:
      --destination.opening;
      break;
    case Phase::idle:
      destination.idle.erase(std::find(destination.idle.begin(), destination.idle.end(), slot));
      unlink(slot);
      break;
    case Phase::busy:
      --destination.busy;
      break;
    case Phase::closing:
      --destination.closing;
      --closing_;
      break;
  }
  connection.phase = phase;
  switch (phase) {
    case Phase::closed:
      --size_;
      free_.push_back(slot);
      break;
    case Phase::opening:
      CHECK(false);
      break;
    case Phase::idle:
      connection.idle_since = now;
      destination.idle.push_back(slot);
      link(slot);
      break;
    case Phase::busy:
      ++destination.busy;
      break;
    case Phase::closing:
      ++destination.closing;
      ++closing_;
      break;
  }
}

void Connections::link(std::uint32_t slot) {
  slots_[slot].idle_longer = idle_last_;
  slots_[slot].idle_shorter = none;
  (idle_last_ == none ? idle_first_ : slots_[idle_last_].idle_shorter) = slot;
  idle_last_ = slot;
}

void Connections::unlink(std::uint32_t slot) {
  const Connection& connection = slots_[slot];
  (connection.idle_longer == none ? idle_first_ : slots_[connection.idle_longer].idle_shorter) =
      connection.idle_shorter;
  (connection.idle_shorter == none ? idle_last_ : slots_[connection.idle_shorter].idle_longer) = connection.idle_longer;
}

}  // namespace mailrig::sender
