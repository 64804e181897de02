// A stretch of time in which zones answer every question alike: what they said in it need not be asked for again.
// A value.
#pragma once

#include <cstdint>

#include "fakes/base/instant.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {

class Steadiness {
 public:
  Steadiness() = default;  // never
  // That of the zones from `now` on.
  Steadiness(const Zones& zones, Instant now)
      : from_(now), until_(zones.steady_until(now)), version_(zones.version()) {}

  // Whether the zones are the same ones, and say at `then` what they said.
  bool covers(const Zones& zones, Instant then) const {
    return from_ <= then && then < until_ && version_ == zones.version();
  }

 private:
  Instant from_ = never;
  Instant until_{};
  std::uint64_t version_ = 0;
};

}  // namespace mailrig::dns
