#include "fakes/receiver/authenticator.h"

#include <thread>

#include "fakes/auth/authentication_results.h"
#include "tests/fakes/receiver/authentication_fixture.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class AuthenticatorTest : public AuthenticationTest {
 protected:
  AuthenticatorTest() { begin("{}"); }

  void begin(std::string_view changes) {
    const Profile made = profile("postgrey-site", changes);
    authenticator_.emplace(zones_, "", made.auth_policy, made.network.lists, Draw(1), "isp");
  }

  policy::Session session(std::string_view from = "bounce@shop.example", std::string_view ip = shop_ip) {
    policy::Session made;
    made.client_ip = IpAddress::parse(ip).value();
    made.mx_host = "mx.isp.example";
    made.helo = "mta1.shop.example";
    made.mail_from = from;
    return made;
  }
  policy::Session judged(const std::string& content, policy::Session session, Instant now = start,
                         std::uint64_t content_key = 0) {
    mail_cost_ = authenticator_->connect(now, session) + authenticator_->mail(now, session);
    data_cost_ = authenticator_->data(now, session,
                                      {.message_id = "1@shop.example",
                                       .header_from_domain = "shop.example",
                                       .content = content,
                                       .content_key = content_key});
    return session;
  }

  std::optional<Authenticator> authenticator_;
  Duration mail_cost_{};
  Duration data_cost_{};
};

TEST_F(AuthenticatorTest, AsksListsAboutTheHeloName) {
  ASSERT_TRUE(zones_.add_zone("dbl.example"));
  ASSERT_TRUE(zones_.add(dns::Record::address("mta1.shop.example.dbl.example", IpAddress::v4(0x7f000002))));
  EXPECT_EQ(judged(message(), session()).authentication.helo_listing.status, policy::Listing::unchecked);
  begin("network: { helo_lists: [dbl.example] }");
  const auto found = judged(message(), session()).authentication;
  EXPECT_EQ(found.helo_listing.status, policy::Listing::listed);
  EXPECT_EQ(found.helo_listing.list, "dbl.example");
  EXPECT_NE(found.domain_listing.status, policy::Listing::listed) << "that is another list's matter";
  policy::Session literal = session();
  literal.helo = "[198.18.2.10]";
  EXPECT_EQ(judged(message(), literal).authentication.helo_listing.status, policy::Listing::unchecked);
}

TEST_F(AuthenticatorTest, WritesWhatItFoundAsTheStandardHasIt) {
  const policy::Session found = judged(sign(message()), session());
  const auto& field = found.authentication.results_field;
  EXPECT_THAT(field, StartsWith("Authentication-Results: mx.isp.example;"));
  EXPECT_THAT(field, ::testing::EndsWith("\r\n"));
  const auto results = auth::parse_authentication_results(field.substr(field.find(':') + 1));
  ASSERT_TRUE(results) << field;
  std::vector<std::string> told;
  for (const auto& method : results->methods) {
    told.push_back(method.method + "=" + method.result);
    for (const auto& property : method.properties) {
      if (property.name != "b") told.back() += fmt::format(" {}.{}={}", property.type, property.name, property.value);
    }
  }
  EXPECT_THAT(told, ElementsAre("iprev=pass policy.iprev=198.18.2.10", "spf=pass smtp.mailfrom=shop.example",
                                "dkim=pass header.d=shop.example header.s=s1", "dmarc=pass header.from=shop.example"));
}

