#include "fakes/receiver/profile_replies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/receiver/changed_profile.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ProfileReplies, OnlyWhatIsSaidCanBeWorded) {
  EXPECT_EQ(fault("replies:\n  unknown_usr: '550 no'\n"),
            "scenario.yaml:2:3: unknown key 'unknown_usr' in replies: nothing in this profile says it; did you mean "
            "'unknown_user'?");
  EXPECT_THAT(fault("replies: { auth_failed: '550 no' }"),
              StartsWith("scenario.yaml:1:12: unknown key 'auth_failed' in replies"));
  EXPECT_THAT(fault("replies: { rate_limited/ipp: '550 no' }"), HasSubstr("did you mean 'rate_limited/ip'?"));
}

// A scenario that switches windows off need not clear away their words and phases.
TEST(ProfileReplies, WordsOfWindowsThatWereSwitchedOffAreNoFault) {
  EXPECT_EQ(fault("limits: { rate_windows: [] }"), "none");
}

TEST(ProfileReplies, TextsAreChecked) {
  EXPECT_EQ(fault("replies:\n  unknown_user: '550 {rctp} unknown'\n"),
            "scenario.yaml:2:17: replies.unknown_user: unknown placeholder '{rctp}'; valid: {ip} {netblock} {rcpt} "
            "{rcpt_local} {rcpt_dom} {from} {from_dom} {hdr_dom} {helo} {host} {sess} {hex8} {n} {unix} {ts} {rfcdate} "
            "{msgid} {bytes} {spf_verdict} {dkim_verdict} {dmarc_verdict} {rbl} {reason} {dkim_dom}");
  EXPECT_THAT(fault("replies: { unknown_user: 'no such user' }"),
              StartsWith("scenario.yaml:1:26: replies.unknown_user: 'no such user' is no SMTP reply; expected a code"));
  EXPECT_THAT(fault("replies: { unknown_user: { text: a } }"),
              StartsWith("scenario.yaml:1:26: replies.unknown_user: expected a line, a list of lines, or any_of"));
  EXPECT_THAT(fault("ehlo_first: '{hots}'"),
              StartsWith("scenario.yaml:1:13: ehlo_first: unknown placeholder '{hots}'"));
}

TEST(ProfileReplies, CodesFitWhatIsSaid) {
  EXPECT_EQ(
      fault("replies: { unknown_user: '250 fine' }"),
      "scenario.yaml:1:26: replies.unknown_user: 'unknown_user' refuses, so its code must be 4yz or 5yz, not 250");
  EXPECT_EQ(fault("replies: { mail_ok: '550 no' }"),
            "scenario.yaml:1:21: replies.mail_ok: 'mail_ok' goes on, so its code must be 2yz, not 550");
  EXPECT_EQ(fault("replies: { data_go: '250 go' }"),
            "scenario.yaml:1:21: replies.data_go: 'data_go' goes on, so its code must be 3yz, not 250");
  EXPECT_EQ(fault("banner: '554 no'"), "scenario.yaml:1:9: 'banner' goes on, so its code must be 2yz, not 554");
}

TEST(ProfileReplies, OneThingMayBeSaidInSeveralWordings) {
  const auto document = config::Document::parse(R"(
replies:
  unknown_user:
    any_of:
      - '550 5.1.1 {rcpt} unknown'
      - ['550-5.1.1 nobody', '550 5.1.1 here']
      - '551 5.1.1 moved'
close_after: [unknown_user]
)",
                                                "scenario.yaml");
  const Profile profile = load_profile("qq", &document.value().root()).value();
  const policy::ReplyTemplate& reply = profile.replies.reply("unknown_user");
  EXPECT_EQ(reply.text, "5.1.1 {rcpt} unknown");
  ASSERT_EQ(reply.others.size(), 2U);
  EXPECT_EQ(reply.others[0].text, "5.1.1 nobody\n5.1.1 here");
  EXPECT_EQ(reply.others[1].code, 551);
  for (const policy::ReplyTemplate& other : reply.others) {
    EXPECT_EQ(other.key, "unknown_user");
    EXPECT_EQ(other.event, policy::Event::unknown_user);
    EXPECT_TRUE(other.close);
  }
}

