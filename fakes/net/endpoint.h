// Between our addresses and Asio's, and the name of a connection that both of its ends can compute. Pure functions.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

#include "fakes/base/ip_address.h"

namespace mailrig::net {

IpAddress to_ip_address(const boost::asio::ip::address& address);
boost::asio::ip::address to_asio(const IpAddress& address);
// "127.0.0.1:25", "[::1]:25".
std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint);

// Names a connection by its client's real address and port, which no other open connection to the same rig has:
// IPv4 as (address << 16) | port. An IPv6 address is hashed to 48 bits first.
std::uint64_t connection_key(const boost::asio::ip::tcp::endpoint& client);

}  // namespace mailrig::net
