// What each shipped profile makes of SPF, DKIM and DMARC: mission "three servers, two selectors in rotation, p=reject,
// and no signature", and the rules for everybody and for bulk senders. Texts are the providers' own.
#include <algorithm>

#include "fakes/receiver/shipped_profiles.h"
#include "tests/fakes/receiver/authentication_fixture.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using policy::Event;
using policy::Phase;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

struct Outcome {
  std::string_view reply;  // how it begins
  Event event = Event::accepted;
  Phase phase = Phase::data;
};

// One profile under p=reject.
struct Provider {
  std::string_view profile;
  std::string_view to;
  Outcome spf_aligned;    // unsigned, from one of the three servers
  Outcome spf_unaligned;  // unsigned, through a platform with a return path of its own
  Outcome spf_fails;      // unsigned, from somewhere else
  Outcome forwarded;      // signed, forwarded with the envelope kept
  Outcome bulk;           // unsigned, SPF aligned, of a domain that sends more than the threshold
};

const Provider providers[] = {
    {"gmail",
     "jane@gmail.com",
     {"250 2.0.0 OK"},
     {"550 5.7.26 Unauthenticated email from shop.example is not accepted due to domain's DMARC policy. ",
      Event::dmarc_fail},
     {"550 5.7.26 Unauthenticated email from shop.example is not accepted due to domain's DMARC policy. ",
      Event::dmarc_fail},
     {"250 2.0.0 OK"},
     {"550 5.7.30 This message was blocked because it didn't pass DKIM authentication. ", Event::auth_required_bulk}},
    {"outlook",
     "jane@outlook.com",
     {"250 2.6.0"},
     {"550 5.7.509 Access denied, sending domain [shop.example] does not pass DMARC verification and has a DMARC "
      "policy "
      "of reject. [",
      Event::dmarc_fail},
     {"550 5.7.509 Access denied, sending domain [shop.example]", Event::dmarc_fail},
     {"250 2.6.0"},
     {"550 5.7.515 Access denied, sending domain shop.example doesn't meet the required authentication level. ",
      Event::auth_required_bulk}},
    {"yahoo",
     "jane@yahoo.com",
     {"250 ok dirdel"},
     {"554 5.7.9 Message not accepted for policy reasons. See https://senders.yahooinc.com/error-codes",
      Event::dmarc_fail},
     {"554 5.7.9 Message not accepted for policy reasons.", Event::dmarc_fail},
     {"250 ok dirdel"},
     {"554 5.7.9 Message not accepted for policy reasons.", Event::auth_required_bulk}},
    {"qq",
     "jane@qq.com",
     {"250 OK: queued as."},
     {"550 DMARC check failed. http://service.mail.qq.com/cgi-bin/help?subtype=1&&no=1001508&&id=16. [",
      Event::dmarc_fail},
     {"550 SPF check failed. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1001445 [",
      Event::spf_fail, Phase::mail},
     {"550 SPF check failed. ", Event::spf_fail, Phase::mail},
     {"250 OK: queued as."}},
    {"netease",
     "jane@163.com",
     {"250 Mail OK queued as"},
     {"550 MI:DMA 163 mx.isp.example,", Event::dmarc_fail},
     {"550 MI:SPF 163 mx.isp.example,", Event::spf_fail, Phase::mail},
     {"550 MI:SPF 163 mx.isp.example,", Event::spf_fail, Phase::mail},
     {"250 Mail OK queued as"}},
    {"sohu",
     "jane@sohu.com",
     {"250 2.0.0 Ok: queued as"},
     {"550 5.7.1 Rejected by DMARC policy of shop.example", Event::dmarc_fail},
     {"553 5.7.1 Sender ERROR:bounce@shop.example: http://mail.sohu.com/info/policy/10", Event::spf_fail, Phase::mail},
     {"553 5.7.1 Sender ERROR:bounce@shop.example: ", Event::spf_fail, Phase::mail},
     {"250 2.0.0 Ok: queued as"}},
    {"postgrey-site", "jane@small.example", {"250 2.0.0"}, {"250 2.0.0"}, {"250 2.0.0"}, {"250 2.0.0"}, {"250 2.0.0"}},
};

