// How a provider weighs what it knows about a sender: a documented model with parameters, not a claim about anybody's
// secrets. One pure function of recorded facts, so that a decision can be asked again, or asked with other facts. The
// score is in thousandths: 1000 is a sender that nothing speaks against, 0 one that nobody wants. Integers only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"

namespace mailrig::policy {

// Whose history counts.
enum class SenderIdentity : std::uint8_t { ip, netblock24, dkim_domain, spf_domain, hdr_domain, sender };
inline constexpr std::size_t sender_identity_count = 6;
std::string_view to_string(SenderIdentity identity);
// Whether it stands for machines (the others stand for names).
constexpr bool is_network(SenderIdentity identity) {
  return identity == SenderIdentity::ip || identity == SenderIdentity::netblock24;
}

// Shares are in parts per million, as profiles have them.
struct ReputationSettings {
  std::vector<SenderIdentity> identities;  // empty: no memory, no model
  std::uint32_t initial_daily_cap = 0;     // copies a day that a newcomer may send; 0: no cap
  // Likewise an hour (of the clock), and it grows as that does; 0: no cap.
  std::uint32_t initial_hourly_cap = 0;
  std::uint32_t growth_milli = 1400;  // of the recent maximum, a day that is still fine
  // How long who is over the cap is shut out; 0: until the next day (UTC). After a hold that ends on the same day a
  // tenth of the cap may pass, at least one copy, before it closes again: who waits gets on, slowly.
  Duration hold{};
  Duration memory = std::chrono::days(60);
  std::uint32_t mature_after_days = 30;        // of sending, until newness no longer counts
  std::uint32_t throttle_below_ppm = 300'000;  // a score under which the cap is a tenth
  std::uint32_t block_below_ppm = 150'000;     // a score under which mail is refused for good
  // So many hits and mail is refused for good; 0: they only count. Hits fade by a tenth a day as all counters do, so
  // that whoever stops hitting traps is let in again: at a limit of 10 after a day, after 50 hits in 16 days.
  std::uint32_t trap_hits_block = 0;
};

struct PlacementSettings {
  std::uint32_t base_ppm = 920'000;
  std::uint32_t junk_below_ppm = 500'000;
  // Within a band this wide around junk_below the lot decides, message by message.
  std::uint32_t spread_ppm = 200'000;
  std::uint32_t new_sender_penalty_ppm = 250'000;
  std::uint32_t volume_jump_penalty_ppm = 600'000;  // of three times what is fine
  std::uint32_t complaint_soft_ppm = 1'000;
  std::uint32_t complaint_hard_ppm = 3'000;
  std::uint32_t engaged_ppm = 150'000;  // share of opened copies from which more do not help
  struct Weights {
    std::uint32_t authentication_ppm = 250'000;
    std::uint32_t ip_ppm = 200'000;      // record of networks
    std::uint32_t domain_ppm = 250'000;  // record of names
    std::uint32_t complaints_ppm = 150'000;
    std::uint32_t engagement_ppm = 50'000;
    std::uint32_t content_ppm = 100'000;
  } weights;
};

// One identity's history as it stood when it was weighed.
struct IdentityRecord {
  bool known = false;  // it counts, and the message has it
  std::uint32_t active_days = 0;
  std::uint32_t today = 0;
  std::uint32_t this_hour = 0;  // of the clock; not counted where nothing depends on it
  std::uint32_t recent_max = 0;
  std::uint64_t accepted_milli = 0;
  std::uint64_t unknown_milli = 0;
  std::uint64_t traps_milli = 0;
  std::uint64_t complaints_milli = 0;
  std::uint64_t awaited_milli = 0;  // copies whose reading is known
  std::uint64_t opened_milli = 0;   // of them
  bool held = false;                // shut out for a while for having been over the cap, whatever that is by now
  std::uint32_t today_max = 0;      // once such a hold is over, on its day: copies that may pass over the cap
};

enum class AuthenticationLevel : std::uint8_t {
  unknown,    // nobody looked: does not count
  none,       // neither SPF nor DKIM passes
  unaligned,  // one passes, for another domain than the author's
  aligned,
};

// All that a decision follows from.
struct ReputationFacts {
  std::array<IdentityRecord, sender_identity_count> records;
  AuthenticationLevel authentication = AuthenticationLevel::unknown;
  std::int32_t content_milli = 10'000;  // content score, 10 is faultless
  std::uint32_t lot_ppm = 500'000;      // the message's place in the band around junk_below

  const IdentityRecord& of(SenderIdentity identity) const { return records[static_cast<std::size_t>(identity)]; }
  IdentityRecord& of(SenderIdentity identity) { return records[static_cast<std::size_t>(identity)]; }
};

enum class Factor : std::uint8_t {
  authentication,
  newness,
  volume_jump,
  unknown_recipients,
  traps,
  complaints,
  engagement,
  content
};
std::string_view to_string(Factor factor);

struct Contribution {
  Factor factor = Factor::authentication;
  SenderIdentity identity = SenderIdentity::ip;  // meaningful for newness to engagement
  std::int32_t milli = 0;                        // negative: speaks against
};

struct ReputationScore {
  std::int32_t milli = 1000;                // base and all contributions, within [0, 1000]
  std::vector<Contribution> contributions;  // those that are not 0, in the order of factors
};

// `with_message`: authentication and content count too; without them it is the sender alone, as at connect.
ReputationScore weigh(const ReputationSettings& settings, const PlacementSettings& weights,
                      const ReputationFacts& facts, bool with_message);
// The same without its reasons, for the many decisions that nobody asks about. The sender is weighed once, as a sum
// that has no bounds yet; the score is then that of the sender alone, or with its message.
std::int64_t weigh_sender(const ReputationSettings& settings, const PlacementSettings& weights,
                          const ReputationFacts& facts);
std::int32_t score_of_sender(std::int64_t weighed_sender);
std::int32_t score_of_message(const PlacementSettings& weights, const ReputationFacts& facts,
                              std::int64_t weighed_sender);

// The score under which the message goes to the spam folder, given its lot.
std::int32_t junk_threshold_milli(const PlacementSettings& settings, std::uint32_t lot_ppm);

// Copies a day that are fine for an identity: a newcomer's share, or what grows steadily from the recent maximum.
std::uint64_t fine_volume(const ReputationSettings& settings, const IdentityRecord& record);
// The cap of a day at which the provider begins to turn mail away; a bad score makes it a tenth. 0: no cap.
std::uint64_t daily_cap(const ReputationSettings& settings, const IdentityRecord& record, std::int32_t score_milli);
// The same of an hour.
std::uint64_t hourly_cap(const ReputationSettings& settings, const IdentityRecord& record, std::int32_t score_milli);

}  // namespace mailrig::policy
