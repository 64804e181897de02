#include "sim/world/outgoing_mail.h"

#include <fstream>

#include "fakes/mail/body_digest.h"
#include "fakes/mail/header.h"
#include "tests/sim/world/signed_world.h"
#include "tests/temporary_folder.h"

namespace mailrig::world {
namespace {

using auth::DkimResult;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::EndsWith;

const std::string two_keys = "[{selector: r, bits: 1024}, {selector: e, algorithm: ed25519-sha256}]";

std::uint64_t digest_of_body(std::string_view message) {
  return mail::body_digest(message.substr(mail::body_offset(message)));
}

std::string sent(OutgoingMail& mail, const plan::PlannedMessage& message, Instant now) {
  return mail.content(message, mail.submit(message, now, false).signatures);
}

TEST(OutgoingMail, SignaturesStandInFrontOfWhatWasRendered) {
  const SignedWorld world(two_keys);
  OutgoingMail mail(world.traffic, world.signer());
  const auto message = world.message(3);
  const auto submitted = mail.submit(message, world.scenario.start, true);
  const std::string content = mail.content(message, submitted.signatures);
  EXPECT_EQ(content, submitted.signatures + world.traffic.render(message));
  EXPECT_EQ(submitted.body_digest, digest_of_body(content));
  EXPECT_EQ(submitted.loose_body_digest,
            mail::loose_body_digest(std::string_view(content).substr(mail::body_offset(content))));
  const auto verdict = world.verify(content);
  EXPECT_EQ(verdict.result, DkimResult::pass);
  EXPECT_THAT(verdict.selectors, ElementsAre("r", "e"));
}

TEST(OutgoingMail, MailCanStayUnsigned) {
  const SignedWorld world(two_keys, "{ sign: false }");
  OutgoingMail mail(world.traffic, world.signer());
  const auto message = world.message(0);
  EXPECT_EQ(mail.submit(message, world.scenario.start, false).signatures, "");
  EXPECT_EQ(mail.represent(message, world.scenario.start).content, world.traffic.render(message));
}

TEST(OutgoingMail, OneChangedOctetFailsWhereverItIs) {
  for (const std::string what : {"body", "header"}) {
    const SignedWorld world(two_keys,
                            "{ language: zh, attachments: [{ name: a.pdf, size: 2KB }], tamper: " + what + " }");
    OutgoingMail mail(world.traffic, world.signer());
    for (std::uint64_t slot = 0; slot < 20; ++slot) {
      const auto message = world.message(slot);
      const auto submitted = mail.submit(message, world.scenario.start, true);
      const std::string content = mail.content(message, submitted.signatures);
      const std::string untouched = submitted.signatures + world.traffic.render(message);
      EXPECT_EQ(world.verify(untouched).result, DkimResult::pass);
      EXPECT_EQ(world.verify(content).result, DkimResult::fail) << what;
      EXPECT_EQ(content.size(), untouched.size());
      // Nothing happened to it on the way: what arrives is what was meant to.
      EXPECT_EQ(submitted.body_digest, digest_of_body(content));
      EXPECT_EQ(mail.content(message, submitted.signatures), content);
      EXPECT_EQ(world.verify(mail.represent(message, world.scenario.start).content).result, DkimResult::fail);
    }
  }
}

class OwnMessages : public testing::Test {
 protected:
  OwnMessages() {
    std::ofstream(folder_ / "a.eml") << "From: a@shop.example\nSubject: one\n\nbody  one \n\n\n";
    std::ofstream(folder_ / "b.eml") << "Subject: kein \xc3\xbc From\nbody without a separator\n";
  }
  std::string files(const std::string& more = "") const { return "{ files: " + folder_.path().string() + more + " }"; }