class UnsignedUnderRejectTest : public AuthenticationTest, public ::testing::WithParamInterface<Provider> {
 protected:
  UnsignedUnderRejectTest() { make(GetParam().profile, "greylist: { enabled: false }"); }

  void expect(const std::string& reply, const Outcome& outcome) {
    EXPECT_THAT(reply, StartsWith(std::string(outcome.reply)));
    EXPECT_EQ(last_.event, outcome.event);
    EXPECT_EQ(last_.phase, outcome.phase);
  }
  std::string to() const { return std::string(GetParam().to); }
};

TEST_P(UnsignedUnderRejectTest, PassesWhereSpfPassesForTheDomainInFrom) {
  for (const std::string_view ip : {"198.18.2.10", "198.18.2.11", "198.18.2.12"}) {
    expect(send(to(), message(), "bounce@shop.example", ip), GetParam().spf_aligned);
    EXPECT_EQ(facts_.dmarc, auth::DmarcResult::pass);
    EXPECT_EQ(facts_.dkim, auth::DkimResult::none);
  }
}

TEST_P(UnsignedUnderRejectTest, FailsWhereSpfPassesForAnotherDomain) {
  expect(send(to(), message(), "bounce@platform.example", platform_ip, "mta.platform.example"),
         GetParam().spf_unaligned);
  EXPECT_EQ(facts_.spf, auth::SpfOutcome::pass);
  EXPECT_FALSE(facts_.spf_aligned);
  EXPECT_EQ(facts_.dmarc, auth::DmarcResult::fail);
}

TEST_P(UnsignedUnderRejectTest, FailsWhereTheServerIsNoneOfTheThree) {
  expect(send(to(), message(), "bounce@shop.example", stranger_ip, "mta.alumni.example"), GetParam().spf_fails);
  EXPECT_EQ(facts_.spf, auth::SpfOutcome::fail);
}

TEST_P(UnsignedUnderRejectTest, EitherSelectorCarriesASignedMessageThroughAForwarder) {
  for (const char* selector : {"s1", "s2"}) {
    expect(
        send(to(), sign(message(), "shop.example", selector), "bounce@shop.example", stranger_ip, "mta.alumni.example"),
        GetParam().forwarded);
    // Who refuses at MAIL never sees the signature, and Sohu remembers.
    if (GetParam().forwarded.phase == Phase::mail) break;
    EXPECT_EQ(facts_.dmarc, auth::DmarcResult::pass);
    EXPECT_TRUE(facts_.dkim_aligned);
  }
}

TEST_P(UnsignedUnderRejectTest, BulkSendersNeedMoreThanADmarcPass) {
  const bool has_rules = GetParam().bulk.event != Event::accepted;
  make(GetParam().profile, has_rules ? "auth_policy: { require_for_bulk: { threshold_per_day: 3, reject_share: 100% } }"
                                     : "greylist: { enabled: false }");
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(send(to(), message()), StartsWith("250")) << "not yet a bulk sender";
  }
  expect(send(to(), message()), GetParam().bulk);
  EXPECT_EQ(facts_.dmarc, auth::DmarcResult::pass);
  ASSERT_THAT(send(to(), sign(message())), StartsWith("250")) << "signed, everything is in order";
}

