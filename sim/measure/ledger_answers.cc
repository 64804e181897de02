// What is told to the ledger about mail that mailboxes send.
#include "fakes/base/check.h"
#include "sim/measure/ledger_state.h"

namespace mailrig::measure {
std::uint64_t Ledger::answered(const Answered& answer) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  CHECK(answer.id != 0 && answer.receiver < s.config.receivers.size());
  const State::Answer sent{answer.receiver, answer.stream, answer.kind};
  s.log.add(answer.now, combine(s.entities[sent.slot], answer.id), EventLog::Kind::answered,
            static_cast<std::uint64_t>(sent.kind));
  s.change_tallies(sent, [](AnswerTally& tally) { ++tally.sent; });
  std::uint64_t id = answer.id;
  while (!s.answers.emplace(id, sent).second) id = combine(id, 1);
  return id;
}

void Ledger::answer_done(Instant now, std::uint64_t id, SenderOutcome outcome) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  s.log.add(now, id, EventLog::Kind::answer_done, static_cast<std::uint64_t>(outcome));
  const auto found = s.answers.find(id);
  if (found == s.answers.end()) return;
  const State::Answer answer = found->second;
  s.answers.erase(found);
  const bool accepted = outcome == SenderOutcome::delivered;
  s.change_tallies(answer, [accepted](AnswerTally& tally) { ++(accepted ? tally.accepted : tally.bounced); });
}

}  // namespace mailrig::measure
