// What holds for the sender's connections to a destination. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/smtp/reply.h"
#include "sim/pacing/shaping.h"

namespace mailrig::sender {

// How mail for these domains, in lower case, is shaped.
struct Shaping {
  std::vector<std::string> domains{};
  pacing::Shaping how{};
};

// What holds for a destination, whether it has a shaping or not.
struct Shape {
  std::uint32_t connections_max = 1;
  std::uint32_t messages_per_connection_max = 1;
  std::optional<Duration> interval{};  // between the beginnings of two transactions
  std::span<const pacing::ReplyRule> replies{};

  // The first rule that is about the reply, or null.
  const pacing::ReplyRule* rule_for(const std::optional<smtp::Reply>& reply) const;
};

// The shapes of all destinations, by number; 0 is that of a destination without a shaping.
class Shapes {
 public:
  // `shapings` must outlive it.
  Shapes(const Shape& usual, std::span<const Shaping> shapings);
  // `domain` in lower case.
  std::uint32_t number_of(std::string_view domain) const;
  const Shape& operator[](std::uint32_t number) const { return shapes_[number]; }

 private:
  std::span<const Shaping> shapings_;
  std::vector<Shape> shapes_;
};

}  // namespace mailrig::sender
