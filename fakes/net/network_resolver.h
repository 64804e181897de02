// A real DNS server as a Resolver: for the tools that look at real domains, and for whoever wants to ask the world's
// DNS through its sockets. UDP first, TCP where the answer does not fit, EDNS; what is no answer to the question is
// passed over. It caches nothing.
//
// Thread rule: one thread at a time. A lookup blocks until it is answered or has timed out.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/dns/resolver.h"
#include "fakes/net/dns_client.h"

namespace mailrig::net {

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"; port 53 where none is said. The error says
// what was expected.
Result<boost::asio::ip::udp::endpoint> parse_dns_server(std::string_view text);

class NetworkResolver final : public dns::Resolver {
 public:
  static constexpr std::chrono::seconds default_timeout{3};

  // `timeout` is of one attempt, of which there are DnsClient::attempts_max.
  explicit NetworkResolver(const boost::asio::ip::udp::endpoint& server,
                           std::chrono::nanoseconds timeout = default_timeout);

  // A chain of CNAMEs that the server leaves open is followed, 8 links at most (beyond: servfail); records that are not
  // on the chain are left out. Servfail with timed_out set when nobody answered. `cost` is zero: the wait was real.
  dns::Answer lookup(const dns::Question& question) override;

 private:
  dns::Answer ask(const dns::Question& question);

  boost::asio::ip::udp::endpoint server_;
  std::chrono::nanoseconds timeout_;
  boost::asio::io_context io_{1};
  DnsClient client_;
};

}  // namespace mailrig::net
