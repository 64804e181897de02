// Bytes of a query in, bytes of the response out: what a DNS server does between its sockets.
//
// Thread rule: const, and as safe as the zones it looks into. The zones must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {

enum class Transport : std::uint8_t { udp, tcp };

class Responder {
 public:
  explicit Responder(const Zones& zones) : zones_(&zones) {}

  // Nothing when there must be no response (see parse_query), or a fault of the zones makes us silent. `cost` is set to
  // how long the response shall wait, in model time.
  std::optional<std::string> respond(Instant now, std::string_view packet, Transport transport, Duration* cost) const;

 private:
  const Zones* zones_;
};

}  // namespace mailrig::dns
