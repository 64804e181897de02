#include "fakes/net/acceptor.h"

#include <gmock/gmock.h>

namespace mailrig::net {
namespace {

namespace ip = boost::asio::ip;
using ::testing::HasSubstr;

TEST(Acceptor, TakesAFreePortAndNoneThatIsTaken) {
  boost::asio::io_context io;
  const auto first = open_acceptor(io, {ip::make_address("127.0.0.1"), 0});
  ASSERT_TRUE(first);
  const auto second = open_acceptor(io, first->local_endpoint());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("Address already in use; another program listens there"));
}

// RFC 5737: 192.0.2.0/24 is nobody's.
TEST(Acceptor, SaysWhenTheAddressIsNotThisMachines) {
  boost::asio::io_context io;
  const auto acceptor = open_acceptor(io, {ip::make_address("192.0.2.1"), 2525});
  ASSERT_FALSE(acceptor);
  EXPECT_THAT(acceptor.error().message, HasSubstr("cannot listen on 192.0.2.1:2525"));
  EXPECT_THAT(acceptor.error().message, HasSubstr("this machine does not have that address"));
}

}  // namespace
}  // namespace mailrig::net
