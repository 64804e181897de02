#include "fakes/receiver/content_reader.h"

#include <gmock/gmock.h>

#include "tests/fakes/receiver/fixture.h"

namespace mailrig::receiver {
namespace {

using namespace testing;
using ::testing::ElementsAre;

// A provider that does not read, changed as given.
ContentReader reader(std::string_view changes) {
  return ContentReader(profile("sink", "kind: receiver\ndomains: [isp.example]\n" + std::string(changes)));
}

policy::MessageFacts message(std::string_view content, std::uint64_t content_key = 0) {
  policy::MessageFacts facts;
  facts.content = content;
  facts.content_key = content_key;
  return facts;
}

constexpr std::string_view ordinary =
    "From: Shop <news@shop.example>\r\nTo: jane@isp.example\r\nSubject: Your order\r\n"
    "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n"
    "List-Unsubscribe: <https://shop.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\n"
    "It is on its way: https://track.example/7\r\n";
constexpr std::string_view with_program =
    "From: Shop <news@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n"
    "--b\r\nContent-Type: application/octet-stream; name=\"Invoice.EXE\"\r\n"
    "Content-Disposition: attachment; filename=\"Invoice.EXE\"\r\n\r\nMZ\r\n--b--\r\n";

TEST(ContentReader, ReadsOnlyWhereARuleAsksForIt) {
  EXPECT_FALSE(reader("").wanted());
  EXPECT_TRUE(reader("content: { junk_below: 5 }").wanted());
  EXPECT_TRUE(reader("content: { blocked_attachments: [exe] }").wanted());
  EXPECT_TRUE(reader("network: { domain_lists: [dbl.example] }").wanted());
  EXPECT_TRUE(reader("auth_policy: { require_for_bulk: { threshold_per_day: 5, unsubscribe: junk } }").wanted());
  EXPECT_TRUE(reader("limits: { rate_windows: [{ scope: similar_content, count: 5, window: 1h, event: "
                     "rate_limited/similar }] }\nreplies: { rate_limited/similar: '450 no' }")
                  .wanted());
  EXPECT_FALSE(reader("network: { dnsbl: [zen.example] }").wanted()) << "the client's address is not in the text";
}

TEST(ContentReader, ASinkAsksForNothing) {
  EXPECT_FALSE(ContentReader(profile("sink", "content: { junk_below: 5 }")).wanted());
}

TEST(ContentReader, TellsWhatItFound) {
  auto found = reader("content: { junk_below: 5, blocked_attachments: [exe] }").read(message(ordinary));
  EXPECT_TRUE(found.traits.read);
  EXPECT_GT(found.traits.score_milli, 0);
  EXPECT_NE(found.traits.fingerprint, 0U);
  EXPECT_TRUE(found.traits.one_click);
  EXPECT_TRUE(found.traits.unsubscribe);
  EXPECT_FALSE(found.traits.blocked_attachment);
  EXPECT_THAT(found.link_domains, ElementsAre("track.example"));
}

TEST(ContentReader, BlocksTheKindsThatTheProfileNames) {
  EXPECT_TRUE(
      reader("content: { blocked_attachments: [com, exe] }").read(message(with_program)).traits.blocked_attachment);
  EXPECT_FALSE(reader("content: { blocked_attachments: [scr] }").read(message(with_program)).traits.blocked_attachment);
}

TEST(ContentReader, AMessageWithoutTextIsNotRead) {
  EXPECT_FALSE(reader("content: { junk_below: 5 }").read(message("")).traits.read);
}

TEST(ContentReader, WhatStandsForManyIsReadOnce) {
  auto reads = reader("content: { blocked_attachments: [exe] }");
  const auto first = reads.read(message(ordinary, 7));
  const auto again = reads.read(message(with_program, 7));
  EXPECT_FALSE(again.traits.blocked_attachment) << "the key says that it is the same text";
  EXPECT_EQ(again.traits.fingerprint, first.traits.fingerprint);
  EXPECT_EQ(again.link_domains, first.link_domains);
  EXPECT_TRUE(reads.read(message(with_program, 8)).traits.blocked_attachment);
}

TEST(ContentReader, AMessageThatStandsAloneIsReadEachTime) {
  auto reads = reader("content: { blocked_attachments: [exe] }");
  EXPECT_FALSE(reads.read(message(ordinary)).traits.blocked_attachment);
  EXPECT_TRUE(reads.read(message(with_program)).traits.blocked_attachment);
}

}  // namespace
}  // namespace mailrig::receiver
