#include "fakes/dns/zone_file_resolver.h"

#include <gmock/gmock.h>

namespace mailrig::dns {
namespace {

using testing::ElementsAre;

TEST(ZoneFileResolver, IsTheWholeDns) {
  auto resolver = ZoneFileResolver::parse(
      "$ORIGIN shop.example.\n"
      "@ TXT \"v=spf1 mx -all\"\n"
      "www CNAME web.host.example.\n"
      "web.host.example. A 192.0.2.1\n",
      "shop.zone");
  ASSERT_TRUE(resolver) << resolver.error().to_string();
  EXPECT_THAT(resolver->lookup({"shop.example", Type::txt}).texts(), ElementsAre("v=spf1 mx -all"));
  EXPECT_THAT(resolver->lookup({"www.shop.example", Type::a}).addresses(), ElementsAre(*IpAddress::parse("192.0.2.1")));
  EXPECT_EQ(resolver->lookup({"other.example", Type::a}).rcode, Rcode::nxdomain);
}

TEST(ZoneFileResolver, NamesTheLineOfAFault) {
  const auto resolver = ZoneFileResolver::parse("shop.example. A 192.0.2.1\nshop.example. MX mail\n", "shop.zone");
  ASSERT_FALSE(resolver);
  EXPECT_EQ(resolver.error().file, "shop.zone");
  EXPECT_EQ(resolver.error().line, 2);
}

}  // namespace
}  // namespace mailrig::dns
