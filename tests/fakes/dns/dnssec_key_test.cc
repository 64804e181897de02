#include "fakes/dns/dnssec_key.h"

#include <gmock/gmock.h>

namespace mailrig::dns {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ZoneKey, IsTheSameInEveryRunOfASeed) {
  const ZoneKey key = ZoneKey::make("shop.example", Draw(1));
  EXPECT_EQ(key.dnskey(), ZoneKey::make("shop.example", Draw(1)).dnskey());
  EXPECT_NE(key.dnskey().data, ZoneKey::make("shop.example", Draw(2)).dnskey().data);
  EXPECT_NE(key.dnskey().data, ZoneKey::make("bank.example", Draw(1)).dnskey().data);
}

// RFC 4034 §2.1 and RFC 6605 §4: flags with the SEP bit, protocol 3, algorithm 13, and 64 bytes of a point.
TEST(ZoneKey, IsPublishedAsADnskeyRecord) {
  const Record record = ZoneKey::make("shop.example", Draw(1)).dnskey();
  EXPECT_EQ(record.name, "shop.example");
  EXPECT_EQ(record.type, Type::dnskey);
  const std::string& rdata = std::get<Opaque>(record.data).bytes;
  EXPECT_THAT(rdata, StartsWith(std::string("\x01\x01\x03\x0d", 4)));
  EXPECT_EQ(rdata.size(), 4U + 64U);
}

// RFC 4034 §5.1: key tag, algorithm 13, digest type 2, and here 32 bytes.
TEST(ZoneKey, IsNamedByADsRecord) {
  const ZoneKey key = ZoneKey::make("shop.example", Draw(1));
  const std::string rdata = std::get<Opaque>(key.ds().data).bytes;
  EXPECT_EQ(rdata.size(), 4U + 32U);
  EXPECT_EQ(rdata.substr(2, 2), "\x0d\x02");
  EXPECT_THAT(trust_anchor_line(key), StartsWith("shop.example. 3600 IN DS "));
}

TEST(ZoneKey, OfTheRootIsATrustAnchor) {
  const ZoneKey key = ZoneKey::make("", Draw(1));
  const std::string file = trust_anchor_file(key);
  EXPECT_THAT(file, HasSubstr("trust-anchors {\n\t\".\" static-key 257 3 13 \""));
  EXPECT_THAT(file, HasSubstr(trust_anchor_line(key)));
}

TEST(RrsetBytes, TellSetsApart) {
  const Record one = Record::txt("a.example", "one");
  const Record two = Record::txt("a.example", "two");
  EXPECT_NE(rrset_bytes({one}), rrset_bytes({two}));
  EXPECT_NE(rrset_bytes({one}), rrset_bytes({one, two}));
  EXPECT_NE(rrset_bytes({one}), rrset_bytes({Record::txt("a.example", "one", 60)}));
  // RFC 4034 §6.3: a record that is there twice counts once.
  EXPECT_EQ(rrset_bytes({one}), rrset_bytes({one, one}));
}

}  // namespace
}  // namespace mailrig::dns
