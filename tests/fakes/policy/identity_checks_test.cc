#include "fakes/policy/identity_checks.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/auth_fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

MessageFacts message_of(std::string_view author_domain) {
  MessageFacts facts;
  facts.header_from_domain = author_domain;
  return facts;
}

TEST(IdentityChecks, ADomainThatNeverSends) {
  Session session = authenticated();
  const IdentitySettings settings{.spf_null = AuthAction::reject};
  EXPECT_EQ(judge_spf_null(settings, session), AuthAction::accept);
  session.authentication.spf_null = true;
  EXPECT_EQ(judge_spf_null(settings, session), AuthAction::reject);
}

class OwnDomainTest : public ::testing::Test {
 protected:
  OwnDomainTest() { session_.mail_from = "ceo@isp.example"; }

  AuthAction judged(const MessageFacts* message = nullptr, AuthAction action = AuthAction::reject) const {
    return judge_own_domain({.own_domain_unauthenticated = action}, {"isp.example", "isp.test"}, session_, message);
  }

  Session session_ = session_from("198.18.9.9");
};

TEST_F(OwnDomainTest, InAStrangersMouthIsNotTaken) {
  EXPECT_EQ(judged(), AuthAction::reject);
  EXPECT_EQ(judged(nullptr, AuthAction::junk), AuthAction::junk);
  EXPECT_EQ(judged(nullptr, AuthAction::accept), AuthAction::accept);
  session_.mail_from = "CEO@ISP.Test";
  EXPECT_EQ(judged(), AuthAction::reject) << "letter case does not count";
  session_.mail_from = "ceo@mail.isp.example";
  EXPECT_EQ(judged(), AuthAction::accept) << "a subdomain is another domain";
}

TEST_F(OwnDomainTest, InTheFromFieldCountsOnceTheMessageIsThere) {
  session_.mail_from = "news@shop.example";
  const MessageFacts claims = message_of("Isp.example");
  EXPECT_EQ(judged(), AuthAction::accept);
  EXPECT_EQ(judged(&claims), AuthAction::reject);
  const MessageFacts modest = message_of("shop.example");
  EXPECT_EQ(judged(&modest), AuthAction::accept);
}

TEST_F(OwnDomainTest, SpfOrDkimBearsItOut) {
  session_.authentication.spf = auth::SpfOutcome::pass;
  EXPECT_EQ(judged(), AuthAction::accept);
  session_.authentication.spf = auth::SpfOutcome::softfail;
  EXPECT_EQ(judged(), AuthAction::reject);
  session_.authentication.dkim = auth::DkimResult::pass;
  EXPECT_EQ(judged(), AuthAction::accept);
}

TEST(IdentityChecks, AnEnvelopeThatSpeaksForAnotherDomain) {
  const IdentitySettings settings{.envelope_mismatch = AuthAction::reject};
  const auto judged = [&](std::string_view mail_from, std::string_view author) {
    return judge_envelope_mismatch(settings, session_from("198.18.2.10", mail_from), message_of(author));
  };
  EXPECT_EQ(judged("news@shop.example", "Shop.Example"), AuthAction::accept);
  EXPECT_EQ(judged("news@platform.example", "shop.example"), AuthAction::reject);
  EXPECT_EQ(judged("news@mail.shop.example", "shop.example"), AuthAction::reject);
  EXPECT_EQ(judged("", "shop.example"), AuthAction::accept) << "a bounce speaks for nobody";
  EXPECT_EQ(judged("news@shop.example", ""), AuthAction::accept) << "a missing author is another fault";
}

// RFC 5321 §2.3.5.
TEST(IdentityChecks, AFullHostNameHasADotOrIsALiteral) {
  EXPECT_TRUE(is_full_host_name("mta1.shop.example"));
  EXPECT_TRUE(is_full_host_name("[198.18.2.10]"));
  EXPECT_TRUE(is_full_host_name("[IPv6:2001:db8::1]"));
  for (const char* name : {"", "localhost", ".", ".example", "mta1.", "[198.18.2.10", "["}) {
    EXPECT_FALSE(is_full_host_name(name)) << name;
  }
}

TEST(IdentityChecks, WhatMustBeRightInAHeader) {
  const SyntaxSettings settings{
      .message_id = AuthAction::reject, .from = AuthAction::junk, .malformed = AuthAction::tempfail};
  MessageFacts message;
  EXPECT_EQ(judge_message_id(settings, message), AuthAction::reject);
  message.message_id = "1@shop.example";
  EXPECT_EQ(judge_message_id(settings, message), AuthAction::accept);
  ContentFacts found;
  EXPECT_EQ(judge_from(settings, found), AuthAction::accept);
  EXPECT_EQ(judge_header(settings, message), AuthAction::accept);
  found.from_fault = auth::FromFault::missing_field;
  EXPECT_EQ(judge_from(settings, found), AuthAction::junk);
  EXPECT_EQ(judge_header(settings, message), AuthAction::accept) << "that is another fault";
  message.header_readable = false;
  EXPECT_EQ(judge_header(settings, message), AuthAction::tempfail);
}

}  // namespace
}  // namespace mailrig::policy
