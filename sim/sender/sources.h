// The sender's own addresses, used in turn, one per connection to a destination, each family by itself. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fakes/base/ip_address.h"
#include "sim/sender/destination.h"

namespace mailrig::sender {

class Sources {
 public:
  explicit Sources(std::span<const IpAddress> addresses) {
    for (const IpAddress& address : addresses) (address.is_v6() ? v6_ : v4_).push_back(address);
  }

  // Without addresses of its own, the sender leaves the choice to the driver and reaches everything.
  Families families() const {
    if (v4_.empty() && v6_.empty()) return {};
    return {.v4 = !v4_.empty(), .v6 = !v6_.empty()};
  }

  static Families family_of(const IpAddress& address) { return {.v4 = !address.is_v6(), .v6 = address.is_v6()}; }

  // 0.0.0.0 when there is none of the target's family. Each destination has turns of its own: with one for all, traffic
  // that alternates between two destinations would reach each of them from one address only.
  IpAddress at(const IpAddress& target, std::uint64_t turn) const {
    const auto& addresses = target.is_v6() ? v6_ : v4_;
    return addresses.empty() ? IpAddress() : addresses[turn % addresses.size()];
  }

 private:
  std::vector<IpAddress> v4_;
  std::vector<IpAddress> v6_;
};

}  // namespace mailrig::sender
