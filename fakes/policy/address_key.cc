#include "fakes/policy/address_key.h"

#include <algorithm>
#include <array>

#include "fakes/base/stable_hash.h"

namespace mailrig::policy {

void assign_lower(std::string& out, std::string_view text) {
  out.assign(text);
  for (char& c : out) c = to_lower(c);
}

std::uint64_t key_of(std::string_view text) {
  // RFC 5321 §4.5.3.1.3 bounds a path to 256 octets; what is longer (a Message-ID may be) takes the slow way.
  std::array<char, 512> lower;
  if (text.size() <= lower.size()) {
    std::transform(text.begin(), text.end(), lower.begin(), to_lower);
    return stable_hash({lower.data(), text.size()});
  }
  std::string copy;
  assign_lower(copy, text);
  return stable_hash(copy);
}

std::uint64_t netblock_key(const IpAddress& ip) {
  return ip.network(ip.is_v6() ? 64 : 24).hash();
}

AddressParts split_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return {address, {}};
  return {address.substr(0, at), address.substr(at + 1)};
}

}  // namespace mailrig::policy
