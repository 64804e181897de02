#include "fakes/mailstore/folder_name.h"

#include <fmt/format.h>

#include "fakes/base/stable_hash.h"

namespace mailrig::mailstore {
namespace {

// File systems take 255 octets; names within a mailbox's folder are counted apart.
constexpr std::size_t length_max = 200;

bool stands_for_itself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '+' || c == '=';
}

}  // namespace

std::string folder_name(std::string_view text) {
  if (text.empty()) return "%";
  std::string name;
  for (const char c : text) {
    if (stands_for_itself(c) || (c == '.' && !name.empty())) {
      name += c;
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (name.size() > length_max) {
    name.resize(length_max);
    name += fmt::format("%{:016X}", stable_hash(text));
  }
  return name;
}

}  // namespace mailrig::mailstore
