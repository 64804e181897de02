#include "fakes/forward/forwarder.h"

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/authentication_results.h"
#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/dmarc.h"
#include "fakes/auth/key_record.h"
#include "fakes/auth/spf.h"
#include "fakes/mail/header.h"

namespace mailrig::forward {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Instant now{std::chrono::seconds(1'790'000'000)};
const IpAddress shop_ip = *IpAddress::parse("198.18.2.10");
const IpAddress alumni_ip = *IpAddress::parse("198.18.3.10");

const std::string mail_text =
    "X-Mailrig-Id: 00c0ffee00c0ffee\r\n"
    "From: Shop <news@shop.example>\r\n"
    "Subject: Hello\r\n"
    "Message-ID: <1@shop.example>\r\n"
    "\r\n"
    "Good morning\r\n";

class ForwarderTest : public testing::Test {
 protected:
  ForwarderTest() {
    EXPECT_TRUE(zones_.add_zone("shop.example"));
    EXPECT_TRUE(zones_.add_zone("alumni.example"));
    publish("shop.example", "v=spf1 ip4:198.18.2.10 -all");
    publish("_dmarc.shop.example", "v=DMARC1; p=reject");
    publish("s1._domainkey.shop.example", auth::key_record_text(key_));
    publish("alumni.example", "v=spf1 ip4:198.18.3.10 -all");
    publish("arc._domainkey.alumni.example", auth::key_record_text(key_));
    auto signer = auth::DkimSigner::make({.domain = "shop.example", .selector = "s1", .key = key_});
    signed_mail_ = signer->sign(mail_text, now) + mail_text;
    session_.client_ip = shop_ip;
    session_.helo = "mta1.shop.example";
    session_.mail_from = "bounces@shop.example";
    found("spf=pass smtp.mailfrom=shop.example");
  }

  // By the receiving side.
  void found(const std::string& results) {
    session_.authentication.results_field = "Authentication-Results: mx.alumni.example;\r\n " + results + "\r\n";
  }

  void publish(const std::string& name, const std::string& text) {
    ASSERT_TRUE(zones_.add(dns::Record::txt(name, text)));
  }

  ForwarderSettings plain() const {
    return {.name = "alumni", .domain = "alumni.example", .host = "mx.alumni.example", .target_domain = "gmail.com"};
  }
  ForwarderSettings sealing() const {
    ForwarderSettings settings = plain();
    settings.arc = auth::ArcSealOptions{.domain = "alumni.example", .selector = "arc", .key = key_};
    return settings;
  }
  ForwarderSettings rewriting() const {
    ForwarderSettings settings = plain();
    settings.srs = true;
    settings.srs_secret = "secret";
    return settings;
  }

  mail::Outgoing forward(ForwarderSettings settings, const std::string& content) {
    auto forwarder = Forwarder::make(std::move(settings), zones_);
    return forwarder->forward(now, session_, "ann@alumni.example", policy::facts_of(content));
  }

  // As the next receiver sees what comes from the forwarder.
  auth::SpfOutcome spf(const mail::Outgoing& outgoing) {
    return auth::check_spf(resolver_,
                           {.helo = "mta1.alumni.example", .mail_from = outgoing.mail_from, .client_ip = alumni_ip})
        .result;
  }
  auth::DkimResult dkim(const mail::Outgoing& outgoing) {
    return auth::DkimVerifier().verify(*outgoing.content, resolver_, now).result();
  }
  auth::ArcOutcome arc(const mail::Outgoing& outgoing) {
    return auth::ArcVerifier().verify(*outgoing.content, resolver_, now);
  }
  auth::DmarcResult dmarc(const mail::Outgoing& outgoing) {
    using auth::IdentifierCheck;
    const auto check = [](bool pass) { return pass ? IdentifierCheck::passed : IdentifierCheck::failed; };
    const std::string domain = outgoing.mail_from.substr(outgoing.mail_from.rfind('@') + 1);
    return auth::evaluate_dmarc(resolver_,
                                {.author_domain = outgoing.traits.header_from_domain,
                                 .spf = {check(spf(outgoing) == auth::SpfOutcome::pass), domain},
                                 .dkim = {{check(dkim(outgoing) == auth::DkimResult::pass), "shop.example"}}})
        .result;
  }

  auth::PrivateKey key_ = auth::PrivateKey::generate_ed25519();
  dns::Zones zones_{{.outside = dns::Rcode::nxdomain}};
  dns::ZoneResolver resolver_{zones_, now};
  std::string signed_mail_;
  policy::Session session_;
};

TEST_F(ForwarderTest, PassesAMessageOnToTheSameMailboxElsewhere) {
  const mail::Outgoing outgoing = forward(plain(), signed_mail_);
  EXPECT_EQ(outgoing.identity, "alumni");
  EXPECT_EQ(outgoing.recipient, "ann@gmail.com");
  EXPECT_EQ(outgoing.mail_from, "bounces@shop.example");
  EXPECT_EQ(outgoing.return_to, "bounces@shop.example");
  EXPECT_EQ(outgoing.traits.rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_FALSE(outgoing.body_changed);
  EXPECT_EQ(outgoing.traits.body_digest, policy::facts_of(signed_mail_).body_digest);
}

// RFC 5321 §4.4.
TEST_F(ForwarderTest, AddsATraceField) {
  const mail::Outgoing outgoing = forward(plain(), signed_mail_);
  EXPECT_EQ(outgoing.traits.received_hops, 1U);
  EXPECT_EQ(outgoing.traits.size, outgoing.content->size());
  EXPECT_THAT(mail::unfold(*mail::find_field(*outgoing.content, "Received")),
              StartsWith("from mta1.shop.example ([198.18.2.10]) by mx.alumni.example with ESMTP id "));
}

// What forwarding does to each mechanism: RFC 7208 §10.3 (SPF), RFC 6376 §1 (DKIM), RFC 9989 (DMARC by either).
TEST_F(ForwarderTest, KeptAsItIsBreaksSpfAndNotDkim) {
  const mail::Outgoing outgoing = forward(plain(), signed_mail_);
  EXPECT_EQ(spf(outgoing), auth::SpfOutcome::fail);
  EXPECT_EQ(dkim(outgoing), auth::DkimResult::pass);
  EXPECT_EQ(dmarc(outgoing), auth::DmarcResult::pass);
}

TEST_F(ForwarderTest, SrsRepairsSpfButNotItsAlignment) {
  const mail::Outgoing outgoing = forward(rewriting(), mail_text);
  EXPECT_THAT(outgoing.mail_from, StartsWith("SRS0="));
  EXPECT_THAT(outgoing.mail_from, HasSubstr("=shop.example=bounces@alumni.example"));
  EXPECT_EQ(outgoing.return_to, "bounces@shop.example");
  EXPECT_EQ(spf(outgoing), auth::SpfOutcome::pass);
  EXPECT_EQ(dmarc(outgoing), auth::DmarcResult::fail);  // unsigned, and SPF passes for another domain
}

TEST_F(ForwarderTest, AFooterBreaksDkim) {
  ForwarderSettings settings = plain();
  settings.modifications = {Modification::footer};
  const mail::Outgoing outgoing = forward(settings, signed_mail_);
  EXPECT_TRUE(outgoing.body_changed);
  EXPECT_EQ(dkim(outgoing), auth::DkimResult::fail);
  EXPECT_EQ(dmarc(outgoing), auth::DmarcResult::fail);
}

// RFC 8617 §5.1: the set vouches for what the message was when it came, and seals what it has become.
TEST_F(ForwarderTest, ArcTellsWhatTheMessageWas) {
  ForwarderSettings settings = sealing();
  settings.modifications = {Modification::footer};
  const mail::Outgoing outgoing = forward(settings, signed_mail_);
  EXPECT_EQ(dkim(outgoing), auth::DkimResult::fail);
  const auth::ArcOutcome chain = arc(outgoing);
  EXPECT_EQ(chain.result, auth::ArcResult::pass) << chain.reason;
  EXPECT_EQ(chain.instances, 1U);
  EXPECT_EQ(mail::unfold(*mail::find_field(*outgoing.content, "ARC-Authentication-Results")),
            "i=1; mx.alumni.example; spf=pass smtp.mailfrom=shop.example");
}

TEST_F(ForwarderTest, ArcContinuesAChain) {
  const mail::Outgoing first = forward(sealing(), signed_mail_);
  const mail::Outgoing second = forward(sealing(), *first.content);
  const auth::ArcOutcome chain = arc(second);
  EXPECT_EQ(chain.result, auth::ArcResult::pass) << chain.reason;
  EXPECT_EQ(chain.instances, 2U);
  EXPECT_EQ(second.traits.received_hops, 2U);
}

// RFC 8601 §2.2: no-result.
TEST_F(ForwarderTest, ArcSaysThatNobodyLooked) {
  session_.authentication.forget();
  const mail::Outgoing outgoing = forward(sealing(), signed_mail_);
  EXPECT_EQ(mail::unfold(*mail::find_field(*outgoing.content, "ARC-Authentication-Results")),
            "i=1; mx.alumni.example; none");
  EXPECT_EQ(arc(outgoing).result, auth::ArcResult::pass);
}

TEST_F(ForwarderTest, TakesABounceBackToTheSender) {
  ForwarderSettings settings = rewriting();
  settings.modifications = {Modification::footer};
  auto forwarder = Forwarder::make(settings, zones_);
  const std::string return_path = forwarder->srs().rewrite(now, "bounces@shop.example");
  session_.mail_from.clear();
  const mail::Outgoing outgoing = forwarder->forward(now, session_, return_path, policy::facts_of(mail_text));
  EXPECT_EQ(outgoing.recipient, "bounces@shop.example");
  EXPECT_EQ(outgoing.mail_from, "");
  EXPECT_EQ(outgoing.return_to, "");
  EXPECT_FALSE(outgoing.body_changed);
}

TEST_F(ForwarderTest, CommandsInAddressesAreForTheMailbox) {
  auto forwarder = Forwarder::make(plain(), zones_);
  EXPECT_EQ(forwarder->forward(now, session_, "ann+defer2@Alumni.example", policy::facts_of(mail_text)).recipient,
            "ann+defer2@gmail.com");
}

// Virtual time, where a message stands for all of its key: done once, and what tells messages apart is kept apart.
TEST_F(ForwarderTest, RemembersWhatItDidToAKey) {
  auto forwarder = Forwarder::make(sealing(), zones_);
  policy::MessageFacts facts = policy::facts_of(signed_mail_);
  facts.content_key = 42;
  facts.body_digest = 0;
  facts.rig_id = 1;
  const mail::Outgoing first = forwarder->forward(now, session_, "ann@alumni.example", facts);
  facts.rig_id = 2;
  facts.size += 1'000;
  session_.mail_from = "bounces+2@shop.example";
  const mail::Outgoing second = forwarder->forward(now + std::chrono::hours(1), session_, "bob@alumni.example", facts);
  EXPECT_EQ(first.content, second.content);
  EXPECT_NE(first.content_key, 0U);
  EXPECT_NE(first.content_key, 42U);
  EXPECT_EQ(first.content_key, second.content_key);
  EXPECT_EQ(second.traits.rig_id, 2U);
  EXPECT_EQ(second.traits.size, first.traits.size + 1'000);
  EXPECT_EQ(second.traits.body_digest, 0U);
  EXPECT_EQ(second.recipient, "bob@gmail.com");

  // The receiving side found something else, so another set is sealed.
  found("spf=fail smtp.mailfrom=shop.example");
  const mail::Outgoing third = forwarder->forward(now, session_, "ann@alumni.example", facts);
  EXPECT_NE(third.content_key, first.content_key);
  EXPECT_THAT(*third.content, HasSubstr("spf=fail"));
}

TEST_F(ForwarderTest, PassesOnBareFacts) {
  ForwarderSettings settings = plain();
  settings.modifications = {Modification::footer};
  auto forwarder = Forwarder::make(settings, zones_);
  policy::MessageFacts facts;
  facts.size = 2'000;
  facts.rig_id = 7;
  facts.message_id = "7@shop.example";
  facts.header_from_domain = "shop.example";
  facts.received_hops = 3;
  const mail::Outgoing outgoing = forwarder->forward(now, session_, "ann@alumni.example", facts);
  EXPECT_EQ(outgoing.content, nullptr);
  EXPECT_EQ(outgoing.traits.rig_id, 7U);
  EXPECT_EQ(outgoing.traits.received_hops, 4U);
  EXPECT_GT(outgoing.traits.size, 2'000U);
  EXPECT_TRUE(outgoing.body_changed);
}

TEST_F(ForwarderTest, SaysWhyItCannotSeal) {
  ForwarderSettings settings = sealing();
  settings.arc->key.reset();
  const auto forwarder = Forwarder::make(settings, zones_);
  ASSERT_FALSE(forwarder);
  EXPECT_THAT(forwarder.error().message, HasSubstr("private key"));
}

}  // namespace
}  // namespace mailrig::forward
