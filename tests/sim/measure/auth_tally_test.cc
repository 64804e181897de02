#include "sim/measure/auth_tally.h"

#include <gmock/gmock.h>

namespace mailrig::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(AuthTallyTest, CountsOneResultOfEachMethodPerMessage) {
  AuthTally tally;
  tally.judged(
      "Authentication-Results: mx.isp.example; iprev=pass policy.iprev=198.18.2.10;\r\n"
      " spf=softfail smtp.mailfrom=shop.example; spf=pass smtp.helo=mta1.shop.example;\r\n"
      " dkim=fail reason=\"hash\" header.d=list.example; dkim=pass header.d=shop.example;\r\n"
      " dmarc=pass header.from=shop.example\r\n");
  tally.judged(
      "Authentication-Results: mx.isp.example; spf=pass smtp.helo=mta1.shop.example; dkim=none; dmarc=none\r\n");
  EXPECT_THAT(tally.counts().spf, ElementsAre(Pair("pass", 1), Pair("softfail", 1)));
  EXPECT_THAT(tally.counts().dkim, ElementsAre(Pair("none", 1), Pair("pass", 1)));
  EXPECT_THAT(tally.counts().dmarc, ElementsAre(Pair("none", 1), Pair("pass", 1)));
}

TEST(AuthTallyTest, TheSameFieldCountsEachTime) {
  AuthTally tally;
  for (int i = 0; i < 5; ++i) {
    tally.judged("Authentication-Results: mx.isp.example; spf=fail smtp.mailfrom=shop.example\r\n");
    tally.judged("Authentication-Results: mx.isp.example; spf=pass smtp.mailfrom=shop.example\r\n");
  }
  EXPECT_THAT(tally.counts().spf, ElementsAre(Pair("fail", 5), Pair("pass", 5)));
  EXPECT_THAT(tally.counts().dmarc, IsEmpty());
}

TEST(AuthTallyTest, WhatIsNoResultIsNotCounted) {
  AuthTally tally;
  tally.judged("");
  tally.judged("Authentication-Results: mx.isp.example; none\r\n");
  tally.judged("Authentication-Results: spf=pass\r\n");
  tally.judged("nonsense");
  EXPECT_THAT(tally.counts().spf, IsEmpty());
  EXPECT_THAT(tally.counts().dkim, IsEmpty());
}

}  // namespace
}  // namespace mailrig::measure
