#include "fakes/policy/reputation.h"

#include <algorithm>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

// Some six million histories.
constexpr std::uint64_t histories_octets_max = 600'000'000;

AuthenticationLevel level(const AuthenticationFacts& found) {
  if (found.results_field.empty()) return AuthenticationLevel::unknown;
  if (found.spf_aligned || found.dkim_aligned || found.dmarc == auth::DmarcResult::pass || found.arc_vouches) {
    return AuthenticationLevel::aligned;
  }
  const bool any = found.spf == auth::SpfOutcome::pass || found.dkim == auth::DkimResult::pass;
  if (!any) return AuthenticationLevel::none;
  // Without a DMARC record nobody asked for alignment; the names themselves tell.
  const bool same = found.spf == auth::SpfOutcome::pass && key_of(found.spf_domain) == key_of(found.author_domain);
  const bool signs_itself = std::any_of(found.signatures.begin(), found.signatures.end(), [&](const SignatureFacts& s) {
    return s.result == auth::DkimResult::pass && key_of(s.domain) == key_of(found.author_domain);
  });
  return same || signs_itself ? AuthenticationLevel::aligned : AuthenticationLevel::unaligned;
}

auto day_of(Instant now) {
  return std::chrono::floor<std::chrono::days>(now);
}
// Of the day, UTC.
std::uint32_t hour_of(Instant now) {
  return static_cast<std::uint32_t>((now - day_of(now)) / std::chrono::hours(1));
}
Instant next_day(Instant now) {
  return Instant(day_of(now) + std::chrono::days(1));
}

}  // namespace

Reputation::Reputation(const ReputationSettings& settings, const PlacementSettings& placement, const Words& says,
                       const MailboxDirectory& directory, Draw draw, std::string_view entity)
    : settings_(settings),
      placement_(placement),
      says_(says),
      directory_(directory),
      lots_(draw.lots(entity, "placement")),
      memory_(std::make_unique<MemoryBudget>(MemoryBudget{histories_octets_max})) {
  for (Table& table : tables_) table.share(*memory_);
}

Hooks Reputation::hooks() const {
  const auto says_at = [this](Phase phase) {
    return says_.throttled.phase == phase || says_.blocked.phase == phase ||
           (phase == Phase::data && (says_.throttled_domain || says_.blocked_domain));
  };
  return {.connect = says_at(Phase::connect),
          .helo = says_at(Phase::helo),
          .mail = says_at(Phase::mail),
          .rcpt = says_at(Phase::rcpt),
          .data = says_at(Phase::data),
          .placement = true,
          .unknown_recipient = true,
          .accepted = true,
          .memory = true};
}

IdentityRecord Reputation::record(Instant now, SenderIdentity identity, std::uint64_t key) {
  IdentityRecord record;
  record.known = true;
  Table& table = tables_[static_cast<std::size_t>(identity)];
  const auto row = table.find(now, key);
  if (row == Table::none) return record;
  SenderHistory& history = table.values(row).front().history;
  history.roll(now);
  record.active_days = history.active_days();
  record.today = history.today();
  record.recent_max = history.recent_max();
  record.accepted_milli = history.accepted_milli();
  record.unknown_milli = history.unknown_milli();
  record.traps_milli = history.traps_milli();
  record.complaints_milli = history.complaints_milli();
  record.awaited_milli = history.awaited_milli();
  record.opened_milli = history.opened_milli();
  const Row& held = table.values(row).front();
  if (settings_.initial_hourly_cap > 0 && record.today > 0 && held.hour == hour_of(now)) record.this_hour = held.copies;
  record.held = now < held.held_until;
  if (day_of(held.held_until - settings_.hold) == day_of(now)) record.today_max = held.today_max;
  return record;
}

void Reputation::collect(Instant now, const Session& session, const MessageFacts* message) {
  SenderKeys keys{};
  for (const SenderIdentity identity : settings_.identities) {
    keys[static_cast<std::size_t>(identity)] = key_memo_.key(identity, session, message);
  }
  if (up_to_date_ && collected_at_ == now && keys_ == keys) return;
  facts_ = {};
  for (const SenderIdentity identity : settings_.identities) {
    const std::uint64_t id = keys[static_cast<std::size_t>(identity)];
    if (id != 0) facts_.of(identity) = record(now, identity, id);
  }
  keys_ = keys;
  collected_at_ = now;
  up_to_date_ = true;
  if (imagined_) facts_ = *imagined_;
  weighed_sender_ = weigh_sender(settings_, placement_, facts_);
}

std::optional<Verdict> Reputation::ask_identity(Instant now, SenderIdentity identity, std::uint64_t id,
                                                const IdentityRecord& record, std::int32_t score,
                                                const Utterance& throttled, const Utterance& blocked) {
  const std::string_view scope = to_string(identity);
  if (static_cast<std::uint32_t>(score) * 1000 < settings_.block_below_ppm) return blocked.refusal(scope);
  const std::uint64_t traps = record.traps_milli / SenderHistory::one;
  if (settings_.trap_hits_block > 0 && traps >= settings_.trap_hits_block) return blocked.refusal(scope);
  if (record.held) return throttled.refusal(scope);
  // The hour's end is the way back from this one.
  const std::uint64_t hour_cap = hourly_cap(settings_, record, score);
  if (hour_cap > 0 && record.this_hour >= hour_cap) return throttled.refusal(scope);
  const std::uint64_t cap = daily_cap(settings_, record, score);
  if (cap == 0 || record.today < cap || record.today < record.today_max) return std::nullopt;
  Table& table = tables_[static_cast<std::size_t>(identity)];
  const auto row = table.find(now, id);
  if (row == Table::none) return throttled.refusal(scope);
  Row& known = table.values(row).front();
  known.held_until = settings_.hold > Duration{} ? now + settings_.hold : next_day(now);
  known.today_max = record.today + static_cast<std::uint32_t>(std::max<std::uint64_t>(cap / 10, 1));
  table.keep_until(row, std::max(table.kept_until(row), known.held_until));
  return throttled.refusal(scope);
}

