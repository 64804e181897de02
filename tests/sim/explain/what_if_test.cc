#include "sim/explain/what_if.h"

#include <gtest/gtest.h>

namespace mailrig::explain {
namespace {

using policy::SenderIdentity;

class WhatIf : public ::testing::Test {
 protected:
  WhatIf() {
    found().author_domain = "shop.example";
    found().spf_domain = "bounces.shop.example";
    found().dmarc_published = true;
    policy::ReputationFacts& weighed = remembered_.weighed.emplace();
    for (const auto identity : {SenderIdentity::ip, SenderIdentity::netblock24, SenderIdentity::hdr_domain}) {
      weighed.of(identity).known = true;
      weighed.of(identity).accepted_milli = 1'000'000;
    }
    weighed.of(SenderIdentity::hdr_domain).active_days = 12;
  }
  void imagine(std::string_view what_if) {
    const auto done = explain::imagine(what_if, phase_, circumstances_, remembered_);
    EXPECT_TRUE(done) << done.error().message;
  }
  std::string fault(std::string_view what_if) {
    const auto done = explain::imagine(what_if, phase_, circumstances_, remembered_);
    return done ? "" : done.error().message;
  }
  policy::AuthenticationFacts& found() { return circumstances_.session.authentication; }
  policy::IdentityRecord& record(SenderIdentity identity) { return remembered_.weighed->of(identity); }

  measure::Circumstances circumstances_;
  policy::Recollection remembered_;
  policy::Phase phase_ = policy::Phase::data;
};

TEST_F(WhatIf, DmarcFollowsFromSpfAndDkim) {
  imagine("dmarc=reject");
  EXPECT_EQ(found().dmarc, auth::DmarcResult::fail);
  EXPECT_EQ(found().disposition, auth::DmarcPolicy::reject);
  imagine("spf=pass");
  EXPECT_TRUE(found().spf_aligned);
  EXPECT_EQ(found().dmarc, auth::DmarcResult::pass);
  EXPECT_EQ(found().disposition, auth::DmarcPolicy::none);
  imagine("spf=fail,dkim=pass");
  EXPECT_TRUE(found().dkim_aligned);
  EXPECT_EQ(found().dmarc, auth::DmarcResult::pass);
  imagine("dmarc=absent");
  EXPECT_EQ(found().dmarc, auth::DmarcResult::none);
}

TEST_F(WhatIf, SpfForAnotherOrganisationIsNotAligned) {
  found().spf_domain = "esp.example";
  imagine("spf=pass");
  EXPECT_FALSE(found().spf_aligned);
}

TEST_F(WhatIf, ASignatureBringsTheAuthorsHistory) {
  imagine("dkim=pass");
  EXPECT_TRUE(record(SenderIdentity::dkim_domain).known);
  EXPECT_EQ(record(SenderIdentity::dkim_domain).active_days, 12u);
  imagine("dkim=none");
  EXPECT_FALSE(record(SenderIdentity::dkim_domain).known);
}

TEST_F(WhatIf, HistoriesOfAllNetworksOfAllNamesOrOfOne) {
  imagine("ip.age=30d,domain.age=5d,netblock24.today=700");
  EXPECT_EQ(record(SenderIdentity::ip).active_days, 30u);
  EXPECT_EQ(record(SenderIdentity::netblock24).active_days, 30u);
  EXPECT_EQ(record(SenderIdentity::hdr_domain).active_days, 5u);
  EXPECT_EQ(record(SenderIdentity::netblock24).today, 700u);
  EXPECT_EQ(record(SenderIdentity::ip).today, 0u);
  // What the receiver does not know of stays unknown.
  EXPECT_EQ(record(SenderIdentity::sender).active_days, 0u);
}

TEST_F(WhatIf, SharesAreOfWhatWasTriedOrAccepted) {
  imagine("ip.unknown=50%,ip.complaints=0.1%");
  EXPECT_EQ(record(SenderIdentity::ip).unknown_milli, 1'000'000u);
  EXPECT_EQ(record(SenderIdentity::ip).complaints_milli, 1'000u);
}

TEST_F(WhatIf, TheOtherFacts) {
  imagine("tls=yes,ptr=pass,listed=yes,bulk=yes,content=7.5,unsubscribe=one-click,feedback_id=yes,ip.hour=12");
  EXPECT_TRUE(circumstances_.session.content.feedback_id);
  EXPECT_EQ(record(SenderIdentity::ip).this_hour, 12u);
  const policy::Session& session = circumstances_.session;
  EXPECT_NE(session.tls, policy::TlsVersion::none);
  EXPECT_EQ(session.network.iprev, auth::IprevOutcome::pass);
  EXPECT_EQ(session.network.listing.status, policy::Listing::listed);
  EXPECT_TRUE(remembered_.bulk);
  EXPECT_EQ(session.content.score_milli, 7500);
  EXPECT_TRUE(session.content.one_click);
}

TEST_F(WhatIf, WhoeverImaginesAnotherHistoryImaginesAwayWhatFollowedFromIt) {
  record(SenderIdentity::ip).held = true;
  record(SenderIdentity::ip).today_max = 3;
  imagine("domain.age=30d");
  EXPECT_TRUE(record(SenderIdentity::ip).held);
  imagine("ip.age=30d");
  EXPECT_FALSE(record(SenderIdentity::ip).held);
  EXPECT_EQ(record(SenderIdentity::ip).today_max, 0u);
}

TEST_F(WhatIf, WhatIsNotKnownYetCantBeChanged) {
  phase_ = policy::Phase::mail;
  imagine("spf=pass,listed=yes,ip.age=30d");
  EXPECT_EQ(fault("dkim=pass"), "--what-if: 'dkim' is not known before data, and the attempt ended at mail");
}

TEST_F(WhatIf, BadInputIsNamed) {
  EXPECT_NE(fault("dkin=pass").find("did you mean 'dkim'"), std::string::npos);
  EXPECT_NE(fault("tls=maybe").find("expected yes or no"), std::string::npos);
  EXPECT_NE(fault("content=11").find("0 to 10"), std::string::npos);
  EXPECT_NE(fault("ip.traps=-1").find("not understood"), std::string::npos);
  EXPECT_NE(fault("us.age=3d").find("unknown fact 'us.age'"), std::string::npos);
  EXPECT_NE(fault("dkim").find("fact=value"), std::string::npos);
  EXPECT_EQ(fault(""), "");
}

}  // namespace
}  // namespace mailrig::explain
