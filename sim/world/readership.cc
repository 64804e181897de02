#include "sim/world/readership.h"

#include <algorithm>
#include <tuple>

#include "fakes/base/stable_hash.h"
#include "fakes/receiver/passing_observer.h"

namespace mailrig::world {

// Hears what one receiver tells.
class Readership::Ear final : public receiver::PassingObserver {
 public:
  Ear(Readership& readership, std::uint32_t receiver, receiver::Observer* next)
      : PassingObserver(next), readership_(readership), receiver_(receiver) {}

  void stored(Instant now, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam) override {
    PassingObserver::stored(now, session, recipient, message, spam);
    readership_.stored(now, receiver_, session, recipient, message, spam);
  }

 private:
  Readership& readership_;
  const std::uint32_t receiver_;
};

// Of acts at the same instant the order must not depend on who stored first: everything about them counts.
bool Readership::Later::operator()(const Act& a, const Act& b) const {
  const auto order = [](const Act& act) {
    return std::tie(act.at, act.receiver, act.origin, act.act, act.sender, act.mailbox);
  };
  return order(a) > order(b);
}

std::optional<policy::Reputation::Reading> Readership::Act::reading() const {
  using Reading = policy::Reputation::Reading;
  if (!act) return Reading::awaited;
  if (*act == feedback::ReaderAct::opened) return Reading::opened;
  if (*act == feedback::ReaderAct::complained) return Reading::complained;
  return std::nullopt;
}

Readership::Readership(const scenario::Scenario& scenario, measure::Ledger& ledger)
    : scenario_(scenario), ledger_(ledger), draw_(scenario.seed) {
  for (const scenario::Mail& mail : scenario.mail) anybody_ = anybody_ || mail.readers;
}
Readership::~Readership() = default;

receiver::Observer* Readership::in_front_of(std::uint32_t receiver, receiver::Observer* next) {
  if (!anybody_ || receiver >= scenario_.receivers.size() || next == nullptr) return next;
  return ears_.emplace_back(std::make_unique<Ear>(*this, receiver, next)).get();
}

void Readership::stored(Instant now, std::uint32_t receiver, const policy::Session& session, std::string_view recipient,
                        const policy::MessageFacts& message, bool spam) {
  const auto origin = ledger_.origin_of(session, message.rig_id);
  if (!origin || origin->stream >= scenario_.mail.size() || !scenario_.mail[origin->stream].readers) return;
  const std::string& entity = scenario_.receivers[receiver].name;
  const std::uint64_t copy = combine(message.rig_id, stable_hash(recipient));
  const feedback::ReaderActs acts =
      feedback::acts_of(*scenario_.mail[origin->stream].readers, draw_, entity, copy, spam);
  const policy::SenderKeys sender = policy::sender_keys(session, message);
  const std::lock_guard lock(mutex_);
  const bool reports = scenario_.receivers[receiver].profile.feedback.fbl == receiver::FeedbackSettings::Loop::arf;
  const auto schedule = [&](Instant at, std::optional<feedback::ReaderAct> act) {
    const bool reported = reports && act == feedback::ReaderAct::complained;
    acts_.push_back({at, receiver, *origin, act, sender, reported ? std::string(recipient) : std::string()});
    std::push_heap(acts_.begin(), acts_.end(), Later());
  };
  schedule(now, std::nullopt);
  for (std::size_t i = 0; i < acts.size(); ++i) {
    if (acts[i]) schedule(later(now, *acts[i]), static_cast<feedback::ReaderAct>(i));
  }
}

Instant Readership::next() const {
  if (!anybody_) return never;
  const std::lock_guard lock(mutex_);
  return acts_.empty() ? never : acts_.front().at;
}

void Readership::advance(Instant now, const std::function<void(const Act&)>& tell) {
  if (!anybody_) return;
  while (true) {
    Act act;
    {
      const std::lock_guard lock(mutex_);
      if (acts_.empty() || acts_.front().at > now) return;
      std::pop_heap(acts_.begin(), acts_.end(), Later());
      act = acts_.back();
      acts_.pop_back();
    }
    if (act.act) ledger_.reader_acted(act.at, act.receiver, act.origin, *act.act);
    if (tell) tell(act);
  }
}

void Readership::finish() {
  advance(never, {});
}

}  // namespace mailrig::world
