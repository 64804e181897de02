#include "sim/measure/circumstances.h"

#include <gtest/gtest.h>

namespace mailrig::measure {
namespace {

policy::Session session_with_everything() {
  policy::Session session;
  session.client_ip = IpAddress::parse("198.18.2.10").value();
  session.mail_from = "bounces+17@shop.example";
  session.helo = "mta1.shop.example";
  session.tls = policy::TlsVersion::tls1_3;
  session.network.iprev = auth::IprevOutcome::pass;
  session.network.listing = {policy::Listing::listed, "zen.example", "see \"there\""};
  policy::AuthenticationFacts& found = session.authentication;
  found.spf = auth::SpfOutcome::softfail;
  found.spf_domain = "shop.example";
  found.dkim = auth::DkimResult::pass;
  found.signatures = {{auth::DkimResult::pass, "shop.example", "s1", true}};
  found.from_fault = auth::FromFault::several_domains;
  found.dmarc = auth::DmarcResult::fail;
  found.disposition = auth::DmarcPolicy::reject;
  found.sender_domain = policy::NameStatus::temporary_error;
  found.results_field = "Authentication-Results: isp.example; spf=softfail\r\n";
  session.content.read = true;
  session.content.one_click = true;
  return session;
}

TEST(Circumstances, ReadBackAreTheSame) {
  const policy::Session session = session_with_everything();
  policy::MessageFacts message;
  message.header_from_domain = "shop.example";
  message.received_hops = 3;
  message.message_id = "17@shop.example";
  const std::string json = write_circumstances(session, message);
  const auto read = read_circumstances(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(write_circumstances(read->session, read->message), json);
  EXPECT_EQ(read->session.client_ip, session.client_ip);
  EXPECT_FALSE(read->message.message_id.empty()) << "receivers refuse what has none";
  EXPECT_EQ(read->session.authentication.spf, auth::SpfOutcome::softfail);
  EXPECT_EQ(read->session.authentication.signatures, session.authentication.signatures);
  EXPECT_EQ(read->session.network.listing, session.network.listing);
  EXPECT_EQ(read->session.authentication.disposition, auth::DmarcPolicy::reject);
  EXPECT_FALSE(read->session.authentication.results_field.empty());
  EXPECT_EQ(read->message.received_hops, 3u);
}

TEST(Circumstances, LocalPartsAreNotKept) {
  policy::Session session = session_with_everything();
  const std::string json = write_circumstances(session, {});
  EXPECT_EQ(json.find("bounces"), std::string::npos);
  const std::uint64_t key = key_of(session, {});
  session.mail_from = "bounces+18@shop.example";
  EXPECT_EQ(key_of(session, {}), key);
  session.mail_from = "";
  EXPECT_NE(key_of(session, {}), key);
}

TEST(Circumstances, EveryFactMakesAnotherKey) {
  const policy::Session session = session_with_everything();
  const std::uint64_t key = key_of(session, {});
  const auto differs = [&](auto change) {
    policy::Session other = session;
    change(other);
    return key_of(other, {}) != key;
  };
  EXPECT_TRUE(differs([](policy::Session& s) { s.tls = policy::TlsVersion::none; }));
  EXPECT_TRUE(differs([](policy::Session& s) { s.authentication.spf_aligned = true; }));
  EXPECT_TRUE(differs([](policy::Session& s) { s.authentication.signatures.clear(); }));
  EXPECT_TRUE(differs([](policy::Session& s) { s.network.listing.reason = ""; }));
  EXPECT_TRUE(differs([](policy::Session& s) { s.content.unsubscribe = true; }));
  EXPECT_FALSE(differs([](policy::Session& s) { s.content.score_milli = 1; }));
}

TEST(Circumstances, DamageIsNamed) {
  EXPECT_NE(read_circumstances("{").error().message.find("damaged"), std::string::npos);
  EXPECT_NE(read_circumstances("{}").error().message.find("another version"), std::string::npos);
}

}  // namespace
}  // namespace mailrig::measure
