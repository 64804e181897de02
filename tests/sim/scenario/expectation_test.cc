#include "sim/scenario/expectation.h"

#include <gtest/gtest.h>

#include "fakes/config/document.h"

namespace mailrig::scenario {
namespace {

const std::vector<std::string> receivers = {"gmail", "qq", "postgrey-site"};
const std::vector<std::string> streams = {"order"};

Result<Expectation> parse(const std::string& text) {
  const auto document = config::Document::parse("expect:\n  - " + text + "\n", "s.yaml");
  if (!document) return document.error();
  return parse_expectation(document->root().find("expect")->items()[0], {receivers, streams});
}

std::string fault(const std::string& text) {
  const auto expectation = parse(text);
  return expectation ? "no error" : expectation.error().to_string();
}

Outcome outcome(const std::string& text, const std::string& summary) {
  const auto expectation = parse(text);
  EXPECT_TRUE(expectation) << expectation.error().to_string();
  return expectation ? evaluate(*expectation, boost::json::parse(summary)) : Outcome{};
}

TEST(Expectation, ValuesCarryUnits) {
  EXPECT_EQ(parse("totals.lost == 0")->value, 0);
  EXPECT_EQ(parse("rates.inbox > 5%")->value, 0.05);
  EXPECT_EQ(parse("rates.inbox > 0.3%")->value, 0.003);
  EXPECT_EQ(parse("latency_s.p99 < 2h")->value, 7200);
  EXPECT_EQ(parse("latency_s.p99 < 250ms")->value, 0.25);
  EXPECT_EQ(parse("latency_s.p99 < 1h30m")->value, 5400);
  EXPECT_EQ(parse("rig.rss_bytes_max < 12KB")->value, 12000);
  EXPECT_EQ(parse("rig.rss_bytes_max < 50MiB")->value, 52428800);
  EXPECT_EQ(parse("totals.inbox >= 100k")->value, 100000);
  EXPECT_EQ(parse("totals.inbox >= 1.5M")->value, 1500000);
  EXPECT_EQ(parse("totals.inbox != -2.5")->value, -2.5);
  EXPECT_EQ(parse("rig.saturated == false")->value, 0);
}

TEST(Expectation, EveryComparison) {
  const std::string summary = R"({"totals": {"inbox": 5}})";
  EXPECT_TRUE(outcome("totals.inbox == 5", summary).pass);
  EXPECT_FALSE(outcome("totals.inbox == 6", summary).pass);
  EXPECT_TRUE(outcome("totals.inbox != 6", summary).pass);
  EXPECT_FALSE(outcome("totals.inbox != 5", summary).pass);
  EXPECT_TRUE(outcome("totals.inbox < 6", summary).pass);
  EXPECT_FALSE(outcome("totals.inbox < 5", summary).pass);
  EXPECT_TRUE(outcome("totals.inbox <= 5", summary).pass);
  EXPECT_FALSE(outcome("totals.inbox <= 4", summary).pass);
  EXPECT_TRUE(outcome("totals.inbox > 4", summary).pass);
  EXPECT_FALSE(outcome("totals.inbox > 5", summary).pass);
  EXPECT_TRUE(outcome("totals.inbox >= 5", summary).pass);
  EXPECT_FALSE(outcome("totals.inbox >= 6", summary).pass);
  EXPECT_TRUE(outcome("totals.inbox==5", summary).pass);
}

TEST(Expectation, AddressesAnyNumber) {
  const std::string summary = R"({
    "interrupted": false,
    "receivers": {"gmail": {"rates": {"deferred": 0.04}, "events": {"greylisted": 3},
                            "tls": {"1.2": 1, "1.3": 7}, "sessions": {"opened": 4, "refused": {"no_ptr": 2}},
                            "auth": {"dmarc": {"pass": 9}},
                            "replies": [{"code": 450, "count": 3}, {"code": 450, "count": 2}, {"code": 550, "count": 1}]},
                  "postgrey-site": {"totals": {"inbox": 11}}},
    "streams": {"order": {"latency_s": {"p50": 1.5}}}})";
  EXPECT_EQ(outcome("receivers.gmail.rates.deferred < 5%", summary).value, 0.04);
  EXPECT_EQ(outcome("receivers.gmail.events.greylisted == 3", summary).value, 3);
  EXPECT_EQ(outcome("receivers.gmail.tls.1.3 == 7", summary).value, 7);
  EXPECT_EQ(outcome("receivers.gmail.sessions.opened == 4", summary).value, 4);
  EXPECT_EQ(outcome("receivers.gmail.sessions.refused.no_ptr == 2", summary).value, 2);
  EXPECT_EQ(outcome("receivers.gmail.auth.dmarc.pass == 9", summary).value, 9);
  EXPECT_EQ(outcome("receivers.gmail.replies.450 == 5", summary).value, 5);
  EXPECT_EQ(outcome("receivers.postgrey-site.totals.inbox == 11", summary).value, 11);
  EXPECT_EQ(outcome("streams.order.latency_s.p50 < 2s", summary).value, 1.5);
  EXPECT_TRUE(outcome("interrupted == false", summary).pass);
}

