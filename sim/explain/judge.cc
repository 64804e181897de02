#include "sim/explain/judge.h"

#include <array>
#include <optional>

#include "fakes/receiver/mailboxes.h"
#include "fakes/receiver/policies.h"

namespace mailrig::explain {
namespace {

using policy::Verdict;

// The phases in their order, until somebody objects.
std::optional<Verdict> objection(const policy::Chain& chain, Instant at, policy::Session& session,
                                 const policy::MessageFacts& message) {
  if (auto verdict = chain.connect(at, session)) return verdict;
  if (auto verdict = chain.helo(at, session, session.helo)) return verdict;
  policy::MailFacts envelope;
  envelope.from = session.mail_from;
  if (auto verdict = chain.mail(at, session, envelope)) return verdict;
  const policy::Recipient recipient;
  if (auto verdict = chain.rcpt(at, session, recipient)) return verdict;
  return chain.data(at, session, message);
}

}  // namespace

std::string_view to_string(Judgement::Outcome outcome) {
  static constexpr std::array<std::string_view, 4> names = {"inbox", "spam", "deferred", "refused"};
  return names[static_cast<std::size_t>(outcome)];
}

Judgement judge(const receiver::Profile& profile, const std::string& receiver, std::uint64_t seed, Instant at,
                const measure::Circumstances& circumstances, const policy::Recollection& remembered) {
  const Draw draw(seed);
  const receiver::Mailboxes mailboxes(draw);
  policy::Session session = circumstances.session;
  const bool authenticates = !session.authentication.results_field.empty();
  const policy::Chain chain = receiver::make_judges(profile, mailboxes, authenticates, draw, receiver);
  chain.imagine(remembered);

  Judgement result;
  // As it weighs the message: with the facts about it that are true now.
  if (const auto weighed = chain.recall(at, session, circumstances.message).weighed) {
    result.scored = true;
    result.score = policy::weigh(profile.reputation, profile.placement, *weighed, true);
    result.junk_below_milli = policy::junk_threshold_milli(profile.placement, weighed->lot_ppm);
  }
  if (const auto verdict = objection(chain, at, session, circumstances.message)) {
    const bool soft = verdict->reply->severity() == policy::Severity::soft;
    result.outcome = soft ? Judgement::Outcome::deferred : Judgement::Outcome::refused;
    result.reason = verdict->reply->key;
    result.phase = policy::to_string(verdict->phase);
    return result;
  }
  const policy::Placement placement = chain.place(at, session, circumstances.message);
  result.outcome = placement.spam ? Judgement::Outcome::spam : Judgement::Outcome::inbox;
  result.reason = placement.reason;
  return result;
}

}  // namespace mailrig::explain
