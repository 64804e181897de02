// Signs what one sender submits, with all of its keys that are in force at that moment (RFC 6376 §4.2: several
// signatures on one message are independent). What a key needs is prepared once.
// Not thread-safe: one for each desk; the keys behind it may be the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/dkim_sign.h"
#include "sim/world/sender_keys.h"

namespace mailrig::world {

class MessageSigner {
 public:
  explicit MessageSigner(std::span<const SigningKey> keys = {});

  // The signature fields with their CRLFs, to be put in front of the message, that of the first key on top. Empty when
  // no key is in force.
  std::string sign(std::string_view message, Instant now);
  // Names the keys in force: equal for equal sets of them; 0 when there is none.
  std::uint64_t keys_in_force(Instant now) const;

 private:
  struct Key {
    Instant from{};
    Instant until{};
    auth::DkimSigner signer;

    bool in_force(Instant now) const { return from <= now && now < until; }
  };
  std::vector<Key> keys_;
};

}  // namespace mailrig::world
