#include "fakes/forward/return_path_check.h"

namespace mailrig::forward {
namespace {

constexpr Instant returned_at{std::chrono::seconds(1'577'836'860)};

TEST(ReturnPathCheck, TakesOwnReturnPathsAndOrdinaryAddressesOnly) {
  const Srs srs("tops3cr3t", "example.com");
  const policy::ReplyTemplate reply{
      .key = "unknown_user", .event = policy::Event::unknown_user, .code = 550, .text = {}};
  ReturnPathCheck check(srs, {&reply, policy::Phase::rcpt});
  const auto refused = [&](std::string address) {
    return check.rcpt(returned_at, {}, {.address = std::move(address), .local_part = {}, .domain = {}, .command = {}});
  };
  EXPECT_FALSE(refused("ann@example.com"));
  EXPECT_FALSE(refused("SRS0=vmyz=2W=otherdomain.com=test@example.com"));
  ASSERT_TRUE(refused("SRS0=FAKE=2W=otherdomain.com=test@example.com"));
  EXPECT_EQ(refused("SRS0=te87=T7=otherdomain.com=test@example.com")->event, policy::Event::unknown_user);
}

}  // namespace
}  // namespace mailrig::forward
