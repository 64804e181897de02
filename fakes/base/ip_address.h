// IPv4 and IPv6 addresses as values, in network byte order. An IPv4 address is kept as its own family, never mapped.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrig {

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  static IpAddress v4(std::uint32_t host_order);
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v6() const { return v6_; }
  bool is_loopback() const;
  // The first 4 (IPv4) or all 16 bytes count.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::uint32_t to_v4() const;  // host order; the address must be IPv4

  // The network this address is in: bits after `length` cleared.
  IpAddress network(int length) const;
  std::string to_string() const;
  // "10.2.0.192.in-addr.arpa", RFC 1035 §3.5; nibbles under ip6.arpa for IPv6, RFC 3596 §2.5.
  std::string reverse_name() const;
  std::uint64_t hash() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  bool v6_ = false;
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace mailrig
