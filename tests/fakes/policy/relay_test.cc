#include "fakes/policy/relay.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate denied = reply(Event::relay_denied, 554);
const ReplyTemplate bad_address = reply(Event::syntax_error, 501);

TEST(Relay, TakesOnlyItsOwnDomains) {
  const std::vector<std::string> domains = {"isp.example", "isp.test"};
  Relay relay(domains, {&denied, Phase::rcpt}, {&bad_address, Phase::rcpt});
  const Session session = session_from("198.18.2.10");
  const auto said = [&](std::string_view address) {
    const auto verdict = relay.rcpt(start, session, recipient(address));
    return verdict ? verdict->reply : nullptr;
  };
  EXPECT_EQ(said("jane@isp.example"), nullptr);
  EXPECT_EQ(said("jane@ISP.Test"), nullptr);
  EXPECT_EQ(said("jane@sub.isp.example"), &denied);
  EXPECT_EQ(said("\"jane@isp.example\"@other.example"), &denied);
  EXPECT_EQ(said("jane"), &bad_address);
  EXPECT_EQ(said("Postmaster"), nullptr) << "RFC 5321 §4.1.1.3: without a domain, in any letter case";
}

}  // namespace
}  // namespace mailrig::policy
