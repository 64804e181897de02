// A world for the tests of receivers that judge: a shop with an SPF record for three servers, two DKIM selectors and
// p=reject, a platform that sends in the shop's name, a forwarder; and messages that are really signed.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "fakes/auth/arc_seal.h"
#include "fakes/auth/arc_verify.h"
#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/key_record.h"
#include "tests/fakes/receiver/fixture.h"

namespace mailrig::receiver::testing {

inline constexpr std::string_view shop_ip = "198.18.2.10";
inline constexpr std::string_view stranger_ip = "198.18.9.9";
inline constexpr std::string_view platform_ip = "198.18.3.1";

// One key serves them all: what a test is about is never the key.
inline const auth::PrivateKey& test_key() {
  static const auth::PrivateKey key = auth::PrivateKey::generate_ed25519();
  return key;
}

inline std::string sign(std::string_view message, std::string domain = "shop.example", std::string selector = "s1") {
  auto signer =
      auth::DkimSigner::make({.domain = std::move(domain), .selector = std::move(selector), .key = test_key()});
  EXPECT_TRUE(signer) << signer.error().to_string();
  return signer->sign(message, start) + std::string(message);
}

// Seals as a forwarder does that saw these results.
inline std::string seal(std::string_view message, std::string_view results, dns::Resolver& resolver) {
  auto sealer = auth::ArcSealer::make({.domain = "alumni.example", .selector = "arc", .key = test_key()});
  EXPECT_TRUE(sealer) << sealer.error().to_string();
  const auth::ArcOutcome chain = auth::ArcVerifier().verify(message, resolver, start);
  return sealer->seal(message, chain, results, start) + std::string(message);
}

// Whose zones answer: a base for tests with a receiver.
class AuthenticationTest : public ::testing::Test {
 protected:
  AuthenticationTest() {
    zones_.add_reverse_zones();
    for (const char* domain : {"shop.example", "platform.example", "alumni.example", "plain.example"}) {
      EXPECT_TRUE(zones_.add_zone(domain));
    }
    add_txt("shop.example", "v=spf1 ip4:198.18.2.10 ip4:198.18.2.11 ip4:198.18.2.12 -all", 300);
    add_txt("_dmarc.shop.example", "v=DMARC1; p=reject");
    for (const char* name : {"s1._domainkey.shop.example", "s2._domainkey.shop.example",
                             "k._domainkey.platform.example", "arc._domainkey.alumni.example"}) {
      add_txt(name, auth::key_record_text(test_key()));
    }
    add_txt("platform.example", "v=spf1 ip4:198.18.3.0/24 -all");
    add_txt("alumni.example", "v=spf1 ip4:198.18.9.9 -all");
    for (const char* domain : {"shop.example", "platform.example", "alumni.example", "plain.example"}) {
      add(dns::Record::mx(domain, 10, std::string("mx.") + domain));
      add(dns::Record::address(std::string("mx.") + domain, IpAddress::parse("198.18.1.1").value()));
    }
    add_host("mta1.shop.example", shop_ip);
    add_host("mta2.shop.example", "198.18.2.11");
    add_host("mta3.shop.example", "198.18.2.12");
    add_host("mta.platform.example", platform_ip);
    add_host("mta.alumni.example", stranger_ip);
  }

  void add(dns::Record record) { EXPECT_TRUE(zones_.add(std::move(record))); }
  void add_txt(std::string name, std::string_view text, std::uint32_t ttl_s = 3600) {
    add(dns::Record::txt(std::move(name), text, ttl_s));
  }
  void add_host(const std::string& name, std::string_view ip) {
    add(dns::Record::address(name, IpAddress::parse(ip).value()));
    EXPECT_TRUE(zones_.add_ptr(IpAddress::parse(ip).value(), name));
  }

  static std::string message(std::string_view from_domain = "shop.example", std::string_view id = "1") {
    return fmt::format(
        "From: Shop <news@{0}>\r\nTo: jane@isp.example\r\nSubject: Your order\r\n"
        "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <{1}@{0}>\r\n\r\nIt is on its way.\r\n",
        from_domain, id);
  }

  Receiver& make(std::string_view name, std::string_view changes = "{}") {
    Profile made = profile(name, changes);
    const MailboxShares shares = made.mailboxes;
    receiver_ = std::make_unique<Receiver>(std::string(name), std::move(made), Mailboxes(Draw(1), shares), Draw(1),
                                           &diary_, &zones_);
    return *receiver_;
  }

  // What a message with this content looks like to a receiver.
  static void load(Connection& connection, const std::string& content, std::string_view from_domain = "shop.example") {
    connection.message.content = content;
    connection.message.size = content.size();
    connection.message.header_from_domain = from_domain;
  }

  // One message in a connection of its own; the first refusal, or the last reply.
  std::string send(std::string_view to, const std::string& content, std::string_view from = "bounce@shop.example",
                   std::string_view ip = shop_ip, std::string_view helo = "mta1.shop.example", Instant now = start) {
    Connection connection(*receiver_, now, ip);
    if (connection.greeting().front() != '2') return connection.greeting();
    connection.helo(helo);
    load(connection, content);
    connection.message.message_id = fmt::format("{}@shop.example", ++message_ids_);
    std::string reply = connection.send(to, from);
    last_ = connection.last();
    facts_ = connection.session().authentication;
    return reply;
  }

  // As the whole world: names outside of it do not exist.
  dns::Zones zones_{{.outside = dns::Rcode::nxdomain}};
  Diary diary_;
  std::unique_ptr<Receiver> receiver_;
  policy::Verdict last_;
  policy::AuthenticationFacts facts_;
  int message_ids_ = 0;
};

}  // namespace mailrig::receiver::testing
