#include "sim/world/readership.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"
#include "fakes/receiver/passing_observer.h"

namespace mailrig::world {
namespace {

// RFC 3834 §2 asks for "several days"; programs called vacation wait a week.
constexpr Duration silent_after_absence_notice = std::chrono::hours(24 * 7);

policy::RecipientCommands commands_of(std::string_view recipient) {
  const auto [local_part, domain] = policy::split_address(recipient);
  return policy::parse_commands(policy::split_command(local_part).command);
}

}  // namespace

// Hears what one receiver tells.
class Readership::Ear final : public receiver::PassingObserver {
 public:
  Ear(Readership& readership, std::uint32_t receiver, receiver::Observer* next)
      : PassingObserver(next), readership_(readership), receiver_(receiver) {}

  void stored(Instant now, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam) override {
    PassingObserver::stored(now, session, recipient, message, spam);
    readership_.stored({now, receiver_, session, recipient, message}, spam);
  }

  void recipient_verdict(const receiver::RecipientVerdict& seen) override {
    PassingObserver::recipient_verdict(seen);
    if (seen.message == nullptr || seen.disposition != policy::Disposition::bounce || !seen.verdict.accepted()) return;
    const receiver::Profile& profile = readership_.scenario_.receivers[receiver_].profile;
    readership_.bounced({seen.now, receiver_, seen.session, seen.recipient, *seen.message},
                        profile.replies.reply("unknown_user").render(seen.context));
  }