TEST_F(AuthenticatorTest, SeveralThreadsJudgeMessages) {
  const std::string good = sign(message());
  std::string bad = good;
  bad.replace(bad.find("on its way"), 2, "In");
  policy::Session sender = session();
  authenticator_->mail(start, sender);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, own = sender]() mutable {
      for (int n = 0; n < 25; ++n) {
        const bool is_good = n % 2 == 0;
        policy::MessageFacts facts;
        facts.content = is_good ? good : bad;
        authenticator_->data(start + std::chrono::seconds(n), own, facts);
        EXPECT_EQ(own.authentication.dkim, is_good ? auth::DkimResult::pass : auth::DkimResult::fail);
        own.authentication.signatures.clear();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(AuthenticatorTest, TheProfileMaySayWhoSpeaks) {
  begin("auth_policy: { authserv_id: mx.google.com }");
  EXPECT_THAT(judged(message(), session()).authentication.results_field,
              StartsWith("Authentication-Results: mx.google.com;"));
}

TEST_F(AuthenticatorTest, KnowsTheNameAtConnectSpfAtMailAndTheRestAtEndOfData) {
  policy::Session session = this->session();
  authenticator_->connect(start, session);
  EXPECT_EQ(session.network.iprev, auth::IprevOutcome::pass);
  EXPECT_EQ(session.network.reverse_name, "mta1.shop.example");
  EXPECT_EQ(session.authentication.spf, auth::SpfOutcome::none);
  authenticator_->mail(start, session);
  EXPECT_EQ(session.authentication.spf, auth::SpfOutcome::pass);
  EXPECT_THAT(session.authentication.results_field, IsEmpty());
}

// RFC 7208 §2.4: with a null reverse-path the identity is postmaster@HELO.
TEST_F(AuthenticatorTest, ABounceIsJudgedByItsHelo) {
  add_txt("mta1.shop.example", "v=spf1 ip4:198.18.2.10 -all");
  const policy::Session found = judged(message(), session(""));
  EXPECT_EQ(found.authentication.spf, auth::SpfOutcome::pass);
  EXPECT_EQ(found.authentication.spf_domain, "mta1.shop.example");
  EXPECT_TRUE(found.authentication.spf_aligned);
  EXPECT_THAT(found.authentication.results_field, HasSubstr("spf=pass smtp.helo=mta1.shop.example"));
}

TEST_F(AuthenticatorTest, OneChangedOctetFails) {
  std::string content = sign(message());
  content.replace(content.find("on its way"), 2, "In");
  const policy::Session found = judged(content, session("x@platform.example", platform_ip));
  EXPECT_EQ(found.authentication.dkim, auth::DkimResult::fail);
  EXPECT_EQ(found.authentication.dmarc, auth::DmarcResult::fail);
  EXPECT_EQ(found.authentication.disposition, auth::DmarcPolicy::reject);
  EXPECT_THAT(found.authentication.results_field, HasSubstr("policy.dmarc=reject"));
}

// "receivers that go forward with several evaluate each" (RFC 9989 §11.5): the worst counts.
TEST_F(AuthenticatorTest, OfSeveralAuthorsTheWorstCounts) {
  const std::string content = "From: a@platform.example, b@shop.example\r\n\r\nhi\r\n";
  const policy::Session found = judged(content, session("x@platform.example", platform_ip));
  EXPECT_EQ(found.authentication.dmarc, auth::DmarcResult::fail);
  EXPECT_EQ(found.authentication.author_domain, "shop.example");
}

TEST_F(AuthenticatorTest, WithoutContentTheMessageIsUnsignedAndFromWhomItSays) {
  const policy::Session found = judged("", session());
  EXPECT_EQ(found.authentication.dkim, auth::DkimResult::none);
  EXPECT_EQ(found.authentication.dmarc, auth::DmarcResult::pass);
}

// The record's TTL is five minutes.
TEST_F(AuthenticatorTest, ACorrectedSpfRecordTakesEffectOnceTheOldOneHasRunOut) {
  EXPECT_EQ(judged(message(), session("bounce@shop.example", stranger_ip)).authentication.spf, auth::SpfOutcome::fail);
  zones_ = dns::Zones({.outside = dns::Rcode::nxdomain});
  EXPECT_TRUE(zones_.add_zone("shop.example"));
  add_txt("shop.example", "v=spf1 ip4:198.18.9.9 -all", 300);
  const auto spf_at = [&](Duration after) {
    return judged(message(), session("bounce@shop.example", stranger_ip), start + after).authentication.spf;
  };
  EXPECT_EQ(spf_at(299s), auth::SpfOutcome::fail);
  EXPECT_EQ(spf_at(300s), auth::SpfOutcome::pass);
}

TEST_F(AuthenticatorTest, AProviderMayKeepItsVerdictLonger) {
  begin("auth_policy: { spf_cache: 1h }");
  EXPECT_FALSE(judged(message(), session("bounce@shop.example", stranger_ip)).authentication.spf_remembered);
  zones_ = dns::Zones({.outside = dns::Rcode::nxdomain});
  EXPECT_TRUE(zones_.add_zone("shop.example"));
  add_txt("shop.example", "v=spf1 ip4:198.18.9.9 -all", 300);
  const policy::Session kept = judged(message(), session("bounce@shop.example", stranger_ip), start + 59min);
  EXPECT_EQ(kept.authentication.spf, auth::SpfOutcome::fail);
  EXPECT_TRUE(kept.authentication.spf_remembered);
  EXPECT_EQ(judged(message(), session("bounce@shop.example", stranger_ip), start + 60min).authentication.spf,
            auth::SpfOutcome::pass);
}

// RFC 7208 §7.2: %{l} is the local part, so one sender's result is not another's.
TEST_F(AuthenticatorTest, AResultThatDependsOnTheLocalPartIsNobodyElses) {
  add_txt("plain.example", "v=spf1 exists:%{L}.users.plain.example -all");
  add(dns::Record::address("ann.users.plain.example", IpAddress::parse("127.0.0.2").value()));
  EXPECT_EQ(judged(message(), session("ann@plain.example")).authentication.spf, auth::SpfOutcome::pass);
  EXPECT_EQ(judged(message(), session("bob@plain.example")).authentication.spf, auth::SpfOutcome::fail);
  EXPECT_EQ(judged(message(), session("ann@plain.example")).authentication.spf, auth::SpfOutcome::pass);
}

class SlowAuthenticatorTest : public AuthenticatorTest {
 protected:
  SlowAuthenticatorTest() {
    dns::Zones slow({.outside = dns::Rcode::nxdomain, .cost = 10ms});
    slow.add_reverse_zones();
    EXPECT_TRUE(slow.add_zone("shop.example"));
    zones_ = slow;
    add_txt("shop.example", "v=spf1 ip4:198.18.2.10 -all", 300);
    add_txt("_dmarc.shop.example", "v=DMARC1; p=reject", 300);
    add_txt("s1._domainkey.shop.example", auth::key_record_text(test_key()), 300);
    add_host("mta1.shop.example", shop_ip);
    begin("network: { dnsbl: [] }");
  }
};

TEST_F(SlowAuthenticatorTest, TheDnsTakesItsTimeOnlyWhenAsked) {
  judged(sign(message()), session());
  // SPF of shop.example and of mta1; PTR and A of the client.
  EXPECT_EQ(mail_cost_, 40ms);
  // The key and the policy.
  EXPECT_EQ(data_cost_, 20ms);
  judged(sign(message()), session(), start + 1s);
  EXPECT_EQ(mail_cost_, 0ms);
  EXPECT_EQ(data_cost_, 0ms);
}

// One message stands for all with its content key: it is looked at once, as long as what the DNS said holds.
TEST_F(SlowAuthenticatorTest, MessagesThatAuthenticateAlikeAreJudgedOnce) {
  const std::string content = sign(message());
  const auto first = judged(content, session(), start, 7).authentication;
  EXPECT_EQ(first.dkim, auth::DkimResult::pass);
  // Nobody looks at the content a second time.
  const auto second = judged("From: x@elsewhere.example\r\n\r\n", session(), start + 299s, 7).authentication;
  EXPECT_EQ(second.dkim, auth::DkimResult::pass);
  EXPECT_EQ(second.results_field, first.results_field);
  EXPECT_EQ(second.signatures, first.signatures);
  const auto another = judged("From: x@shop.example\r\n\r\n", session(), start + 299s, 8).authentication;
  EXPECT_EQ(another.dkim, auth::DkimResult::none);
  // When the answers have run out it is asked again, and they say the same.
  const auto asked_again = judged("From: x@shop.example\r\n\r\n", session(), start + 300s, 7).authentication;
  EXPECT_EQ(data_cost_, 20ms);
  EXPECT_EQ(mail_cost_, 20ms) << "the host's addresses hold longer";
  EXPECT_FALSE(asked_again.spf_remembered);
  EXPECT_EQ(asked_again.results_field, first.results_field);
  // Only another answer makes somebody look.
  add_txt("_dmarc.shop.example", "something else", 300);
  EXPECT_EQ(judged("From: x@shop.example\r\n\r\n", session(), start + 599s, 7).authentication.dkim,
            auth::DkimResult::pass);
  EXPECT_EQ(judged("From: x@shop.example\r\n\r\n", session(), start + 600s, 7).authentication.dkim,
            auth::DkimResult::pass)
      << "the key is what it was";
  zones_ = dns::Zones({.outside = dns::Rcode::nxdomain});  // the key is gone, with all the rest
  EXPECT_EQ(judged(content, session(), start + 899s, 7).authentication.dkim, auth::DkimResult::pass);
  EXPECT_NE(judged(content, session(), start + 900s, 7).authentication.dkim, auth::DkimResult::pass);
}

// A signature's own end (x=) is not the DNS's affair.
TEST_F(SlowAuthenticatorTest, ASignatureThatRunsOutIsLookedAtAgain) {
  auto signer =
      auth::DkimSigner::make({.domain = "shop.example", .selector = "s1", .key = test_key(), .lifetime = 10min});
  ASSERT_TRUE(signer) << signer.error().to_string();
  const std::string content = signer->sign(message(), start) + message();
  EXPECT_EQ(judged(content, session(), start, 7).authentication.dkim, auth::DkimResult::pass);
  EXPECT_EQ(judged(content, session(), start + 590s, 7).authentication.dkim, auth::DkimResult::pass);
  EXPECT_NE(judged(content, session(), start + 900s, 7).authentication.dkim, auth::DkimResult::pass);
}

TEST_F(SlowAuthenticatorTest, TheSameContentFromElsewhereIsAnotherMatter) {
  const std::string content = message();
  EXPECT_EQ(judged(content, session(), start, 7).authentication.dmarc, auth::DmarcResult::pass);
  EXPECT_EQ(judged(content, session("bounce@shop.example", stranger_ip), start, 7).authentication.dmarc,
            auth::DmarcResult::fail);
}

TEST_F(AuthenticatorTest, MemoryIsBounded) {
  for (int i = 0; i < 150'000; ++i) {
    policy::Session stranger = session(fmt::format("x@n{}.shop.example", i));
    authenticator_->mail(start, stranger);
  }
  EXPECT_LE(authenticator_->size(), 120'000U);
}

// RFC 7489 §6.6.4: out of 100 messages about pct meet the policy, the others the next milder one.
TEST_F(AuthenticatorTest, TheOldWayOfDmarcHonoursPct) {
  begin("auth_policy: { org_domain: psl }");
  add_txt("_dmarc.plain.example", "v=DMARC1; p=reject; pct=50");
  // Alone, and as copies of one content that is remembered: each message has its own lot.
  for (const std::uint64_t content_key : {0, 7}) {
    int rejected = 0;
    for (int i = 0; i < 200; ++i) {
      policy::Session stranger = session("x@platform.example", platform_ip);
      const std::string content = message("plain.example");
      authenticator_->mail(start, stranger);
      authenticator_->data(start, stranger,
                           {.message_id = fmt::format("{}@plain.example", i),
                            .header_from_domain = {},
                            .content = content,
                            .content_key = content_key});
      const auth::DmarcPolicy disposition = stranger.authentication.disposition;
      rejected += disposition == auth::DmarcPolicy::reject;
      EXPECT_NE(disposition, auth::DmarcPolicy::none);
    }
    EXPECT_GT(rejected, 70);
    EXPECT_LT(rejected, 130);
  }
}

}  // namespace
}  // namespace mailrig::receiver
