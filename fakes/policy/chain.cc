#include "fakes/policy/chain.h"

#include <utility>

namespace mailrig::policy {
namespace {

const Verdict* held_for(const std::vector<Verdict>& held, Phase phase) {
  for (const Verdict& verdict : held) {
    if (verdict.phase == phase) return &verdict;
  }
  return nullptr;
}

}  // namespace

void Chain::add(std::unique_ptr<Policy> policy) {
  const Hooks hooks = policy->hooks();
  const auto ask = [&](bool wanted, Phase phase) {
    if (wanted) by_phase_[static_cast<std::size_t>(phase)].push_back(policy.get());
  };
  ask(hooks.connect, Phase::connect);
  ask(hooks.helo, Phase::helo);
  ask(hooks.mail, Phase::mail);
  ask(hooks.rcpt, Phase::rcpt);
  ask(hooks.data, Phase::data);
  if (hooks.placement) placement_.push_back(policy.get());
  if (hooks.unknown_recipient) unknown_recipient_.push_back(policy.get());
  if (hooks.accepted) accepted_.push_back(policy.get());
  if (hooks.disconnected) disconnected_.push_back(policy.get());
  if (hooks.memory) memory_.push_back(policy.get());
  policies_.push_back(std::move(policy));
}

template <class Ask>
std::optional<Verdict> Chain::decide(Phase phase, Session& session, Ask ask) const {
  if (const Verdict* held = held_for(session.held, phase)) return *held;
  if (const Verdict* held = held_for(session.held_in_transaction, phase)) return *held;
  for (Policy* policy : asked_at(phase)) {
    std::optional<Verdict> verdict = ask(*policy);
    if (!verdict) continue;
    if (verdict->phase > phase) {
      (phase < Phase::mail ? session.held : session.held_in_transaction).push_back(*verdict);
      continue;
    }
    // A profile may name an earlier phase than the one in which this was noticed (a size that was not declared).
    verdict->phase = phase;
    return verdict;
  }
  return std::nullopt;
}

std::optional<Verdict> Chain::connect(Instant now, Session& session) const {
  return decide(Phase::connect, session, [&](Policy& policy) { return policy.connect(now, session); });
}

std::optional<Verdict> Chain::helo(Instant now, Session& session, std::string_view name) const {
  return decide(Phase::helo, session, [&](Policy& policy) { return policy.helo(now, session, name); });
}

std::optional<Verdict> Chain::mail(Instant now, Session& session, const MailFacts& facts) const {
  return decide(Phase::mail, session, [&](Policy& policy) { return policy.mail(now, session, facts); });
}

std::optional<Verdict> Chain::rcpt(Instant now, Session& session, const Recipient& candidate) const {
  return decide(Phase::rcpt, session, [&](Policy& policy) {
    auto verdict = policy.rcpt(now, session, candidate);
    if (verdict && verdict->event == Event::unknown_user) {
      for (Policy* counting : unknown_recipient_) counting->unknown_recipient(now, session, candidate);
    }
    return verdict;
  });
}

std::optional<Verdict> Chain::data(Instant now, Session& session, const MessageFacts& facts) const {
  return decide(Phase::data, session, [&](Policy& policy) { return policy.data(now, session, facts); });
}

Placement Chain::place(Instant now, const Session& session, const MessageFacts& facts) const {
  Placement placement;
  for (Policy* policy : placement_) policy->place(now, session, facts, placement);
  return placement;
}

void Chain::accepted(Instant now, const Session& session, const MessageFacts& facts) const {
  for (Policy* policy : accepted_) policy->accepted(now, session, facts);
}

void Chain::disconnected(Instant now, const Session& session) const {
  for (Policy* policy : disconnected_) policy->disconnected(now, session);
}

Recollection Chain::recall(Instant now, const Session& session, const MessageFacts* facts) const {
  Recollection remembered;
  for (Policy* policy : memory_) policy->recall(now, session, facts, remembered);
  return remembered;
}

void Chain::imagine(const Recollection& remembered) const {
  for (Policy* policy : memory_) policy->imagine(remembered);
}

}  // namespace mailrig::policy
