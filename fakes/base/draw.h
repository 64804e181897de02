// Chance without a stream: a draw is a hash of what it is for, so neither the order of arrival nor a new neighbour
// changes it. Pure and integer-only.
#pragma once

#include <cstdint>
#include <string_view>

#include "fakes/base/stable_hash.h"
#include "fakes/base/wide.h"

namespace mailrig {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : seed_(seed) {}

  // 64 uniform bits for (entity, purpose, subject, attempt). `entity` names who draws ("receiver/gmail"), `purpose`
  // what for ("retry-jitter"), `subject` what about (a delivery id).
  std::uint64_t bits(std::string_view entity, std::string_view purpose, std::uint64_t subject,
                     std::uint64_t attempt = 0) const {
    return combine(combine(stable_hash(entity, stable_hash(purpose, seed_)), subject), attempt);
  }

  std::uint64_t seed() const { return seed_; }

  // The draws of one entity for one purpose, for those who draw often: the names are hashed once.
  class Lots {
   public:
    std::uint64_t bits(std::uint64_t subject, std::uint64_t attempt = 0) const {
      return combine(combine(names_, subject), attempt);
    }

   private:
    friend class Draw;
    explicit Lots(std::uint64_t names) : names_(names) {}
    std::uint64_t names_;
  };
  Lots lots(std::string_view entity, std::string_view purpose) const {
    return Lots(stable_hash(entity, stable_hash(purpose, seed_)));
  }

 private:
  std::uint64_t seed_;
};

// Maps 64 uniform bits onto [0, bound) without a modulo's bias; bound > 0.
constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t bound) {
  return static_cast<std::uint64_t>((static_cast<Uint128>(bits) * bound) >> 64);
}

// True with probability parts/whole, e.g. parts per million.
constexpr bool chance(std::uint64_t bits, std::uint64_t parts, std::uint64_t whole) {
  return below(bits, whole) < parts;
}

}  // namespace mailrig
