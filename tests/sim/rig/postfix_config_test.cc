#include "sim/rig/postfix_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::rig {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const PostfixInstance instance{"/run/mailrig/postfix/1", 2525};

scenario::Sender sender() {
  scenario::Sender s;
  s.name = "shop";
  s.domain = "shop.example";
  s.helo = "mta1.shop.example";
  s.ips = {*IpAddress::parse("198.18.2.10")};
  return s;
}

TEST(PostfixConfig, ScenarioDecidesBackOffAndLifetime) {
  scenario::Sender s = sender();
  s.retry = {seconds(300), seconds(600), seconds(4000)};
  s.expire = std::chrono::hours(24);
  const std::string config = postfix_main_cf(s, instance, 1000);
  EXPECT_THAT(config, HasSubstr("minimal_backoff_time = 300s\n"));
  EXPECT_THAT(config, HasSubstr("maximal_backoff_time = 4000s\n"));
  EXPECT_THAT(config, HasSubstr("queue_run_delay = 300s\n"));
  EXPECT_THAT(config, HasSubstr("maximal_queue_lifetime = 86400s\n"));
  EXPECT_THAT(config, HasSubstr("bounce_queue_lifetime = 86400s\n"));
}

TEST(PostfixConfig, QueueIsScannedAsOftenAsTheShortestWaitAsks) {
  scenario::Sender s = sender();
  s.retry = {seconds(20)};
  EXPECT_THAT(postfix_main_cf(s, instance, 1000), HasSubstr("queue_run_delay = 20s\n"));
}

TEST(PostfixConfig, TakesMailFromThisMachineOnly) {
  const std::string config = postfix_main_cf(sender(), instance, 1000);
  EXPECT_THAT(config, HasSubstr("smtpd_relay_restrictions = permit_mynetworks, reject\n"));
  EXPECT_THAT(config, HasSubstr("mynetworks = 127.0.0.0/8\n"));
  EXPECT_THAT(config, HasSubstr("inet_interfaces = 127.0.0.1\n"));
  EXPECT_THAT(postfix_master_cf(sender(), instance), HasSubstr("127.0.0.1:2525 inet n - n - - smtpd\n"));
}

TEST(PostfixConfig, OneAddressIsBound) {
  EXPECT_THAT(postfix_main_cf(sender(), instance, 1000), HasSubstr("smtp_bind_address = 198.18.2.10\n"));
  EXPECT_EQ(source_address(sender(), "smtp").to_string(), "198.18.2.10");
}

TEST(PostfixConfig, SeveralAddressesAreClientsOfTheirOwn) {
  scenario::Sender s = sender();
  s.ips.push_back(*IpAddress::parse("2001:db8::1"));  // IPv6 is not used
  s.ips.push_back(*IpAddress::parse("198.18.2.11"));
  const std::string config = postfix_main_cf(s, instance, 1000);
  EXPECT_THAT(config, HasSubstr("transport_maps = randmap:{out1:, out2:}\n"));
  EXPECT_THAT(config, Not(HasSubstr("smtp_bind_address")));
  const std::string services = postfix_master_cf(s, instance);
  EXPECT_THAT(services, HasSubstr("smtp -o smtp_bind_address=198.18.2.10 -o syslog_name=postfix/out1\n"));
  EXPECT_THAT(services, HasSubstr("smtp -o smtp_bind_address=198.18.2.11 -o syslog_name=postfix/out2\n"));
  EXPECT_EQ(source_address(s, "out2/smtp").to_string(), "198.18.2.11");
}

TEST(PostfixConfig, TimeOutsAreStockInRealTimeAndLongEnoughInAFastModel) {
  EXPECT_THAT(postfix_main_cf(sender(), instance, 1000), Not(HasSubstr("timeout")));
  const std::string fast = postfix_main_cf(sender(), instance, 60'000);
  EXPECT_THAT(fast, HasSubstr("smtp_connect_timeout = 120s\n"));
  EXPECT_THAT(fast, Not(HasSubstr("smtp_helo_timeout")));  // 300 s of the model are 5 s of the wall
  EXPECT_THAT(postfix_main_cf(sender(), instance, 720'000), HasSubstr("smtp_helo_timeout = 1440s\n"));
}

TEST(PostfixConfig, ReaderIsToldWhatWasSet) {
  scenario::Sender s = sender();
  s.retry = {minutes(5), minutes(60)};
  EXPECT_THAT(postfix_notes(s, 1000), testing::ElementsAre(testing::AllOf(HasSubstr("after 5m"), HasSubstr("to 1h"))));
  EXPECT_EQ(postfix_notes(s, 60'000).size(), 2U);
}

TEST(PostfixConfig, ConnectionsAreStockUnlessTheScenarioSays) {
  scenario::Sender s = sender();
  EXPECT_THAT(postfix_main_cf(s, instance, 1000), Not(HasSubstr("concurrency")));
  s.connections = 3;
  const std::string config = postfix_main_cf(s, instance, 1000);
  EXPECT_THAT(config, HasSubstr("default_destination_concurrency_limit = 3\n"));
  EXPECT_THAT(config, HasSubstr("initial_destination_concurrency = 3\n"));
  EXPECT_EQ(postfix_notes(s, 1000).size(), 2U);
}

TEST(PostfixConfig, TlsIsAsTheScenarioSays) {
  scenario::Sender s = sender();
  EXPECT_THAT(postfix_main_cf(s, instance, 1000), HasSubstr("smtp_tls_security_level = may\n"));
  s.tls = smtp::TlsPolicy::required;
  EXPECT_THAT(postfix_main_cf(s, instance, 1000), HasSubstr("smtp_tls_security_level = encrypt\n"));
  EXPECT_THAT(postfix_main_cf(s, instance, 1000), Not(HasSubstr("smtp_tls_CAfile")));
  s.tls = smtp::TlsPolicy::verify;
  const std::string config = postfix_main_cf(s, instance, 1000);
  EXPECT_THAT(config, HasSubstr("smtp_tls_security_level = verify\n"));
  EXPECT_THAT(config, HasSubstr("smtp_tls_verify_cert_match = hostname\n"));
  EXPECT_THAT(config, HasSubstr("smtp_tls_CAfile = " + authority_file(instance) + "\n"));
}

}  // namespace
}  // namespace mailrig::rig
