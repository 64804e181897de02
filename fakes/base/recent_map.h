// A map of bounded size that forgets what was not asked for lately: two generations, of which the older one goes when
// the younger one is full. Constant cost, no lists to keep in order, and nothing is ever iterated, so that a run
// repeats itself. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "fakes/base/stable_hash.h"

namespace mailrig {

// Keys are texts, or hashes already.
struct RecentMapHash {
  using is_avalanching = void;
  std::size_t operator()(const std::string& key) const { return stable_hash(key); }
  std::size_t operator()(std::uint64_t key) const { return key; }
};

template <class Key, class Value>
class RecentMap {
 public:
  // Holds between `entries_max` and twice as many, those used lately among them.
  explicit RecentMap(std::size_t entries_max) : entries_max_(entries_max) {}

  // Null when there is none. Valid until the next call.
  Value* find(const Key& key) {
    if (const auto recent = recent_.find(key); recent != recent_.end()) return &recent->second;
    const auto old = older_.find(key);
    if (old == older_.end()) return nullptr;
    Value value = std::move(old->second);
    older_.erase(old);
    return &put(key, std::move(value));
  }

  // Replaces what is there. Valid until the next call.
  Value& put(const Key& key, Value value) {
    if (recent_.size() >= entries_max_ && !recent_.contains(key)) {
      older_ = std::move(recent_);
      recent_.clear();
    }
    return recent_.insert_or_assign(key, std::move(value)).first->second;
  }

  std::size_t size() const { return recent_.size() + older_.size(); }

 private:
  using Entries = boost::unordered_flat_map<Key, Value, RecentMapHash>;

  std::size_t entries_max_;
  Entries recent_;
  Entries older_;  // what was recent until `recent_` filled up
};

}  // namespace mailrig