INSTANTIATE_TEST_SUITE_P(Shipped, UnsignedUnderRejectTest, ::testing::ValuesIn(providers), [](const auto& named) {
  std::string name(named.param.profile);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

class ShippedAuthenticationTest : public AuthenticationTest {};

// "Gmail requires all senders to authenticate with either SPF or DKIM."
TEST_F(ShippedAuthenticationTest, GmailWantsSpfOrDkimOfEverybody) {
  make("gmail");
  const std::string plain = message("plain.example");
  EXPECT_THAT(
      send("jane@gmail.com", plain, "news@plain.example"),
      MatchesRegex(
          "550 5\\.7\\.26 This email has been blocked because the sender is unauthenticated\\. Gmail requires all "
          "senders to authenticate with either SPF or DKIM\\. Authentication results: DKIM = did not pass SPF "
          "\\[plain\\.example\\] with ip: \\[198\\.18\\.2\\.10\\] = did not pass\\. [0-9a-f]{16} - gsmtp"));
  EXPECT_EQ(last_.event, Event::spf_fail);
  EXPECT_EQ(last_.phase, Phase::data);
  EXPECT_THAT(send("jane@gmail.com", plain, "news@platform.example", platform_ip), StartsWith("250")) << "SPF";
  EXPECT_THAT(send("jane@gmail.com", sign(plain, "platform.example", "k"), "news@plain.example"), StartsWith("250"))
      << "DKIM";
}

TEST_F(ShippedAuthenticationTest, GmailRejectsAHardFailUnlessDkimPasses) {
  make("gmail");
  const std::string plain = message("plain.example");
  EXPECT_THAT(send("jane@gmail.com", plain, "bounce@shop.example", stranger_ip),
              StartsWith("550 5.7.26 The (E)MAIL FROM domain [shop.example] has an SPF record with a hard fail policy "
                         "(-all) but it fails to pass SPF checks with the ip: [198.18.9.9]. "));
  EXPECT_THAT(send("jane@gmail.com", sign(plain, "platform.example", "k"), "bounce@shop.example", stranger_ip),
              StartsWith("250"));
}

TEST_F(ShippedAuthenticationTest, GmailTrustsForwardersThatSealed) {
  make("gmail");
  dns::ZoneResolver resolver(zones_, start);
  const std::string changed = message() + "-- \r\nForwarded by the alumni office.\r\n";
  const std::string vouched = seal(changed,
                                   "mx.alumni.example; spf=pass smtp.mailfrom=shop.example; dmarc=pass "
                                   "header.from=shop.example",
                                   resolver);
  EXPECT_THAT(send("jane@gmail.com", vouched, "srs0=x@alumni.example", stranger_ip), StartsWith("250"));
  EXPECT_EQ(facts_.dmarc, auth::DmarcResult::fail);
  EXPECT_TRUE(facts_.arc_vouches);
  EXPECT_THAT(facts_.results_field, HasSubstr("arc=pass"));

  const std::string was_bad = seal(changed, "mx.alumni.example; dmarc=fail header.from=shop.example", resolver);
  EXPECT_THAT(send("jane@gmail.com", was_bad, "srs0=x@alumni.example", stranger_ip), StartsWith("550 5.7.26 "));

  make("gmail", "auth_policy: { arc_trusted: [elsewhere.example] }");
  EXPECT_THAT(send("jane@gmail.com", vouched, "srs0=x@alumni.example", stranger_ip), StartsWith("550 5.7.26 "));
  make("gmail", "auth_policy: { arc_trusted: [alumni.example] }");
  EXPECT_THAT(send("jane@gmail.com", vouched, "srs0=x@alumni.example", stranger_ip), StartsWith("250"));
}

// "Spf= Fail , Dkim= Pass , DMARC= Pass" was rejected: both must pass, though DMARC needs one.
TEST_F(ShippedAuthenticationTest, OutlookWantsSpfAndDkimOfBulkSenders) {
  make("outlook", "auth_policy: { require_for_bulk: { threshold_per_day: 1 } }");
  ASSERT_THAT(send("jane@outlook.com", sign(message())), StartsWith("250"));
  EXPECT_THAT(send("jane@outlook.com", sign(message()), "bounce@shop.example", stranger_ip),
              MatchesRegex("550 5\\.7\\.515 .*linkid=2319303 Spf= Fail , Dkim= Pass , DMARC= Pass "
                           "\\[mx\\.isp\\.example 2026-03-02T08:00:00Z [0-9a-f]{8}\\]"));
  EXPECT_THAT(send("jane@outlook.com", message()), HasSubstr(" Spf= Pass , Dkim= Fail , DMARC= Pass ["));
  EXPECT_EQ(last_.event, Event::auth_required_bulk);
  EXPECT_THAT(send("jane@outlook.com", sign(message())), StartsWith("250"));
}

// Composite authentication passes where DMARC does: a forwarder breaks SPF, and the signature carries the mail.
TEST_F(ShippedAuthenticationTest, OutlookLeavesForwardedMailThatIsStillSignedInTheInbox) {
  make("outlook");
  const std::string signed_message = sign(message());
  EXPECT_THAT(send("jane@outlook.com", signed_message, "bounce@shop.example", stranger_ip, "mta.alumni.example"),
              StartsWith("250"));
  EXPECT_EQ(facts_.spf, auth::SpfOutcome::fail);
  EXPECT_EQ(facts_.dmarc, auth::DmarcResult::pass);
  EXPECT_THAT(diary_.take(), ::testing::Contains("stored jane@outlook.com"));
  // Signed by somebody else, under p=none: nothing speaks for the author.
  add_txt("_dmarc.plain.example", "v=DMARC1; p=none");
  add_txt("plain.example", "v=spf1 ip4:198.18.2.10 -all");
  EXPECT_THAT(send("jane@outlook.com", sign(message("plain.example"), "platform.example", "k"), "x@plain.example",
                   stranger_ip, "mta.alumni.example"),
              StartsWith("250"));
  EXPECT_THAT(diary_.take(), ::testing::Contains("stored jane@outlook.com as spam"));
}

TEST_F(ShippedAuthenticationTest, OutlookFilesTheUnauthenticatedAsSpam) {
  make("outlook");
  EXPECT_THAT(send("jane@outlook.com", message("plain.example"), "news@plain.example"), StartsWith("250"));
  EXPECT_THAT(diary_.take(), ::testing::Contains("stored jane@outlook.com as spam"));
  EXPECT_THAT(send("jane@outlook.com", message()), StartsWith("250"));
  EXPECT_THAT(diary_.take(), ::testing::Contains("stored jane@outlook.com"));
}

// The subdomains of one organization add up at Gmail, and not at Outlook.
TEST_F(ShippedAuthenticationTest, SubdomainsCountTogetherWhereTheProviderSaysSo) {
  add_txt("a.shop.example", "v=spf1 ip4:198.18.2.10 -all");
  add_txt("b.shop.example", "v=spf1 ip4:198.18.2.10 -all");
  const std::string rules = "auth_policy: { require_for_bulk: { threshold_per_day: 1, reject_share: 100% } }";
  make("gmail", rules);
  ASSERT_THAT(send("jane@gmail.com", message("a.shop.example"), "x@a.shop.example"), StartsWith("250"));
  EXPECT_THAT(send("jane@gmail.com", message("b.shop.example"), "x@b.shop.example"), StartsWith("550 5.7.30 "));
  make("outlook", rules);
  ASSERT_THAT(send("jane@outlook.com", message("a.shop.example"), "x@a.shop.example"), StartsWith("250"));
  EXPECT_THAT(send("jane@outlook.com", message("b.shop.example"), "x@b.shop.example"), StartsWith("250"));
}

TEST_F(ShippedAuthenticationTest, QqClosesTheConnectionAfterAnSpfFail) {
  make("qq");
  Connection connection(*receiver_, start, stranger_ip);
  connection.helo();
  EXPECT_THAT(
      connection.mail("bounce@shop.example"),
      MatchesRegex("550 SPF check failed\\. http://service\\.mail\\.qq\\.com/cgi-bin/help\\?subtype=1&&id=20022&&"
                   "no=1001445 \\[[0-9a-f]{16} IP: 198\\.18\\.9\\.9\\]"));
  EXPECT_TRUE(connection.last().close);
}

// res=none -> 553, and the verdict is kept per client and domain.
TEST_F(ShippedAuthenticationTest, SohuRejectsADomainWithoutARecordAndRemembersIt) {
  make("sohu");
  const std::string plain = message("plain.example");
  EXPECT_EQ(send("jane@sohu.com", plain, "news@plain.example"),
            "553 5.7.1 Sender ERROR:news@plain.example: http://mail.sohu.com/info/policy/10");
  add_txt("plain.example", "v=spf1 ip4:198.18.2.10 -all");
  EXPECT_EQ(send("jane@sohu.com", plain, "other@plain.example", shop_ip, "mta1.shop.example", start + 59min),
            "553 5.7.1 Sender ERROR C:other@plain.example: http://mail.sohu.com/info/policy/10");
  EXPECT_THAT(send("jane@sohu.com", plain, "news@plain.example", shop_ip, "mta1.shop.example", start + 60min),
              StartsWith("250"));
}

TEST_F(ShippedAuthenticationTest, SohuWantsAHeloNameThatExists) {
  make("sohu");
  EXPECT_EQ(send("jane@sohu.com", message(), "bounce@shop.example", shop_ip, "localhost.localdomain"),
            "450 4.7.1 <localhost.localdomain>: Helo command rejected: Host not found");
  EXPECT_EQ(last_.event, Event::helo_rejected);
  EXPECT_EQ(last_.phase, Phase::rcpt);
}

TEST_F(ShippedAuthenticationTest, YahooDefersASenderDomainThatCannotReceive) {
  make("yahoo");
  EXPECT_THAT(send("jane@yahoo.com", message(), "news@nowhere.example"),
              StartsWith("451 Message temporarily deferred due to unresolvable RFC.5321 from domain. "));
  EXPECT_EQ(last_.event, Event::sender_domain_bad);
  EXPECT_EQ(last_.phase, Phase::mail);
}

// p=quarantine is the spam folder everywhere that DMARC is honoured.
TEST_F(ShippedAuthenticationTest, QuarantineMeansTheSpamFolder) {
  add_txt("_dmarc.plain.example", "v=DMARC1; p=quarantine");
  for (const auto& [name, to] : {std::pair("gmail", "jane@gmail.com"), std::pair("outlook", "jane@outlook.com"),
                                 std::pair("yahoo", "jane@yahoo.com"), std::pair("qq", "jane@qq.com"),
                                 std::pair("netease", "jane@163.com"), std::pair("sohu", "jane@sohu.com")}) {
    make(name, "auth_policy: { envelope_mismatch: accept }");  // NetEase does not even look at the policy then
    EXPECT_THAT(send(to, message("plain.example"), "x@platform.example", platform_ip, "mta.platform.example"),
                StartsWith("250"));
    EXPECT_THAT(diary_.take(), ::testing::Contains(fmt::format("stored {} as spam", to)));
  }
}

// Whoever is in the address book may be somebody else who says so: the author's wish comes first.
TEST_F(ShippedAuthenticationTest, ContactsDoNotSaveMailThatFailsUnderQuarantine) {
  const auto stored = [this](std::string_view author, std::string_view wish) {
    add_txt(fmt::format("_dmarc.{}", author), fmt::format("v=DMARC1; p={}", wish));
    make("gmail", "mailboxes: { contacts: 100% }");
    EXPECT_THAT(send("jane@gmail.com", message(author), "x@platform.example", platform_ip), StartsWith("250"));
    return diary_.take();
  };
  EXPECT_THAT(stored("plain.example", "none"), ::testing::Contains("stored jane@gmail.com"));
  EXPECT_THAT(stored("alumni.example", "quarantine"), ::testing::Contains("stored jane@gmail.com as spam"));
}

// The DNS does not answer for one thing after the other; nobody may bounce because of that.
TEST_F(ShippedAuthenticationTest, WhatTheDnsDoesNotSayIsTriedAgainEverywhere) {
  // A zone that is not ours refuses to answer.
  dns::Zones silent({.outside = dns::Rcode::servfail});
  EXPECT_TRUE(silent.add_zone("platform.example"));
  EXPECT_TRUE(silent.add(dns::Record::txt("platform.example", "v=spf1 ip4:198.18.3.0/24 -all")));
  zones_ = silent;
  for (const auto& [name, to] : {std::pair("gmail", "jane@gmail.com"), std::pair("outlook", "jane@outlook.com"),
                                 std::pair("yahoo", "jane@yahoo.com"), std::pair("qq", "jane@qq.com"),
                                 std::pair("netease", "jane@163.com"), std::pair("sohu", "jane@sohu.com")}) {
    make(name,
         "{ auth_policy: { helo_must_resolve: false, sender_domain_must_resolve: false, require_for_bulk: { "
         "threshold_per_day: 0 } }, network: { no_ptr: accept } }");
    EXPECT_THAT(send(to, message()), StartsWith("4")) << name << ": SPF";
    EXPECT_THAT(send(to, message(), "x@platform.example", platform_ip), StartsWith("4")) << name << ": DMARC";
    EXPECT_EQ(last_.event, Event::dmarc_temperror) << name;
    EXPECT_THAT(send(to, sign(message()), "x@platform.example", platform_ip), StartsWith("4")) << name << ": DKIM";
  }
}

}  // namespace
}  // namespace mailrig::receiver