std::optional<Verdict> Reputation::ask(Instant now, Phase phase, const Session& session, const MessageFacts* message) {
  const bool at_networks = says_.throttled.phase == phase || says_.blocked.phase == phase;
  const bool at_names = phase == Phase::data && (says_.throttled_domain || says_.blocked_domain);
  if (!at_networks && !at_names) return std::nullopt;
  collect(now, session, message);
  const std::int32_t score = score_of_sender(weighed_sender_);
  for (const SenderIdentity identity : settings_.identities) {
    const bool network = is_network(identity);
    // A new address of a known domain is nobody new.
    if (identity == SenderIdentity::sender) continue;
    if (!facts_.of(identity).known || !(network ? at_networks : at_names)) continue;
    const Utterance& throttled = network ? says_.throttled : says_.throttled_domain.value_or(says_.throttled);
    const Utterance& blocked = network ? says_.blocked : says_.blocked_domain.value_or(says_.blocked);
    auto verdict = ask_identity(now, identity, keys_[static_cast<std::size_t>(identity)], facts_.of(identity), score,
                                throttled, blocked);
    if (verdict && verdict->phase <= phase) return verdict;
  }
  return std::nullopt;
}

void Reputation::collect_all(Instant now, const Session& session, const MessageFacts& message) {
  collect(now, session, &message);
  facts_.authentication = level(session.authentication);
  facts_.content_milli = session.content.read ? session.content.score_milli : ReputationFacts{}.content_milli;
  if (imagined_) return;
  // The same message draws the same lot each time it comes.
  const std::uint64_t id = combine(stable_hash(message.message_id), message.rig_id);
  facts_.lot_ppm = static_cast<std::uint32_t>(below(lots_.bits(id), 1'000'000));
}

void Reputation::recall(Instant now, const Session& session, const MessageFacts* message, Recollection& into) {
  if (message != nullptr) {
    collect_all(now, session, *message);
    into.weighed = facts_;
    return;
  }
  collect(now, session, nullptr);
  into.weighed.emplace().records = facts_.records;
}

void Reputation::place(Instant now, const Session& session, const MessageFacts& message, Placement& placement) {
  collect_all(now, session, message);
  placement.score_milli = score_of_message(placement_, facts_, weighed_sender_);
  placement.junk_below_milli = junk_threshold_milli(placement_, facts_.lot_ppm);
  if (placement.score_milli < placement.junk_below_milli) placement.to_spam("reputation");
}

Reputation::Row& Reputation::obtain(Instant now, SenderIdentity identity, std::uint64_t id) {
  up_to_date_ = false;
  Table& table = tables_[static_cast<std::size_t>(identity)];
  const auto row = table.obtain(now, id);
  table.keep_until(row, std::max(table.kept_until(row), now + settings_.memory));
  Row& known = table.values(row).front();
  known.history.roll(now);
  return known;
}

template <class Tell>
void Reputation::tell_each(Instant now, const Session& session, const MessageFacts* message, Tell tell) {
  for (const SenderIdentity identity : settings_.identities) {
    const std::uint64_t id = key_memo_.key(identity, session, message);
    if (id != 0) tell(obtain(now, identity, id));
  }
}

void Reputation::unknown_recipient(Instant now, const Session& session, const Recipient&) {
  tell_each(now, session, nullptr, [](Row& row) { row.history.unknown_recipient(); });
}

void Reputation::accepted(Instant now, const Session& session, const MessageFacts& message) {
  std::uint32_t traps = 0;
  for (const Recipient& recipient : session.recipients) {
    if (directory_.status(recipient.local_part, recipient.domain) == MailboxStatus::trap) ++traps;
  }
  const auto copies = static_cast<std::uint32_t>(session.recipients.size());
  const std::uint32_t hour = hour_of(now);
  tell_each(now, session, &message, [copies, traps, hour](Row& row) {
    if (row.hour != hour || row.history.today() == 0) row.copies = 0;
    // The masks tell compilers that it fits.
    row.hour = hour & 0x1fU;
    row.copies = (row.copies + copies) & 0x7ff'ffffU;
    row.history.accepted(copies);
    for (std::uint32_t i = 0; i < traps; ++i) row.history.trap_hit();
  });
}

void Reputation::read(Instant now, const SenderKeys& sender, Reading reading) {
  for (const SenderIdentity identity : settings_.identities) {
    const std::uint64_t id = sender[static_cast<std::size_t>(identity)];
    if (id == 0) continue;
    SenderHistory& history = obtain(now, identity, id).history;
    switch (reading) {
      case Reading::awaited:
        history.awaited();
        break;
      case Reading::opened:
        history.opened();
        break;
      case Reading::complained:
        history.complaint();
        break;
    }
  }
}

void Reputation::remember(Instant now, const KnownSender& sender) {
  for (const SenderIdentity identity : settings_.identities) {
    std::uint64_t id = 0;
    if (identity == SenderIdentity::ip) id = sender.ip.hash();
    if (identity == SenderIdentity::netblock24) id = netblock_key(sender.ip);
    if (!is_network(identity) && identity != SenderIdentity::sender) id = key_of(sender.domain);
    if (id != 0) obtain(now, identity, id).history.grown(sender.days, sender.copies_a_day);
  }
}

std::size_t Reputation::size() const {
  std::size_t sum = 0;
  for (const Table& table : tables_) sum += table.size();
  return sum;
}

}  // namespace mailrig::policy
