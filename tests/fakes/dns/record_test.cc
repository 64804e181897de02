#include "fakes/dns/record.h"

#include <gmock/gmock.h>

namespace mailrig::dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TypeNames, AreThoseOfTheRegistry) {
  EXPECT_EQ(to_string(Type::aaaa), "AAAA");
  EXPECT_EQ(to_string(static_cast<Type>(65)), "TYPE65");
  EXPECT_EQ(to_string(Rcode::nxdomain), "NXDOMAIN");
  EXPECT_EQ(to_string(static_cast<Rcode>(11)), "RCODE11");
}

// RFC 1035 §3.3: a character-string holds up to 255 bytes.
TEST(Txt, SplitsLongTextAndJoinsItAgain) {
  const std::string key(600, 'k');
  const Txt txt = Txt::of(key);
  ASSERT_EQ(txt.strings.size(), 3U);
  EXPECT_EQ(txt.strings[0].size(), 255U);
  EXPECT_EQ(txt.strings[2].size(), 90U);
  EXPECT_EQ(txt.joined(), key);
  EXPECT_THAT(Txt::of("").strings, ElementsAre(""));
}

TEST(Answer, GivesItsDataByKind) {
  const IpAddress four = *IpAddress::parse("192.0.2.1");
  const IpAddress six = *IpAddress::parse("2001:db8::1");
  Answer answer;
  answer.answers = {Record::cname("www.shop.example", "shop.example"), Record::address("shop.example", four),
                    Record::address("shop.example", six), Record::mx("shop.example", 10, "mx1.shop.example"),
                    Record::txt("shop.example", "v=spf1 -all")};
  EXPECT_THAT(answer.addresses(), ElementsAre(four, six));
  EXPECT_THAT(answer.mail_exchangers(), ElementsAre(Mx{10, "mx1.shop.example"}));
  EXPECT_THAT(answer.texts(), ElementsAre("v=spf1 -all"));
  EXPECT_THAT(answer.targets(Type::cname), ElementsAre("shop.example"));
  EXPECT_THAT(answer.targets(Type::ptr), IsEmpty());
  EXPECT_TRUE(answer.holds(Type::aaaa));
  EXPECT_FALSE(answer.holds(Type::soa));
}

TEST(Answer, LivesAsLongAsItsShortestRecord) {
  Answer answer;
  answer.answers = {Record::cname("a.example", "b.example", 300), Record::txt("b.example", "x", 60)};
  EXPECT_EQ(answer.ttl_s(), 60U);
}

// RFC 2308 §5: the negative TTL is the minimum of the SOA's TTL and its MINIMUM field.
TEST(Answer, NegativeOnesLiveAsTheSoaSays) {
  Answer answer;
  answer.rcode = Rcode::nxdomain;
  Soa soa;
  soa.minimum_s = 120;
  answer.authority = {Record::soa("example", soa, 900)};
  EXPECT_EQ(answer.ttl_s(), 120U);
  answer.authority = {Record::soa("example", soa, 30)};
  EXPECT_EQ(answer.ttl_s(), 30U);
}

TEST(Answer, FailuresAreNotKept) {
  Answer answer;
  answer.rcode = Rcode::servfail;
  answer.answers = {Record::txt("example", "x", 60)};
  EXPECT_TRUE(answer.temporary());
  EXPECT_EQ(answer.ttl_s(), 0U);
}

}  // namespace
}  // namespace mailrig::dns
