// SPF and DMARC out of zones in memory.
#include <benchmark/benchmark.h>

#include <string>

#include "fakes/auth/dmarc.h"
#include "fakes/auth/spf.h"
#include "fakes/base/check.h"
#include "fakes/dns/zones.h"

namespace {

using namespace mailrig;

const dns::Zones& zones() {
  static const dns::Zones made = [] {
    dns::Zones world;
    CHECK(world.add_zone("example"));
    CHECK(world.add(dns::Record::txt("plain.example", "v=spf1 ip4:192.0.2.0/24 -all")));
    std::string includes = "v=spf1";
    for (int i = 0; i < 10; ++i) {
      const std::string name = "i" + std::to_string(i) + ".example";
      includes += " include:" + name;
      CHECK(world.add(
          dns::Record::txt(name, i < 9 ? "v=spf1 ip4:198.51.100.0/24 ?all" : "v=spf1 ip4:192.0.2.0/24 -all")));
    }
    CHECK(world.add(dns::Record::txt("includes.example", includes + " -all")));
    CHECK(world.add(dns::Record::txt("_dmarc.plain.example", "v=DMARC1; p=reject; rua=mailto:d@plain.example")));
    return world;
  }();
  return made;
}

void spf(::benchmark::State& state, const char* domain) {
  dns::ZoneResolver resolver(zones(), Instant{});
  const auth::SpfIdentity identity{
      .helo = "mx.plain.example", .mail_from = std::string("news@") + domain, .client_ip = IpAddress::v4(0xC0000203)};
  for (auto _ : state) CHECK(check_spf(resolver, identity).result == auth::SpfOutcome::pass);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(spf, plain_ip4, "plain.example");
BENCHMARK_CAPTURE(spf, ten_includes, "includes.example");

void dmarc(::benchmark::State& state, const char* authenticated) {
  dns::ZoneResolver resolver(zones(), Instant{});
  const auth::DmarcInput input{"plain.example",
                               {auth::IdentifierCheck::passed, authenticated},
                               {{auth::IdentifierCheck::passed, authenticated}}};
  for (auto _ : state) CHECK(evaluate_dmarc(resolver, input).result == auth::DmarcResult::pass);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(dmarc, same_domain, "plain.example");
BENCHMARK_CAPTURE(dmarc, subdomain, "news.plain.example");

}  // namespace
