// What forwarders have in hand: messages that were taken and whose way on is not yet decided, by the forwarder's own
// id of them. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>

#include "fakes/base/stable_hash.h"
#include "sim/measure/delivery_book.h"

namespace mailrig::measure {

struct Hop {
  std::optional<DeliveryIndex> delivery;  // none: nobody's delivery, such as a bounce on its way back
  std::uint64_t address_hash = 0;         // where it goes
  std::uint32_t slot = 0;                 // of the forwarder
  std::uint64_t body_digest = 0;          // as passed on; 0: not checked
  bool body_changed = false;              // on purpose, by this forwarder or one before it
  bool returns_failure = false;           // there is somebody to tell
};

class HopBook {
 public:
  // Returns the id under which it is kept: another one when this is in use, as of a message that came twice.
  std::uint64_t add(std::uint64_t id, const Hop& hop) {
    while (!hops_.emplace(id, hop).second) id = combine(id, 1);
    return id;
  }
  const Hop* find(std::uint64_t id) const {
    const auto found = hops_.find(id);
    return found == hops_.end() ? nullptr : &found->second;
  }
  std::optional<Hop> take(std::uint64_t id) {
    const auto found = hops_.find(id);
    if (found == hops_.end()) return std::nullopt;
    const Hop hop = found->second;
    hops_.erase(found);
    return hop;
  }
  bool empty() const { return hops_.empty(); }
  std::size_t size() const { return hops_.size(); }

 private:
  boost::unordered_flat_map<std::uint64_t, Hop> hops_;
};

}  // namespace mailrig::measure
