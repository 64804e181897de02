// A master file (RFC 1035 §5) as a Resolver: the whole DNS, as far as whoever asks it can tell. For tools that look at
// a domain before its records are published, and for tests.
//
// Thread rule: immutable once read, so lookups may run on many threads.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "fakes/dns/resolver.h"

namespace mailrig::dns {

class ZoneFileResolver final : public Resolver {
 public:
  // Names without a $ORIGIN are taken as absolute; a name that the text does not hold is NXDOMAIN. Errors of the text
  // come with its line.
  static Result<ZoneFileResolver> parse(std::string_view text, const std::string& file_name) {
    Zones zones;
    if (auto added = zones.add_zone_text(text, file_name, ""); !added) return added.error();
    return ZoneFileResolver(std::move(zones));
  }

  Answer lookup(const Question& question) override { return zones_.lookup(Instant{}, question); }
  const Zones& zones() const { return zones_; }

 private:
  explicit ZoneFileResolver(Zones zones) : zones_(std::move(zones)) {}

  Zones zones_;
};

}  // namespace mailrig::dns
