// In virtual time messages exist as facts. Where receivers look into them, each is represented by a message that was
// really rendered and really signed, of the same layout and with the same keys: one for all that authenticate alike.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "fakes/mail/inspect.h"

namespace mailrig::world {

struct Representative {
  std::uint64_t key = 0;               // policy::MessageFacts::content_key
  std::string content;                 // signatures in front
  std::uint64_t signature_octets = 0;  // of the content
  mail::MessageTraits traits;          // of the content
  std::uint64_t uses = 0;              // messages that it represents now
};

// `signature_octets` of the content are its signatures.
Representative represent(std::string content, std::uint64_t signature_octets);

class Representatives {
 public:
  // What represents nothing any more is kept for the next message like it, as long as all contents together have no
  // more than so many bytes: a folder of the user's messages may be large.
  explicit Representatives(std::uint64_t bytes_kept_max = std::uint64_t{64} << 20) : bytes_kept_max_(bytes_kept_max) {}

  // The one of that key, for one more message; it stays where it is until release(). `make` returns one when there is
  // none yet.
  template <class Make>
  const Representative& acquire(std::uint64_t key, Make make) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      found = by_key_.emplace(key, make()).first;
      found->second.key = key;
      bytes_ += found->second.content.size();
    }
    ++found->second.uses;
    return found->second;
  }
  void release(const Representative& representative);

  std::size_t size() const { return by_key_.size(); }

 private:
  std::uint64_t bytes_kept_max_;
  std::uint64_t bytes_ = 0;
  std::unordered_map<std::uint64_t, Representative> by_key_;  // its elements never move; never iterated
};

}  // namespace mailrig::world
