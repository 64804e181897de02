#include "fakes/policy/reputation_score.h"

#include <algorithm>

namespace mailrig::policy {
namespace {

constexpr std::array<std::string_view, sender_identity_count> identity_names = {
    "ip", "netblock24", "dkim_domain", "spf_domain", "hdr_domain", "sender"};

// A record speaks once there is enough of it: a rate over three messages says nothing.
constexpr std::uint64_t copies_that_say_something = 50'000;  // thousandths
// One angry reader is no rate yet.
constexpr std::uint64_t complaints_that_say_something = 2'500;  // thousandths
// Shares of unknown recipients that are harmless, and that count in full.
constexpr std::int64_t unknown_soft_ppm = 20'000;
constexpr std::int64_t unknown_hard_ppm = 100'000;
// So many trap hits count in full.
constexpr std::uint64_t traps_hard = 5'000;  // thousandths
// A complaint rate counts for more the worse it is, up to so many times its hard limit.
constexpr std::int64_t complaints_worst = 3'000;  // thousandths

std::int64_t share_ppm(std::uint64_t part, std::uint64_t whole) {
  return part == 0 || whole == 0 ? 0 : static_cast<std::int64_t>(part * 1'000'000 / whole);
}

// 0 at `from` and before, 1000 at `to`, growing steadily, at most `most`.
std::int64_t between(std::int64_t value, std::int64_t from, std::int64_t to, std::int64_t most = 1000) {
  if (value <= from || to <= from) return value <= from ? 0 : most;
  return std::min((value - from) * 1000 / (to - from), most);
}

// How bad an identity's record is, 0 to 1000 (complaints: 3000) each.
struct Badness {
  std::int64_t newness = 0;
  std::int64_t jump = 0;
  std::int64_t unknown = 0;
  std::int64_t traps = 0;
  std::int64_t complaints = 0;
  std::int64_t disinterest = 0;
};

Badness badness_of(const ReputationSettings& settings, const PlacementSettings& weights, const IdentityRecord& record) {
  Badness bad;
  // The first day is day 1, and has earned nothing yet.
  const std::int64_t days_before =
      record.active_days > 0 && record.today > 0 ? record.active_days - 1 : record.active_days;
  bad.newness = 1000 - between(days_before, 0, std::max<std::int64_t>(settings.mature_after_days, 1));
  if (const std::uint64_t fine = fine_volume(settings, record); fine > 0 && record.today > fine) {
    bad.jump = between(static_cast<std::int64_t>(record.today * std::uint64_t{1000} / fine), 1000, 3000);
  }
  const std::uint64_t tried = record.accepted_milli + record.unknown_milli;
  if (tried >= copies_that_say_something) {
    bad.unknown = between(share_ppm(record.unknown_milli, tried), unknown_soft_ppm, unknown_hard_ppm);
  }
  bad.traps = static_cast<std::int64_t>(std::min(record.traps_milli, traps_hard) * 1000 / traps_hard);
  if (record.accepted_milli >= copies_that_say_something && record.complaints_milli >= complaints_that_say_something) {
    bad.complaints = between(share_ppm(record.complaints_milli, record.accepted_milli), weights.complaint_soft_ppm,
                             weights.complaint_hard_ppm, complaints_worst);
  }
  if (record.awaited_milli >= copies_that_say_something) {
    bad.disinterest = 1000 - between(share_ppm(record.opened_milli, record.awaited_milli), 0, weights.engaged_ppm);
  }
  return bad;
}

std::int32_t against(std::uint64_t weight_ppm, std::int64_t badness_milli) {
  return -static_cast<std::int32_t>(static_cast<std::int64_t>(weight_ppm) * badness_milli / 1'000'000);
}

std::int32_t against_authentication(const PlacementSettings& weights, const ReputationFacts& facts) {
  switch (facts.authentication) {
    case AuthenticationLevel::none:
      return against(weights.weights.authentication_ppm, 1000);
    case AuthenticationLevel::unaligned:
      return against(weights.weights.authentication_ppm, 400);
    case AuthenticationLevel::unknown:
    case AuthenticationLevel::aligned:
      break;
  }
  return 0;
}

std::int32_t against_content(const PlacementSettings& weights, const ReputationFacts& facts) {
  if (facts.content_milli >= 10'000) return 0;
  return against(weights.weights.content_ppm, (10'000 - std::max(facts.content_milli, 0)) / 5);
}

// Calls add(factor, identity, milli) for what speaks against the sender.
template <class Add>
void for_each_against_sender(const ReputationSettings& settings, const PlacementSettings& weights,
                             const ReputationFacts& facts, Add add) {
  // Newness and jumps are shared out among networks and names as their weights are, so that a known domain helps a new
  // address, and the other way round. Of several networks, or several names, the worst counts.
  const std::uint64_t both = std::max<std::uint64_t>(weights.weights.ip_ppm + weights.weights.domain_ppm, 1);
  for (const bool network : {true, false}) {
    Badness worst;
    std::array<SenderIdentity, 6> who{};
    bool any = false;
    const auto keep = [&](std::int64_t& slot, std::int64_t value, std::size_t at, SenderIdentity identity) {
      if (value <= slot) return;
      slot = value;
      who[at] = identity;
    };
    for (const SenderIdentity identity : settings.identities) {
      const IdentityRecord& record = facts.of(identity);
      if (is_network(identity) != network || !record.known) continue;
      any = true;
      const Badness bad = badness_of(settings, weights, record);
      // A new address of a known domain is nobody new, and a rate of its few copies says little.
      if (identity != SenderIdentity::sender) {
        keep(worst.newness, bad.newness, 0, identity);
        keep(worst.jump, bad.jump, 1, identity);
        keep(worst.complaints, bad.complaints, 4, identity);
        keep(worst.disinterest, bad.disinterest, 5, identity);
      }
      keep(worst.unknown, bad.unknown, 2, identity);
      keep(worst.traps, bad.traps, 3, identity);
    }
    if (!any) continue;
    const std::uint64_t own = network ? weights.weights.ip_ppm : weights.weights.domain_ppm;
    const auto part = [&](std::uint64_t whole) { return whole * own / both; };
    add(Factor::newness, who[0], against(part(weights.new_sender_penalty_ppm), worst.newness));
    add(Factor::volume_jump, who[1], against(part(weights.volume_jump_penalty_ppm), worst.jump));
    add(Factor::unknown_recipients, who[2], against(own, worst.unknown));
    add(Factor::traps, who[3], against(own, worst.traps));
    add(Factor::complaints, who[4], against(part(2 * weights.weights.complaints_ppm), worst.complaints));
    add(Factor::engagement, who[5], against(part(weights.weights.engagement_ppm), worst.disinterest));
  }
}

std::int32_t within(std::int64_t score) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(score, 0, 1000));
}

}  // namespace

std::string_view to_string(SenderIdentity identity) {
  return identity_names[static_cast<std::size_t>(identity)];
}

std::string_view to_string(Factor factor) {
  switch (factor) {
    case Factor::authentication:
      return "authentication";
    case Factor::newness:
      return "new";
    case Factor::volume_jump:
      return "volume jump";
    case Factor::unknown_recipients:
      return "unknown recipients";
    case Factor::traps:
      return "spam traps";
    case Factor::complaints:
      return "complaints";
    case Factor::engagement:
      return "few opens";
    case Factor::content:
      break;
  }
  return "content";
}

ReputationScore weigh(const ReputationSettings& settings, const PlacementSettings& weights,
                      const ReputationFacts& facts, bool with_message) {
  ReputationScore score;
  std::int64_t sum = weights.base_ppm / 1000;
  const auto add = [&](Factor factor, SenderIdentity identity, std::int32_t milli) {
    if (milli != 0) score.contributions.push_back({factor, identity, milli});
    sum += milli;
  };
  if (with_message) add(Factor::authentication, SenderIdentity::ip, against_authentication(weights, facts));
  for_each_against_sender(settings, weights, facts, add);
  if (with_message) add(Factor::content, SenderIdentity::ip, against_content(weights, facts));
  score.milli = within(sum);
  return score;
}

std::int64_t weigh_sender(const ReputationSettings& settings, const PlacementSettings& weights,
                          const ReputationFacts& facts) {
  std::int64_t sum = weights.base_ppm / 1000;
  for_each_against_sender(settings, weights, facts,
                          [&sum](Factor, SenderIdentity, std::int32_t milli) { sum += milli; });
  return sum;
}

std::int32_t score_of_sender(std::int64_t weighed_sender) {
  return within(weighed_sender);
}

std::int32_t score_of_message(const PlacementSettings& weights, const ReputationFacts& facts,
                              std::int64_t weighed_sender) {
  return within(weighed_sender + against_authentication(weights, facts) + against_content(weights, facts));
}

std::int32_t junk_threshold_milli(const PlacementSettings& settings, std::uint32_t lot_ppm) {
  const std::int64_t offset =
      static_cast<std::int64_t>(settings.spread_ppm) * (static_cast<std::int64_t>(lot_ppm) - 500'000);
  return static_cast<std::int32_t>((settings.junk_below_ppm + offset / 1'000'000) / 1000);
}

std::uint64_t fine_volume(const ReputationSettings& settings, const IdentityRecord& record) {
  const std::uint64_t grown = static_cast<std::uint64_t>(record.recent_max) * settings.growth_milli / 1000;
  return std::max<std::uint64_t>(settings.initial_daily_cap, grown);
}

std::uint64_t daily_cap(const ReputationSettings& settings, const IdentityRecord& record, std::int32_t score_milli) {
  if (settings.initial_daily_cap == 0) return 0;
  // What is fine is not yet what is turned away: up to twice as much only hurts.
  const std::uint64_t cap = 2 * fine_volume(settings, record);
  const bool distrusted = static_cast<std::uint32_t>(score_milli) * 1000 < settings.throttle_below_ppm;
  return distrusted ? std::max<std::uint64_t>(cap / 10, 1) : cap;
}

std::uint64_t hourly_cap(const ReputationSettings& settings, const IdentityRecord& record, std::int32_t score_milli) {
  if (settings.initial_hourly_cap == 0) return 0;
  const std::uint64_t day = daily_cap(settings, record, score_milli);
  return std::max<std::uint64_t>(day * settings.initial_hourly_cap / settings.initial_daily_cap, 1);
}

}  // namespace mailrig::policy
