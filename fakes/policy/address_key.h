// Keys under which policies remember addresses: 64-bit stable hashes, ASCII letter case ignored. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/ip_address.h"
#include "fakes/policy/session.h"

namespace mailrig::policy {

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Replaces `out`, whose capacity is kept.
void assign_lower(std::string& out, std::string_view text);

// The hash of the lower-cased text.
std::uint64_t key_of(std::string_view text, std::uint64_t seed = 0);
// key_of() for those who are asked about the same name again and again: as long as it stays the same, it is compared
// and not hashed. Not thread-safe.
class KeyMemo {
 public:
  std::uint64_t of(std::string_view text) {
    if (text != text_ || key_ == 0) {
      text_ = text;
      key_ = key_of(text);
    }
    return key_;
  }

 private:
  std::string text_;
  std::uint64_t key_ = 0;
};

// The network that providers judge together: /24 for IPv4, /64 for IPv6.
std::uint64_t netblock_key(const IpAddress& ip);

// "local@domain" at the last '@'; the domain is empty when there is none.
struct AddressParts {
  std::string_view local_part;
  std::string_view domain;
};
AddressParts split_address(std::string_view address);

}  // namespace mailrig::policy
