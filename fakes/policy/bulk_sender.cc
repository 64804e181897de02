#include "fakes/policy/bulk_sender.h"

#include "fakes/auth/organizational_domain.h"
#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"
#include "fakes/policy/identity_checks.h"

namespace mailrig::policy {
namespace {

constexpr Duration day = std::chrono::hours(24);

bool is_unsure(const AuthenticationFacts& found) {
  return found.spf == auth::SpfOutcome::temperror || found.dkim == auth::DkimResult::temperror ||
         found.dmarc == auth::DmarcResult::temperror;
}

}  // namespace

std::uint64_t BulkSender::domain_key(const Session& session) {
  const std::string& author = session.authentication.author_domain;
  if (author.empty()) return 0;
  const std::uint64_t key = author_.of(author);
  if (settings_.scope != BulkSettings::Scope::org_domain) return key;
  if (const std::uint64_t* known = organizations_.find(key)) return *known;
  const auto domain = auth::PublicSuffixList::newest().organizational_domain(author);
  return organizations_.put(key, domain ? key_of(*domain) : key);
}

bool BulkSender::is_bulk(Instant now, std::uint64_t domain) {
  const auto row = domains_.find(now, domain);
  if (row == ExpiringTable<Sent>::none) return false;
  Sent& sent = domains_.values(row).front();
  return sent.bulk_for_good || sent.units.total(now, day) >= settings_.threshold_per_day;
}

bool BulkSender::is_bulk(Instant now, const Session& session) {
  if (imagined_) return *imagined_;
  const std::uint64_t domain = domain_key(session);
  return domain != 0 && is_bulk(now, domain);
}

const AuthRefusals* BulkSender::unmet(const Session& session) const {
  const AuthenticationFacts& found = session.authentication;
  if (settings_.spf && found.spf != auth::SpfOutcome::pass) return &says_.spf;
  if (settings_.dkim && found.dkim != auth::DkimResult::pass) return &says_.dkim;
  if (settings_.dmarc == BulkSettings::Dmarc::record && !found.dmarc_published) return &says_.dmarc;
  if (settings_.dmarc == BulkSettings::Dmarc::pass && found.dmarc != auth::DmarcResult::pass) return &says_.dmarc;
  if (settings_.alignment && !found.spf_aligned && !found.dkim_aligned) return &says_.alignment;
  if (settings_.tls && session.tls == TlsVersion::none) return &says_.tls;
  if (settings_.ptr && session.network.iprev != auth::IprevOutcome::pass) return &says_.ptr;
  return lacking(session.content, BulkSettings::Missing::required);
}

const AuthRefusals* BulkSender::lacking(const ContentTraits& content, BulkSettings::Missing consequence) const {
  if (!content.read) return nullptr;
  if (settings_.unsubscribe == consequence && !content.unsubscribe) return &says_.unsubscribe;
  if (settings_.feedback_id == consequence && !content.feedback_id) return &says_.feedback_id;
  return nullptr;
}

std::optional<Verdict> BulkSender::data(Instant now, const Session& session, const MessageFacts& facts) {
  if (settings_.junks) return std::nullopt;
  const AuthRefusals* refusals = unmet(session);
  if (refusals == nullptr || session.authentication.arc_vouches || !is_bulk(now, session)) return std::nullopt;
  // The same message draws the same lot each time it comes.
  const std::uint64_t message = combine(stable_hash(facts.message_id), facts.rig_id);
  const bool rejects = chance(draw_.bits(entity_, "bulk sender", message), settings_.reject_ppm, 1'000'000);
  const AuthAction action = rejects && !is_unsure(session.authentication) ? AuthAction::reject : AuthAction::tempfail;
  return refusals->answer(action, Phase::data);
}

void BulkSender::place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) {
  if (!settings_.junks && !settings_.same_envelope && !settings_.reads_messages()) return;
  if (!is_bulk(now, session)) return;
  if (settings_.junks && !session.authentication.arc_vouches) {
    if (const AuthRefusals* fault = unmet(session)) placement.to_spam(fault->name());
  }
  if (settings_.same_envelope && envelope_mismatches(session, facts)) {
    placement.to_spam("auth_required_bulk/envelope");
  }
  if (const AuthRefusals* fault = lacking(session.content, BulkSettings::Missing::junk)) {
    placement.to_spam(fault->name());
  }
}

void BulkSender::recall(Instant now, const Session& session, const MessageFacts* facts, Recollection& into) {
  // Before there is a message, nobody is its author.
  into.bulk = facts != nullptr && is_bulk(now, session);
}

void BulkSender::accepted(Instant now, const Session& session, const MessageFacts&) {
  const std::uint64_t domain = domain_key(session);
  if (domain == 0) return;
  const auto row = domains_.obtain(now, domain);
  Sent& sent = domains_.values(row).front();
  for (std::size_t i = 0; i < session.recipients.size(); ++i) sent.units.add(now, day);
  sent.bulk_for_good =
      sent.bulk_for_good || (settings_.permanent && sent.units.total(now, day) >= settings_.threshold_per_day);
  domains_.keep_until(row, sent.bulk_for_good ? never : SlidingWindow::counted_until(now, day));
}

}  // namespace mailrig::policy
