// Asks one DNS server over real sockets: UDP first, TCP where the answer does not fit. For our own senders and checks;
// it caches nothing.
//
// Thread rule: used on the one thread that runs its io_context. It must outlive its queries.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>

#include "fakes/base/draw.h"
#include "fakes/dns/record.h"
#include "fakes/net/socket.h"

namespace mailrig::net {

class DnsClient {
 public:
  static constexpr int attempts_max = 3;

  // `draw` chooses the message ids.
  DnsClient(boost::asio::io_context& io, Draw draw) : io_(io), draw_(draw) {}

  // One answer, whatever happens: servfail with timed_out set when no attempt was answered within `timeout` (of the
  // wall), formerr when the question's name is no domain name.
  boost::asio::awaitable<dns::Answer, Executor> query(boost::asio::ip::udp::endpoint server, dns::Question question,
                                                      std::chrono::nanoseconds timeout);

 private:
  boost::asio::io_context& io_;
  Draw draw_;
  std::uint64_t queries_ = 0;
};

}  // namespace mailrig::net
