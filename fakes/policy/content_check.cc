#include "fakes/policy/content_check.h"

#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

constexpr Duration remembered = std::chrono::hours(24);

bool is_below(const ContentTraits& found, std::uint32_t threshold_milli) {
  return found.read && found.score_milli < static_cast<std::int32_t>(threshold_milli);
}

}  // namespace

std::optional<Verdict> ContentCheck::data(Instant now, const Session& session, const MessageFacts& facts) {
  const ContentTraits& found = session.content;
  if (found.blocked_attachment) return says_.virus.refusal();
  if (is_below(found, settings_.reject_below_milli)) return says_.rejected.refusal();
  if (is_below(found, settings_.tempfail_below_milli) && !comes_again(now, session, facts)) {
    return says_.deferred.refusal();
  }
  return std::nullopt;
}

void ContentCheck::place(Instant, const Session& session, const MessageFacts&, Placement& placement) {
  if (is_below(session.content, settings_.junk_below_milli)) placement.to_spam("content");
}

std::uint64_t ContentCheck::key(const Session& session, const MessageFacts& facts) {
  return combine(stable_hash(facts.message_id, facts.body_digest), key_of(session.mail_from));
}

void ContentCheck::recall(Instant now, const Session& session, const MessageFacts* facts, Recollection& into) {
  if (facts == nullptr) return;
  const auto row = put_off_.find(now, key(session, *facts));
  into.comes_again =
      row != ExpiringTable<PutOff>::none && now - put_off_.values(row).front().first >= settings_.retry_after;
}

// The same message from the same sender, later than `retry_after` behind its first try.
bool ContentCheck::comes_again(Instant now, const Session& session, const MessageFacts& facts) {
  if (imagined_) return *imagined_;
  const auto row = put_off_.obtain(now, key(session, facts));
  PutOff& known = put_off_.values(row).front();
  if (known.first == never) known.first = now;
  put_off_.keep_until(row, known.first + remembered);
  return now - known.first >= settings_.retry_after;
}

}  // namespace mailrig::policy
