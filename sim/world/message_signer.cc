#include "sim/world/message_signer.h"

#include <utility>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"

namespace mailrig::world {

MessageSigner::MessageSigner(std::span<const SigningKey> keys) {
  for (const SigningKey& key : keys) {
    auto signer = auth::DkimSigner::make(key.signing);
    CHECK(signer.has_value());  // SenderKeys has tried
    keys_.push_back({key.from, key.until, std::move(*signer)});
  }
}

std::string MessageSigner::sign(std::string_view message, Instant now) {
  std::string fields;
  for (Key& key : keys_) {
    if (key.in_force(now)) fields += key.signer.sign(message, now);
  }
  return fields;
}

std::uint64_t MessageSigner::keys_in_force(Instant now) const {
  std::uint64_t set = 0;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].in_force(now)) set = combine(set, i + 1);
  }
  return set;
}

}  // namespace mailrig::world
