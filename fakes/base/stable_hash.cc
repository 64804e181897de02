#include "fakes/base/stable_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace mailrig {

struct StreamingHash::State {
  XXH3_state_t xxh;
};

std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

StreamingHash::StreamingHash() : state_(std::make_unique<State>()) {
  reset();
}
StreamingHash::~StreamingHash() = default;
StreamingHash::StreamingHash(StreamingHash&&) noexcept = default;
StreamingHash& StreamingHash::operator=(StreamingHash&&) noexcept = default;

void StreamingHash::update(std::string_view bytes) {
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}
std::uint64_t StreamingHash::digest() const {
  return XXH3_64bits_digest(&state_->xxh);
}
void StreamingHash::reset() {
  XXH3_64bits_reset(&state_->xxh);
}

}  // namespace mailrig
