#include "fakes/net/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "fakes/base/check.h"

namespace mailrig::net {

namespace ip = boost::asio::ip;

IpAddress to_ip_address(const ip::address& address) {
  if (address.is_v4()) return IpAddress::v4(address.to_v4().to_uint());
  // A socket that listens on both families sees IPv4 clients as ::ffff:a.b.c.d; the world knows them as IPv4.
  if (address.to_v6().is_v4_mapped())
    return IpAddress::v4(ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_uint());
  ip::address_v6 unscoped = address.to_v6();
  unscoped.scope_id(0);
  const auto parsed = IpAddress::parse(unscoped.to_string());
  CHECK(parsed.has_value());
  return *parsed;
}

ip::address to_asio(const IpAddress& address) {
  if (!address.is_v6()) return ip::address_v4(address.to_v4());
  ip::address_v6::bytes_type bytes;
  std::copy(address.bytes().begin(), address.bytes().end(), bytes.begin());
  return ip::address_v6(bytes);
}

std::string to_string(const ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  if (endpoint.address().is_v6()) return fmt::format("[{}]:{}", address, endpoint.port());
  return fmt::format("{}:{}", address, endpoint.port());
}

std::uint64_t connection_key(const ip::tcp::endpoint& client) {
  const IpAddress address = to_ip_address(client.address());
  const std::uint64_t host = address.is_v6() ? address.hash() : address.to_v4();
  return (host << 16) | client.port();
}

}  // namespace mailrig::net
