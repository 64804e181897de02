#include "sim/explain/judge.h"

#include <array>
#include <optional>

#include "fakes/receiver/mailboxes.h"
#include "fakes/receiver/policies.h"

namespace mailrig::explain {
namespace {

using policy::Phase;
using policy::Verdict;

// The phases in their order up to `last`, until somebody objects.
std::optional<Verdict> objection(const policy::Chain& chain, Instant at, Phase last, policy::Session& session,
                                 const policy::MessageFacts& message) {
  if (auto verdict = chain.connect(at, session); verdict || last == Phase::connect) return verdict;
  if (auto verdict = chain.helo(at, session, session.helo); verdict || last == Phase::helo) return verdict;
  policy::MailFacts envelope;
  envelope.from = session.mail_from;
  if (auto verdict = chain.mail(at, session, envelope); verdict || last == Phase::mail) return verdict;
  const policy::Recipient recipient;
  if (auto verdict = chain.rcpt(at, session, recipient); verdict || last == Phase::rcpt) return verdict;
  return chain.data(at, session, message);
}

}  // namespace

std::string_view to_string(Judgement::Outcome outcome) {
  static constexpr std::array<std::string_view, 5> names = {"inbox", "spam", "let in", "deferred", "refused"};
  return names[static_cast<std::size_t>(outcome)];
}

Judgement judge(const receiver::Profile& profile, const std::string& receiver, std::uint64_t seed, Instant at,
                policy::Phase phase, const measure::Circumstances& circumstances,
                const policy::Recollection& remembered) {
  const Draw draw(seed);
  const receiver::Mailboxes mailboxes(draw);
  policy::Session session = circumstances.session;
  const bool with_message = phase == Phase::data;
  // What the receiver found out it writes down only once there is a message to write it into.
  const bool authenticates = with_message ? !session.authentication.results_field.empty()
                                          : profile.kind != receiver::Profile::Kind::sink && profile.auth_policy.judge;
  const policy::Chain chain = receiver::make_judges(profile, mailboxes, authenticates, draw, receiver);
  chain.imagine(remembered);

  Judgement result;
  // As it weighs them: with the facts that are true now.
  const auto weighed = chain.recall(at, session, with_message ? &circumstances.message : nullptr).weighed;
  if (weighed) {
    result.scored = true;
    result.score = policy::weigh(profile.reputation, profile.placement, *weighed, with_message);
    if (with_message) result.junk_below_milli = policy::junk_threshold_milli(profile.placement, weighed->lot_ppm);
  }
  if (const auto verdict = objection(chain, at, phase, session, circumstances.message)) {
    const bool soft = verdict->reply->severity() == policy::Severity::soft;
    result.outcome = soft ? Judgement::Outcome::deferred : Judgement::Outcome::refused;
    result.reason = verdict->reply->key;
    result.phase = policy::to_string(verdict->phase);
    return result;
  }
  if (!with_message) {
    result.outcome = Judgement::Outcome::let_in;
    result.phase = policy::to_string(phase);
    return result;
  }
  const policy::Placement placement = chain.place(at, session, circumstances.message);
  result.outcome = placement.spam ? Judgement::Outcome::spam : Judgement::Outcome::inbox;
  result.reason = placement.reason;
  return result;
}

}  // namespace mailrig::explain
