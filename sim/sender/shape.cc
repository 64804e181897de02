#include "sim/sender/shape.h"

#include <algorithm>
#include <string>

#include "sim/sender/words.h"

namespace mailrig::sender {

const pacing::ReplyRule* Shape::rule_for(const std::optional<smtp::Reply>& reply) const {
  if (replies.empty() || !reply || reply->positive()) return nullptr;
  const std::string text = plain_words(reply->text);
  const auto found = std::find_if(replies.begin(), replies.end(), [&](const pacing::ReplyRule& rule) {
    return text.find(rule.words) != std::string::npos;
  });
  return found == replies.end() ? nullptr : &*found;
}

Shapes::Shapes(const Shape& usual, std::span<const Shaping> shapings) : shapings_(shapings), shapes_{usual} {
  for (const Shaping& shaping : shapings) {
    Shape& shape = shapes_.emplace_back(usual);
    if (shaping.how.connections_max) shape.connections_max = *shaping.how.connections_max;
    if (shaping.how.messages_per_connection_max)
      shape.messages_per_connection_max = *shaping.how.messages_per_connection_max;
    if (shaping.how.rate) {
      const auto interval = shaping.how.rate->per / static_cast<std::int64_t>(shaping.how.rate->count);
      shape.interval = std::max<Duration>(interval, Duration(1));
    }
    shape.replies = shaping.how.replies;
  }
}

std::uint32_t Shapes::number_of(std::string_view domain) const {
  for (std::size_t i = 0; i < shapings_.size(); ++i) {
    const auto& domains = shapings_[i].domains;
    if (std::find(domains.begin(), domains.end(), domain) != domains.end()) return static_cast<std::uint32_t>(i + 1);
  }
  return 0;
}

}  // namespace mailrig::sender