TEST(ProfileReplies, EveryWordingIsChecked) {
  EXPECT_THAT(fault("replies: { unknown_user: { any_of: ['550 no', '250 fine'] } }"),
              HasSubstr("'unknown_user' refuses, so its code must be 4yz or 5yz, not 250"));
  EXPECT_THAT(fault("replies: { unknown_user: { any_of: ['550 no', '550 {rctp}'] } }"),
              HasSubstr("unknown placeholder '{rctp}'"));
  EXPECT_EQ(fault("replies: { unknown_user: { any_of: ['550 no', '450 later'] } }"),
            "scenario.yaml:1:47: replies.unknown_user.any_of.1: the wordings of 'unknown_user' must all be 4yz, or all "
            "5yz");
  EXPECT_EQ(fault("replies: { unknown_user: { any_of: ['450 later', ''] } }"), "none")
      << "who is hung up on tries again";
}

TEST(ProfileReplies, AnyOfHasAListAndNothingElse) {
  for (const char* value :
       {"{ any_of: [] }", "{ any_of: '550 no' }", "{ any_of: ['550 no'], text: a }", "{ all_of: ['550 no'] }"}) {
    EXPECT_THAT(fault("replies: { unknown_user: " + std::string(value) + " }"),
                HasSubstr("expected a line, a list of lines, or any_of with a list of such wordings"))
        << value;
  }
  EXPECT_NE(fault("replies: { unknown_user: { any_of: [{ any_of: ['550 no'] }] } }"), "none");
}

// Steps forward and the byte engine's own replies have one wording; further ones would never be heard.
TEST(ProfileReplies, WhatIsNoRefusalHasOneWording) {
  for (const char* reply : {"accepted: { any_of: ['250 a', '250 b'] }", "data_go: { any_of: ['354 a', '354 b'] }",
                            "timeout: { any_of: ['421 a', '421 b'] }"}) {
    EXPECT_THAT(fault("replies: { " + std::string(reply) + " }"), HasSubstr("is always said in the same words"))
        << reply;
  }
}

TEST(ProfileReplies, PhasesAreChecked) {
  EXPECT_EQ(fault("phases: { unknown_user: quit }"),
            "scenario.yaml:1:25: phases.unknown_user: unknown phase 'quit'; valid: connect, helo, mail, rcpt, data");
  EXPECT_EQ(
      fault("phases: { unknown_user: mail }"),
      "scenario.yaml:1:25: phases.unknown_user: 'unknown_user' cannot be said at mail: it is not known before rcpt");
  EXPECT_EQ(
      fault("phases: { rate_limited/sender: connect }"),
      "scenario.yaml:1:32: phases.rate_limited/sender: 'rate_limited/sender' cannot be said at connect: it is not "
      "known before mail");
  EXPECT_THAT(fault("phases: { timeout: mail }"),
              StartsWith("scenario.yaml:1:11: unknown key 'timeout' in phases: nothing in this profile says it; valid: "
                         "auth_required_bulk, "));
  EXPECT_THAT(fault("close_after: [unknown_usr]"), HasSubstr("did you mean 'unknown_user'?"));
}

TEST(ProfileReplies, AWindowsEventMustBeWorded) {
  EXPECT_THAT(
      fault("limits: { rate_windows: [{ scope: ip, count: 1, window: 1h, event: rate_limited/planet }] }"),
      StartsWith("scenario.yaml:1:68: limits.rate_windows.0.event: there is no reply 'rate_limited/planet'; word "
                 "it under 'replies'"));
  EXPECT_THAT(
      fault("limits: { rate_windows: [{ scope: ip, count: 1, window: 1h, event: too_often }] }"),
      StartsWith("scenario.yaml:1:68: limits.rate_windows.0.event: 'too_often' does not name an event to refuse "
                 "with"));
  EXPECT_EQ(fault(R"(
limits: { rate_windows: [{ scope: ip, count: 1, window: 1h, event: rate_limited/planet }] }
replies: { rate_limited/planet: '450 4.7.1 your planet sends too much' }
)"),
            "none");
}

}  // namespace
}  // namespace mailrig::receiver