  TemporaryFolder folder_;
};

TEST_F(OwnMessages, AreSignedAsTheyAreSent) {
  const SignedWorld world("[{selector: e, algorithm: ed25519-sha256, canonicalization: simple/simple}]", files());
  OutgoingMail mail(world.traffic, world.signer());
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    const auto submitted = mail.submit(world.message(slot), world.scenario.start, false);
    const std::string content = mail.content(world.message(slot), submitted.signatures);
    EXPECT_EQ(submitted.body_digest, digest_of_body(content));
    EXPECT_EQ(content.size(), submitted.signatures.size() + world.message(slot).size_bytes);
  }
  EXPECT_EQ(world.verify(sent(mail, world.message(0), world.scenario.start)).result, DkimResult::pass);
}

TEST_F(OwnMessages, OfEveryFileThereIsARepresentative) {
  const SignedWorld world("[{selector: e, algorithm: ed25519-sha256}]", files());
  OutgoingMail mail(world.traffic, world.signer());
  const Instant start = world.scenario.start;
  EXPECT_EQ(mail.content_key(world.message(0), start), mail.content_key(world.message(2), start));
  EXPECT_NE(mail.content_key(world.message(0), start), mail.content_key(world.message(1), start));
  EXPECT_THAT(mail.represent(world.message(0), start).content, EndsWith("body  one \r\n\r\n\r\n"));
}

// Live and virtual runs tell receivers the same size: a signature is as long for every message like it.
TEST(OutgoingMail, ARepresentativeHasTheSignaturesOfAll) {
  const SignedWorld world(two_keys, "{ language: mixed, kind: marketing, size: { min: 2KB, max: 40KB } }");
  OutgoingMail mail(world.traffic, world.signer());
  const Representative representative = mail.represent(world.message(0), world.scenario.start);
  EXPECT_EQ(world.verify(representative.content).result, DkimResult::pass);
  for (std::uint64_t slot = 0; slot < 50; ++slot) {
    const Instant now = world.scenario.start + minutes(slot * 7);
    EXPECT_EQ(mail.content_key(world.message(slot), now), mail.content_key(world.message(0), world.scenario.start));
    EXPECT_EQ(mail.submit(world.message(slot), now, false).signatures.size(), representative.signature_octets);
  }
}

TEST(OutgoingMail, AnotherSetOfKeysAuthenticatesAnew) {
  const std::string rotating =
      "[{selector: a, algorithm: ed25519-sha256, until: 5m}, {selector: b, algorithm: ed25519-sha256, from: 5m}]";
  const SignedWorld world(rotating);
  OutgoingMail mail(world.traffic, world.signer());
  const Instant start = world.scenario.start;
  EXPECT_NE(mail.content_key(world.message(0), start), mail.content_key(world.message(0), start + minutes(5)));
  // Keys are no matter to mail that is not signed.
  const SignedWorld bare(rotating, "{ sign: false }");
  const OutgoingMail unsigned_mail(bare.traffic, bare.signer());
  EXPECT_EQ(unsigned_mail.content_key(bare.message(0), start),
            unsigned_mail.content_key(bare.message(0), start + minutes(5)));
}

// DMARC asks whether From, Return-Path and signature agree; a scenario can have each as it likes.
TEST(OutgoingMail, FromEnvelopeAndSignatureCanEachHaveADomainOfTheirOwn) {
  const SignedWorld world("[{selector: s, algorithm: ed25519-sha256, domain: esp.example}]",
                          "{ from: \"News <news@brand.example>\", envelope_from: b@bounce.example }");
  OutgoingMail mail(world.traffic, world.signer());
  const auto message = world.message(0);
  const Representative representative = mail.represent(message, world.scenario.start);
  EXPECT_EQ(message.mail_from, "b@bounce.example");
  EXPECT_EQ(representative.traits.header_from_domain, "brand.example");
  EXPECT_THAT(representative.content, testing::HasSubstr("d=esp.example;"));
  EXPECT_EQ(world.verify(representative.content).result, DkimResult::pass);
}

}  // namespace
}  // namespace mailrig::world
