// Bytes of a query in, bytes of the response out: what a DNS server does between its sockets.
//
// Thread rule: const, and as safe as the zones it looks into. The zones and the signer must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/dns/dnssec_signer.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {

enum class Transport : std::uint8_t { udp, tcp };

class Responder {
 public:
  // With a signer, answers from its zones carry what a validating resolver needs, where the query has DO set.
  explicit Responder(const Zones& zones, const DnssecSigner* signer = nullptr) : zones_(&zones), signer_(signer) {}

  // Nothing when there must be no response (see parse_query), or a fault of the zones makes us silent. `cost` is set to
  // how long the response shall wait, in model time. Signatures hold at `now`, and at `wall` where that is said: the
  // time of a resolver outside the world.
  std::optional<std::string> respond(Instant now, std::string_view packet, Transport transport, Duration* cost,
                                     std::optional<Instant> wall = std::nullopt) const;

 private:
  const Zones* zones_;
  const DnssecSigner* signer_;
};

}  // namespace mailrig::dns
