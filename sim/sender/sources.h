// The sender's own addresses, used in turn, one per connection, each family by itself. Not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "fakes/base/ip_address.h"
#include "sim/sender/destination.h"

namespace mailrig::sender {

class Sources {
 public:
  explicit Sources(std::span<const IpAddress> addresses) {
    for (const IpAddress& address : addresses) (address.is_v6() ? v6_ : v4_).addresses.push_back(address);
  }

  // Without addresses of its own, the sender leaves the choice to the driver and reaches everything.
  Families families() const {
    if (v4_.addresses.empty() && v6_.addresses.empty()) return {};
    return {.v4 = !v4_.addresses.empty(), .v6 = !v6_.addresses.empty()};
  }

  static Families family_of(const IpAddress& address) { return {.v4 = !address.is_v6(), .v6 = address.is_v6()}; }

  // 0.0.0.0 when there is none of the target's family.
  IpAddress next(const IpAddress& target) {
    Turn& turn = target.is_v6() ? v6_ : v4_;
    return turn.addresses.empty() ? IpAddress() : turn.addresses[turn.taken++ % turn.addresses.size()];
  }

 private:
  struct Turn {
    std::vector<IpAddress> addresses;
    std::size_t taken = 0;
  };
  Turn v4_;
  Turn v6_;
};

}  // namespace mailrig::sender
