#include "fakes/policy/address_key.h"

#include <array>
#include <cstring>

#include "fakes/base/stable_hash.h"

namespace mailrig::policy {

namespace {

// As many octets at a time as a Word has.
template <class Word>
void lower_word(char* text) {
  constexpr auto each = static_cast<Word>(0x0101010101010101);
  Word word = 0;
  std::memcpy(&word, text, sizeof word);
  // In each octet the top bit tells, once ASCII alone is looked at: from 'A' on, and beyond 'Z'.
  const Word low = word & 0x7f * each;
  const Word upper = (low + (0x80 - 'A') * each) & ~(low + (0x7f - 'Z') * each) & ~word & 0x80 * each;
  word |= upper >> 2;
  std::memcpy(text, &word, sizeof word);
}

// Keys are made of names for every decision. What is left at the end is done with what comes before it once more:
// lower case stays lower case.
void lower_in_place(char* text, std::size_t size) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  constexpr std::size_t half = sizeof(std::uint32_t);
  if (size >= word) {
    for (std::size_t at = 0; at + word <= size; at += word) lower_word<std::uint64_t>(text + at);
    if (size % word != 0) lower_word<std::uint64_t>(text + size - word);
  } else if (size >= half) {
    lower_word<std::uint32_t>(text);
    lower_word<std::uint32_t>(text + size - half);
  } else {
    for (std::size_t at = 0; at < size; ++at) text[at] = to_lower(text[at]);
  }
}

}  // namespace

void assign_lower(std::string& out, std::string_view text) {
  out.assign(text);
  lower_in_place(out.data(), out.size());
}

std::uint64_t key_of(std::string_view text, std::uint64_t seed) {
  // RFC 5321 §4.5.3.1.3 bounds a path to 256 octets; what is longer (a Message-ID may be) takes the slow way.
  std::array<char, 512> lower;
  if (text.size() <= lower.size()) {
    text.copy(lower.data(), text.size());
    lower_in_place(lower.data(), text.size());
    return stable_hash({lower.data(), text.size()}, seed);
  }
  std::string copy;
  assign_lower(copy, text);
  return stable_hash(copy, seed);
}

std::uint64_t netblock_key(const IpAddress& ip) {
  return ip.network(ip.is_v6() ? 64 : 24).hash();
}

AddressParts split_address(std::string_view address) {
  // string_view::rfind() goes octet by octet.
  const void* const found = address.empty() ? nullptr : memrchr(address.data(), '@', address.size());
  if (found == nullptr) return {address, {}};
  const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - address.data());
  return {address.substr(0, at), address.substr(at + 1)};
}

}  // namespace mailrig::policy
