// Domain and host names kept once each, for as long as the sender lives, so that millions of commands and events can
// refer to them without a copy. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "fakes/base/stable_hash.h"

namespace mailrig::sender {

struct NameHash {
  using is_avalanching = void;
  std::size_t operator()(std::string_view name) const { return stable_hash(name); }
};

class Names {
 public:
  // A number that counts names from 0 in the order in which they were first seen.
  std::uint32_t intern(std::string_view name) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back(name);
    numbers_.emplace(names_.back(), number);
    return number;
  }

  std::string_view operator[](std::uint32_t number) const { return names_[number]; }

 private:
  std::deque<std::string> names_;                                                 // never moves its elements
  boost::unordered_flat_map<std::string_view, std::uint32_t, NameHash> numbers_;  // never iterated
};

}  // namespace mailrig::sender