TEST(Expectation, WhatNeverHappenedIsZero) {
  const std::string summary = R"({"receivers": {"qq": {"events": {}, "replies": [], "sessions": {"opened": 1}}}})";
  for (const char* text : {"receivers.qq.events.virus == 0", "receivers.qq.replies.550 == 0",
                           "receivers.qq.sessions.refused.dnsbl_listed == 0", "receivers.qq.tls.1.1 == 0",
                           "receivers.qq.auth.spf.softfail == 0"}) {
    EXPECT_EQ(outcome(text, summary).value, 0) << text;
    EXPECT_TRUE(outcome(text, summary).pass) << text;
  }
}

// design: 0/0 fails its expectation; the summary has null there.
TEST(Expectation, ZeroOfZeroFails) {
  for (const char* text : {"rates.placement >= 0%", "rates.placement < 5%", "rates.placement != 5%"}) {
    const Outcome result = outcome(text, R"({"rates": {"placement": null}})");
    EXPECT_EQ(result.value, std::nullopt) << text;
    EXPECT_FALSE(result.pass) << text;
  }
  EXPECT_FALSE(outcome("latency_s.p99 < 2h", "{}").pass);
}

TEST(Expectation, PointsAtTheMisspeltPartOfThePath) {
  EXPECT_EQ(fault("receivers.gmail.rates.deferrd < 5%"),
            "s.yaml:2:27: expectation 'receivers.gmail.rates.deferrd < 5%': unknown name 'deferrd' in path "
            "'receivers.gmail.rates.deferrd'; did you mean 'receivers.gmail.rates.deferred'?");
  EXPECT_EQ(fault("receivers.gmial.rates.deferred < 5%"),
            "s.yaml:2:15: expectation 'receivers.gmial.rates.deferred < 5%': unknown name 'gmial' in path "
            "'receivers.gmial.rates.deferred'; did you mean 'receivers.gmail.rates.deferred'?");
  EXPECT_EQ(fault("\"total.lost == 0\""),
            "s.yaml:2:6: expectation 'total.lost == 0': unknown name 'total' in path 'total.lost'; did you mean "
            "'totals.lost'?");
  EXPECT_EQ(fault("streams.xyzzy.totals.inbox == 0"),
            "s.yaml:2:13: expectation 'streams.xyzzy.totals.inbox == 0': unknown name 'xyzzy' in path "
            "'streams.xyzzy.totals.inbox'; valid here: order");
  EXPECT_EQ(fault("receivers.qq.events.greylistd == 0"),
            "s.yaml:2:25: expectation 'receivers.qq.events.greylistd == 0': unknown name 'greylistd' in path "
            "'receivers.qq.events.greylistd'; did you mean 'receivers.qq.events.greylisted'?");
  EXPECT_EQ(fault("receivers.qq.replies.999 == 0"),
            "s.yaml:2:26: expectation 'receivers.qq.replies.999 == 0': unknown name '999' in path "
            "'receivers.qq.replies.999'; valid here: a reply code such as 450");
}

TEST(Expectation, SaysWhenAPathIsNoNumber) {
  EXPECT_EQ(fault("throughput < 5"),
            "s.yaml:2:5: expectation 'throughput < 5': 'throughput' is not a number but a group; below it: "
            "submitted_per_s, accepted_per_s, peak_accepted_per_s");
  EXPECT_EQ(fault("totals.lost.x == 0"),
            "s.yaml:2:17: expectation 'totals.lost.x == 0': 'totals.lost' is a number; nothing is below it");
  EXPECT_EQ(fault("totals. == 0"), "s.yaml:2:11: expectation 'totals. == 0': path 'totals.' ends with a dot");
}

TEST(Expectation, SaysWhatIsWrongWithOperatorAndValue) {
  EXPECT_EQ(fault("totals.lost"),
            "s.yaml:2:5: expectation 'totals.lost': has no comparison; write PATH OP VALUE, such as "
            "'receivers.gmail.rates.deferred < 5%'");
  EXPECT_EQ(fault("totals.lost = 0"),
            "s.yaml:2:17: expectation 'totals.lost = 0': '=' is none of ==, !=, <, <=, >, >=");
  EXPECT_EQ(fault("totals.lost =< 0"),
            "s.yaml:2:17: expectation 'totals.lost =< 0': '=<' is none of ==, !=, <, <=, >, >=");
  EXPECT_EQ(
      fault("totals.lost == none"),
      "s.yaml:2:20: expectation 'totals.lost == none': 'none' is not a value such as 0, 5%, 90s, 2h, 12KB or 100k");
  EXPECT_EQ(fault("totals.lost =="),
            "s.yaml:2:17: expectation 'totals.lost ==': '' is not a value such as 0, 5%, 90s, 2h, 12KB or 100k");
  EXPECT_EQ(fault("'< 5'"),
            "s.yaml:2:6: expectation '< 5': has no path; write PATH OP VALUE, such as "
            "'receivers.gmail.rates.deferred < 5%'");
  EXPECT_EQ(fault("[a]"),
            "s.yaml:2:5: expect.0: expected text, found a list; write PATH OP VALUE, such as "
            "'receivers.gmail.rates.deferred < 5%'");
}

}  // namespace
}  // namespace mailrig::scenario
