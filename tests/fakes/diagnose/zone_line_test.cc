#include "fakes/diagnose/zone_line.h"

#include "fakes/dns/zone_text.h"

namespace mailrig::diagnose {
namespace {

using dns::Record;

// RFC 1035 §5.1: what is written can be read back, whatever the bytes.
TEST(ZoneLine, IsReadBackAsTheSameRecord) {
  const std::vector<Record> records = {
      Record::address("mx.shop.example", *IpAddress::parse("192.0.2.1")),
      Record::address("mx.shop.example", *IpAddress::parse("2001:db8::1"), 60),
      Record::mx("shop.example", 10, "mx.shop.example"),
      Record::mx("shop.example", 0, ""),  // RFC 7505
      Record::txt("shop.example", "v=spf1 -all"),
      Record::txt("shop.example", "say \"hi\" \\ ; \xff\n"),
      Record::txt("s1._domainkey.shop.example", std::string(700, 'p')),
      Record::cname("www.shop.example", "shop.example"),
      Record::soa("shop.example", {"ns.shop.example", "hostmaster.shop.example"}),
  };
  for (const Record& record : records) {
    const std::string line = zone_line(record);
    const auto parsed = dns::parse_zone_text(line + "\n", "line", "");
    ASSERT_TRUE(parsed) << line << ": " << parsed.error().to_string();
    ASSERT_EQ(parsed->size(), 1U) << line;
    EXPECT_EQ(parsed->front().record, record) << line;
  }
}

TEST(ZoneLine, SplitsLongTextsInto255Octets) {
  const std::string line = zone_line(Record::txt("a.example", std::string(300, 'x')));
  EXPECT_EQ(line, "a.example. 3600 IN TXT \"" + std::string(255, 'x') + "\" \"" + std::string(45, 'x') + "\"");
}

}  // namespace
}  // namespace mailrig::diagnose
