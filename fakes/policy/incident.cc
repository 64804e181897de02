#include "fakes/policy/incident.h"

#include <utility>

namespace mailrig::policy {

Incident::Incident(const Conditions& conditions, const Words& says, Draw draw, std::string entity)
    : conditions_(conditions), says_(says), draw_(draw), entity_(std::move(entity)) {
  garbage_.key = "local_error/garbage";
  garbage_.event = Event::local_error;
  garbage_.text = "$!?# 0x1f\t<html>";
  garbage_.close = true;
}

Hooks Incident::hooks() const {
  const Phase phase = says_.overloaded.phase;
  return {.connect = true,
          .helo = phase == Phase::helo,
          .mail = phase == Phase::mail,
          .rcpt = phase == Phase::rcpt,
          .data = phase == Phase::data};
}

std::optional<Verdict> Incident::ask(Instant, Phase phase, const Session& session, const MessageFacts*) {
  if (phase == Phase::connect && conditions_.garbage) return Utterance{&garbage_, Phase::connect}.refusal();
  if (phase == Phase::connect && conditions_.maintenance) return says_.maintenance.refusal();
  if (conditions_.deferring_ppm == 0 || phase != says_.overloaded.phase) return std::nullopt;
  // One lot per transaction, drawn again with the next attempt.
  const std::uint64_t lot = draw_.bits(entity_, "overloaded", session.sequence, session.messages);
  if (!chance(lot, conditions_.deferring_ppm, 1'000'000)) return std::nullopt;
  return says_.overloaded.refusal();
}

}  // namespace mailrig::policy
