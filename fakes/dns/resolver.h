// Whom to ask: the zones of a world, or a real resolver. Authentication is written against this. An answer comes at
// once; what it would have taken in model time is in its `cost`.
// Implementations say for themselves whether they may be shared between threads.
#pragma once

#include "fakes/base/instant.h"
#include "fakes/dns/record.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // CNAMEs are followed. Names are canonical or not; case does not matter.
  virtual Answer lookup(const Question& question) = 0;
};

// Zones as they stand at one moment. As thread-safe as the zones.
class ZoneResolver final : public Resolver {
 public:
  ZoneResolver(const Zones& zones, Instant now) : zones_(zones), now_(now) {}
  Answer lookup(const Question& question) override { return zones_.lookup(now_, question); }

 private:
  const Zones& zones_;
  Instant now_;
};

}  // namespace mailrig::dns
