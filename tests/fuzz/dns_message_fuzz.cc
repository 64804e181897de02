// Whatever bytes come to the DNS server, it answers within its bounds or is silent; the same bytes read as a response
// and as a master file end in a value too.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fakes/base/check.h"
#include "fakes/dns/dnssec_signer.h"
#include "fakes/dns/message.h"
#include "fakes/dns/responder.h"
#include "fakes/dns/zone_text.h"

namespace {

using namespace mailrig;

struct World {
  World() {
    CHECK(zones.add_zone_text("@ MX 10 mx\nmx A 192.0.2.1\n*.w TXT x\nc CNAME mx\n", "fuzz.zone", "a.example"));
    CHECK(zones.add_zone("b.example"));
    signer = dns::DnssecSigner::make(zones, {"a.example"}, Draw(1));
  }

  dns::Zones zones;
  std::unique_ptr<dns::DnssecSigner> signer;
};

const World& world() {
  static const World made;
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Duration cost{};
  for (const auto transport : {dns::Transport::udp, dns::Transport::tcp}) {
    const auto response =
        dns::Responder(world().zones, world().signer.get()).respond(Instant{}, bytes, transport, &cost);
    const std::size_t most = transport == dns::Transport::udp ? dns::edns_udp_bytes_max : dns::tcp_bytes_max;
    CHECK(!response || (response->size() >= 12 && response->size() <= most));
  }
  if (size >= 2) {
    const auto id = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    static_cast<void>(dns::parse_response(bytes, id, {"a.example", dns::Type::mx}));
  }
  const auto parsed = dns::parse_zone_text(bytes, "fuzz.zone", "a.example");
  CHECK(parsed || parsed.error().line > 0);
  return 0;
}
