// A network of IP addresses in CIDR notation (RFC 4632). A value.
#pragma once

#include <string>
#include <string_view>

#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"

namespace mailrig {

class IpNetwork {
 public:
  IpNetwork() = default;  // 0.0.0.0/32
  // "198.18.2.0/24", "2001:db8::/32"; a bare address is a network of one. Bits behind the prefix must be zero.
  static Result<IpNetwork> parse(std::string_view text);

  bool contains(const IpAddress& address) const {
    return address.is_v6() == address_.is_v6() && address.network(length_) == address_;
  }
  std::string to_string() const;

  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  IpAddress address_;
  int length_ = 32;
};

}  // namespace mailrig