 private:
  Readership& readership_;
  const std::uint32_t receiver_;
};

// Of acts at the same instant the order must not depend on who stored first: everything about them counts.
bool Readership::Later::operator()(const Act& a, const Act& b) const {
  const auto order = [](const Act& act) {
    return std::tuple(act.at, act.receiver, act.origin, act.act, act.sender, std::string_view(act.mailbox),
                      act.answer ? act.answer->id : 0);
  };
  return order(a) > order(b);
}

std::optional<policy::Reputation::Reading> Readership::Act::reading() const {
  using Reading = policy::Reputation::Reading;
  if (!act) return answer ? std::nullopt : std::optional(Reading::awaited);
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
  if (receiver >= scenario_.receivers.size()) return next;
  return ears_.emplace_back(std::make_unique<Ear>(*this, receiver, next)).get();
}

void Readership::stored(const Copy& copy, bool spam) {
  // Most addresses command nothing, and most mail has no readers: then there is nothing to look at.
  const bool may_command = copy.recipient.find('+') != std::string_view::npos;
  if (!anybody_ && !may_command) return;
  const auto origin = ledger_.origin_of(copy.session, copy.message.rig_id);
  if (may_command) {
    const policy::RecipientCommands commands = commands_of(copy.recipient);
    if (commands.complain || commands.reply || commands.auto_reply) return obey(copy, origin, commands);
  }
  if (origin && origin->stream < scenario_.mail.size() && scenario_.mail[origin->stream].readers) {
    live_on(copy, *origin, spam);
  }
}

// At once: whoever commands waits for it.
void Readership::obey(const Copy& copy, const std::optional<measure::Origin>& origin,
                      const policy::RecipientCommands& commands) {
  using feedback::AnswerKind;
  using feedback::ReaderAct;
  const feedback::Arrival arrival = arrival_of(copy);
  const policy::SenderKeys sender = policy::sender_keys(copy.session, copy.message);
  const std::lock_guard lock(mutex_);
  if (commands.complain) {
    schedule({.at = copy.now,
              .receiver = copy.receiver,
              .origin = origin,
              .act = ReaderAct::complained,
              .sender = sender,
              .mailbox = reported_mailbox(copy)});
  }
  if (commands.reply) {
    schedule({.at = copy.now,
              .receiver = copy.receiver,
              .origin = origin,
              .act = ReaderAct::replied,
              .sender = sender,
              .answer = answer(copy, AnswerKind::reply, feedback::write_reply(arrival, copy.now))});
  }
  if (commands.auto_reply) send(copy, origin, AnswerKind::auto_reply, absence_notice(arrival));
}

void Readership::live_on(const Copy& copy, const measure::Origin& origin, bool spam) {
  const std::string& entity = scenario_.receivers[copy.receiver].name;
  const std::uint64_t name = combine(copy.message.rig_id, stable_hash(copy.recipient));
  const feedback::ReaderActs acts =
      feedback::acts_of(*scenario_.mail[origin.stream].readers, draw_, entity, name, spam);
  const policy::SenderKeys sender = policy::sender_keys(copy.session, copy.message);
  const std::lock_guard lock(mutex_);
  schedule({.at = copy.now, .receiver = copy.receiver, .origin = origin, .sender = sender});
  for (std::size_t i = 0; i < acts.size(); ++i) {
    if (!acts[i]) continue;
    Act act{.at = later(copy.now, *acts[i]),
            .receiver = copy.receiver,
            .origin = origin,
            .act = static_cast<feedback::ReaderAct>(i),
            .sender = sender};
    if (act.act == feedback::ReaderAct::complained) act.mailbox = reported_mailbox(copy);
    // Written now, as of then: the message will be gone.
    if (act.act == feedback::ReaderAct::replied) {
      act.answer = answer(copy, feedback::AnswerKind::reply, feedback::write_reply(arrival_of(copy), act.at));
    }
    schedule(std::move(act));
  }
}

void Readership::bounced(const Copy& copy, smtp::Reply refusal) {
  const auto origin = ledger_.origin_of(copy.session, copy.message.rig_id);
  const std::lock_guard lock(mutex_);
  send(copy, origin, feedback::AnswerKind::bounce, feedback::write_bounce(arrival_of(copy), std::move(refusal)));
}

std::optional<mail::Outgoing> Readership::absence_notice(const feedback::Arrival& arrival) {
  auto notice = feedback::write_auto_reply(arrival);
  if (!notice) return notice;
  const auto row =
      told_of_absence_.obtain(arrival.at, combine(stable_hash(arrival.mailbox), policy::key_of(arrival.mail_from)));
  if (std::exchange(told_of_absence_.values(row).front(), char{1}) != 0) return std::nullopt;
  told_of_absence_.keep_until(row, arrival.at + silent_after_absence_notice);
  return notice;
}

// The ledger may give it another id when it is due.
std::unique_ptr<Readership::Answer> Readership::answer(const Copy& copy, feedback::AnswerKind kind,
                                                       std::optional<mail::Outgoing> message) {
  if (!message) return nullptr;
  const std::uint64_t parent = combine(copy.message.rig_id, stable_hash(copy.message.message_id));
  const std::uint64_t id = combine(combine(parent, stable_hash(copy.recipient)), static_cast<std::uint64_t>(kind));
  return std::make_unique<Answer>(Answer{kind, std::max<std::uint64_t>(id, 1), std::move(*message)});
}

void Readership::send(const Copy& copy, const std::optional<measure::Origin>& origin, feedback::AnswerKind kind,
                      std::optional<mail::Outgoing> message) {
  if (!message) return;
  schedule(
      {.at = copy.now, .receiver = copy.receiver, .origin = origin, .answer = answer(copy, kind, std::move(message))});
}

std::string Readership::reported_mailbox(const Copy& copy) const {
  const auto loop = scenario_.receivers[copy.receiver].profile.feedback.fbl;
  return loop == receiver::FeedbackSettings::Loop::arf ? std::string(copy.recipient) : std::string();
}

feedback::Arrival Readership::arrival_of(const Copy& copy) {
  policy::Recipient mailbox;
  policy::assign_recipient(mailbox, copy.recipient);
  return {.at = copy.now,
          .mail_from = copy.session.mail_from,
          .recipient = copy.recipient,
          .mailbox = mailbox.local_part + "@" + mailbox.domain,
          .host = copy.session.mx_host,
          .message_id = copy.message.message_id,
          .content = copy.message.content};
}

void Readership::schedule(Act act) {
  answers_owed_ += act.answer ? 1 : 0;
  acts_.push_back(std::move(act));
  std::push_heap(acts_.begin(), acts_.end(), Later());
  next_ = acts_.front().at.time_since_epoch().count();
}

std::optional<Readership::Act> Readership::take(Instant now) {
  const std::lock_guard lock(mutex_);
  if (acts_.empty() || acts_.front().at > now) return std::nullopt;
  std::pop_heap(acts_.begin(), acts_.end(), Later());
  std::optional<Act> act = std::move(acts_.back());
  acts_.pop_back();
  next_ = (acts_.empty() ? never : acts_.front().at).time_since_epoch().count();
  return act;
}

void Readership::advance(Instant now, const std::function<void(Act&&)>& tell) {
  while (next() <= now) {
    auto act = take(now);
    if (!act) return;
    if (act->act && act->origin) ledger_.reader_acted(act->at, act->receiver, *act->origin, *act->act);
    const bool answers = act->answer != nullptr;
    if (answers && tell) {
      const auto stream = act->origin ? std::optional(act->origin->stream) : std::nullopt;
      act->answer->id = ledger_.answered({.now = act->at,
                                          .receiver = act->receiver,
                                          .stream = stream,
                                          .kind = act->answer->kind,
                                          .id = act->answer->id});
    }
    if (tell) tell(std::move(*act));
    // Only now: whoever was told has it in hand.
    if (answers) --answers_owed_;
  }
}

void Readership::finish() {
  advance(never, {});
}

}  // namespace mailrig::world
