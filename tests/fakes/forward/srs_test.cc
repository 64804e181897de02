#include "fakes/forward/srs.h"

namespace mailrig::forward {
namespace {

// 2020-01-01T00:01:00Z and "tops3cr3t": the addresses that PostSRSd's own tests expect of this day and secret.
constexpr Instant rewritten_at{std::chrono::seconds(1'577'836'860)};
const Srs srs("tops3cr3t", "example.com");

std::string reversed(std::string_view address) {
  const auto result = srs.reverse(rewritten_at, address);
  return result ? *result : "(" + result.error().message + ")";
}

TEST(Srs, RewritesAsOtherImplementationsDo) {
  EXPECT_EQ(srs.rewrite(rewritten_at, "test@otherdomain.com"), "SRS0=vmyz=2W=otherdomain.com=test@example.com");
  EXPECT_EQ(srs.rewrite(rewritten_at, "hash234@somedomain.com"), "SRS0=-3_5=2W=somedomain.com=hash234@example.com");
}

TEST(Srs, LeavesItsOwnDomainAndTheNullSenderAlone) {
  EXPECT_EQ(srs.rewrite(rewritten_at, "test@example.com"), "test@example.com");
  EXPECT_EQ(srs.rewrite(rewritten_at, "SRS0=XjO9=2V=otherdomain.com=test@Example.com"),
            "SRS0=XjO9=2V=otherdomain.com=test@Example.com");
  EXPECT_EQ(srs.rewrite(rewritten_at, ""), "");
  EXPECT_EQ(srs.rewrite(rewritten_at, "foo"), "foo");
}

TEST(Srs, RemembersOnlyTheFirstForwarder) {
  EXPECT_EQ(srs.rewrite(rewritten_at, "SRS0=opaque+string@otherdomain.com"),
            "SRS1=chaI=otherdomain.com==opaque+string@example.com");
  EXPECT_EQ(srs.rewrite(rewritten_at, "SRS1=X=thirddomain.com==opaque+string@otherdomain.com"),
            "SRS1=JIBX=thirddomain.com==opaque+string@example.com");
}

TEST(Srs, LeadsBackToTheSenderOrTheFirstForwarder) {
  EXPECT_EQ(reversed("SRS0=XjO9=2V=otherdomain.com=test@example.com"), "test@otherdomain.com");
  EXPECT_EQ(reversed("SRS1=JIBX=thirddomain.com==opaque+string@example.com"), "SRS0=opaque+string@thirddomain.com");
  EXPECT_EQ(reversed("SRS0=+3/5=2W=somedomain.com=hash234@example.com"), "hash234@somedomain.com");
  EXPECT_EQ(reversed("SRS0=-3_5=2W=somedomain.com=hash234@example.com"), "hash234@somedomain.com");
}

// Relays have folded the case of local parts, and still do.
TEST(Srs, SurvivesChangedLetterCase) {
  EXPECT_EQ(reversed("srs0=xjo9=2v=otherdomain.com=test@example.com"), "test@otherdomain.com");
  EXPECT_EQ(reversed("SRS0=XJO9=2V=OTHERDOMAIN.COM=TEST@EXAMPLE.COM"), "TEST@otherdomain.com");
}

TEST(Srs, RefusesWhatIsForgedExpiredOrIncomplete) {
  EXPECT_EQ(reversed("SRS0=FAKE=2V=otherdomain.com=test@example.com"), "(is forged: the hash is not ours)");
  EXPECT_EQ(reversed("SRS0=XjO9=2W=otherdomain.com=test@example.com"), "(is forged: the hash is not ours)");
  EXPECT_EQ(reversed("SRS0=XjO9=2V=otherdomain.com=root@example.com"), "(is forged: the hash is not ours)");
  EXPECT_EQ(reversed("SRS1=FAKE=thirddomain.com==opaque+string@example.com"), "(is forged: the hash is not ours)");
  EXPECT_EQ(reversed("SRS0=te87=T7=otherdomain.com=test@example.com"), "(has expired)");
  EXPECT_EQ(reversed("SRS0=VcIb=7N=otherdomain.com=test@example.com"), "(has expired)");  // or is not made yet
  EXPECT_EQ(reversed("SRS0=XjO9=2V=otherdomain.com@example.com"), "(is not complete)");
  EXPECT_EQ(reversed("SRS0=XjO9@example.com"), "(is not complete)");
  EXPECT_EQ(reversed("test@example.com"), "(is no return path of example.com)");
  EXPECT_EQ(reversed("SRS0=XjO9=2V=otherdomain.com=test@foreign.example"), "(is no return path of example.com)");
}

TEST(Srs, HoldsForThreeWeeks) {
  const std::string address = srs.rewrite(rewritten_at, "test@otherdomain.com");
  const auto later = [&](int days) { return rewritten_at + std::chrono::hours(24 * days); };
  EXPECT_TRUE(srs.reverse(later(21), address));
  EXPECT_FALSE(srs.reverse(later(22), address));
}

TEST(Srs, IsAsGoodAsItsSecret) {
  EXPECT_FALSE(Srs("another", "example.com").reverse(rewritten_at, "SRS0=vmyz=2W=otherdomain.com=test@example.com"));
}

// Local parts may be quoted, and may hold the separator.
TEST(Srs, TakesAnyLocalPartThereAndBack) {
  for (const char* address : {"a=b=c@shop.example", "\"two words\"@shop.example", "bounces+00c0ffee@shop.example"}) {
    EXPECT_EQ(reversed(srs.rewrite(rewritten_at, address)), address);
  }
}

TEST(Srs, IsKnownByItsBeginning) {
  EXPECT_TRUE(is_srs_address("SRS0=XjO9=2V=otherdomain.com=test@example.com"));
  EXPECT_TRUE(is_srs_address("srs1-x=y@example.com"));
  EXPECT_FALSE(is_srs_address("SRS2=x@example.com"));
  EXPECT_FALSE(is_srs_address("srs0@example.com"));
}

}  // namespace
}  // namespace mailrig::forward
