// The sender's own addresses, used in turn, one per connection to a destination, each family by itself. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "sim/sender/destination.h"

namespace mailrig::sender {

class Sources {
 public:
  explicit Sources(std::span<const IpAddress> addresses) {
    for (const IpAddress& address : addresses) (address.is_v6() ? v6_ : v4_).push_back({address});
  }

  // Without addresses of its own, the sender leaves the choice to the driver and reaches everything.
  Families families() const {
    if (v4_.empty() && v6_.empty()) return {};
    return {.v4 = !v4_.empty(), .v6 = !v6_.empty()};
  }

  static Families family_of(const IpAddress& address) { return {.v4 = !address.is_v6(), .v6 = address.is_v6()}; }

  // 0.0.0.0 when there is none of the target's family; nothing when all of them rest. Each destination has turns of its
  // own: with one for all, traffic that alternates between two destinations would reach each of them from one address
  // only.
  std::optional<IpAddress> at(Instant now, const IpAddress& target, std::uint64_t turn) const {
    const auto& sources = target.is_v6() ? v6_ : v4_;
    if (sources.empty()) return IpAddress();
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const Source& source = sources[(turn + i) % sources.size()];
      if (now >= source.rests_until) return source.address;
    }
    return std::nullopt;
  }

  void let_rest(const IpAddress& address, Instant until) {
    for (Source& source : address.is_v6() ? v6_ : v4_) {
      if (source.address == address) source.rests_until = until;
    }
  }
  // In the past: it does not rest.
  Instant rests_until(const IpAddress& address) const {
    const auto& sources = address.is_v6() ? v6_ : v4_;
    const auto found =
        std::find_if(sources.begin(), sources.end(), [&](const Source& source) { return source.address == address; });
    return found == sources.end() ? Instant{} : found->rests_until;
  }

 private:
  struct Source {
    IpAddress address;
    Instant rests_until{};
  };

  std::vector<Source> v4_;
  std::vector<Source> v6_;
};

}  // namespace mailrig::sender
