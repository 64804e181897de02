// The addresses that a sender writes to no more, because they turned out to be no good. Each stays for a while from the
// last time that it was found bad; beyond `entries_max` the one that was found first goes. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"

namespace mailrig::sender {

struct Suppression {
  Duration length = std::chrono::hours(24) * 180;
  std::vector<std::string> addresses{};  // that are there from the beginning, and stay
};

class SuppressionList {
 public:
  static constexpr std::size_t entries_max = 10'000'000;

  explicit SuppressionList(const Suppression& settings);

  // Letter case does not count.
  bool has(Instant now, std::string_view address) const;
  void add(Instant now, std::string_view address);
  void remove(std::string_view address);

 private:
  struct Entry {
    Instant until{};
    std::uint64_t key = 0;
  };

  Duration length_;
  // By a hash of 64 bits: among ten million addresses one is taken for another with a probability of 3 in a million.
  boost::unordered_flat_map<std::uint64_t, Instant> until_;  // never iterated
  std::deque<Entry> order_;                                  // by `until`
};

}  // namespace mailrig::sender
