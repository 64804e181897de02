// What stops mail on its way: replies that ask for a pause, streams that fail too often, addresses that are no good.
#include <algorithm>

#include "sim/sender/state.h"

namespace mailrig::sender {

void Sender::State::heed_replies(std::uint32_t index, std::span<const smtp::RecipientResult> results) {
  const Shape& shape = shapes[destinations[index].shape];
  if (shape.replies.empty()) return;
  for (const smtp::RecipientResult& result : results) {
    const pacing::ReplyRule* const rule = shape.rule_for(result.reply);
    if (rule != nullptr && rule->pause) hold_back(index, later(now, *rule->pause));
  }
}

void Sender::State::hold_back(std::uint32_t index, Instant until) {
  Destination& destination = destinations[index];
  destination.held_back_until = std::max(destination.held_back_until, until);
}

bool Sender::State::suppresses(const QueuedMessage& message, std::uint32_t recipient) {
  if (message.bounce) return false;
  return streams.stopped(message.stream) || (suppressed && suppressed->has(now, message.recipients[recipient]));
}

// Happens once for a stream, so that it may look at everything that waits.
void Sender::State::stop_streams() {
  if (!outcomes.take_stopped()) return;
  for (std::uint32_t i = 0; i < destinations.end(); ++i) {
    drop_untried(destinations[i].ready, false);
    drop_untried(destinations[i].ready_fresh, false);
  }
  for (std::uint32_t i = 0; i < holdings.size(); ++i) {
    drop_untried(holdings[i].fresh, true);
    drop_untried(holdings[i].again, true);
    release(i);
  }
}

void Sender::State::drop_untried(PriorityList& lists, bool held) {
  for (PartList& list : lists.by_priority) {
    for (std::uint32_t left = list.size; left > 0; --left) {
      const std::uint32_t index = queue.take_first(list);
      const Part& part = queue.part(index);
      const QueuedMessage& message = queue.message(part.message).message;
      if (part.tries > 0 || message.bounce || !streams.stopped(message.stream)) {
        queue.append(list, index);
        continue;
      }
      if (held) {
        count_held(holdings[part.holding].group, -static_cast<std::int64_t>(part.count));
      } else if (part.lane != none) {
        gate->give_back(now, part.lane, part.place_day, part.count);
      }
      outcomes.suppress_all(now, index);
    }
  }
}

}  // namespace mailrig::sender
