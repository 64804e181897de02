#include "fakes/policy/address_key.h"

#include <array>
#include <cstring>

#include "fakes/base/stable_hash.h"

namespace mailrig::policy {

namespace {

// Eight octets at a time: keys are made of names for every decision.
void lower_in_place(char* text, std::size_t size) {
  constexpr std::uint64_t each = 0x0101010101010101;
  while (size >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    // In each octet the top bit tells, once ASCII alone is looked at: from 'A' on, and beyond 'Z'.
    const std::uint64_t low = word & 0x7f * each;
    const std::uint64_t upper = (low + (0x80 - 'A') * each) & ~(low + (0x7f - 'Z') * each) & ~word & 0x80 * each;
    word |= upper >> 2;
    std::memcpy(text, &word, sizeof word);
    text += sizeof word;
    size -= sizeof word;
  }
  for (; size > 0; --size, ++text) *text = to_lower(*text);
}

}  // namespace

void assign_lower(std::string& out, std::string_view text) {
  out.assign(text);
  lower_in_place(out.data(), out.size());
}

std::uint64_t key_of(std::string_view text) {
  // RFC 5321 §4.5.3.1.3 bounds a path to 256 octets; what is longer (a Message-ID may be) takes the slow way.
  std::array<char, 512> lower;
  if (text.size() <= lower.size()) {
    text.copy(lower.data(), text.size());
    lower_in_place(lower.data(), text.size());
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
