#include "fakes/receiver/reputation_keys.h"

#include "fakes/receiver/profile_types.h"

namespace mailrig::receiver {
namespace {

using config::Errors;
using config::Node;
using config::Table;
using config::Type;
using policy::PlacementSettings;
using policy::ReputationSettings;
using policy::SenderIdentity;

Type<SenderIdentity> identity() {
  return config::one_of<SenderIdentity>({{"ip", SenderIdentity::ip},
                                         {"netblock24", SenderIdentity::netblock24},
                                         {"dkim_domain", SenderIdentity::dkim_domain},
                                         {"spf_domain", SenderIdentity::spf_domain},
                                         {"hdr_domain", SenderIdentity::hdr_domain},
                                         {"sender", SenderIdentity::sender}});
}

Type<std::uint32_t> factor() {
  return thousandths({.what = "factor", .example = "1.4", .min = 1, .max = 100});
}

// A duration in whole days.
Type<ReputationSettings> days(std::uint32_t ReputationSettings::*member) {
  const auto length = positive_duration();
  return config::custom<ReputationSettings>(
      [member, length](const Node& node, ReputationSettings& into, Errors& errors) {
        Duration value{};
        if (length.read(node, value, errors)) {
          into.*member = static_cast<std::uint32_t>(std::max<std::int64_t>(value / std::chrono::hours(24), 1));
        }
      },
      length.schema());
}

}  // namespace

Table<ReputationSettings> reputation_table() {
  Table<ReputationSettings> table{"reputation"};
  table
      .key("identities", &ReputationSettings::identities, config::list_of(identity()),
           "Whose history counts; none: senders have no reputation here")
      .key("initial_daily_cap", &ReputationSettings::initial_daily_cap,
           config::integer<std::uint32_t>(0, 1'000'000'000),
           "Copies a day that are fine for a newcomer; twice as many are turned away. 0: no cap")
      .key("initial_hourly_cap", &ReputationSettings::initial_hourly_cap,
           config::integer<std::uint32_t>(0, 1'000'000'000),
           "Likewise an hour; grows with the daily cap, which has to be there. 0: no cap")
      .key("growth_per_day", &ReputationSettings::growth_milli, factor(),
           "How many times the recent maximum is fine the next day")
      .key("hold", &ReputationSettings::hold, positive_duration(),
           "How long who is over the cap is shut out, before a tenth of the cap may pass and it closes again; default: "
           "until the next day (UTC)")
      .key("memory", &ReputationSettings::memory, positive_duration(), "Forgotten after so long a silence")
      .key("mature_after", days(&ReputationSettings::mature_after_days),
           "Days of sending until newness no longer counts against")
      .key("throttle_below", &ReputationSettings::throttle_below_ppm, config::share(),
           "A score of the sender under which the cap is a tenth")
      .key("block_below", &ReputationSettings::block_below_ppm, config::share(),
           "A score of the sender under which mail is refused for good")
      .key("trap_hits_block", &ReputationSettings::trap_hits_block, config::integer<std::uint32_t>(0, 1'000'000),
           "So many hits of spam traps, which fade by a tenth a day, and mail is refused; 0: they only count")
      .check([](const Node& node, ReputationSettings& settings, Errors& errors) {
        if (settings.initial_hourly_cap == 0 || settings.initial_daily_cap > 0) return;
        const Node* at = node.find("initial_hourly_cap");
        errors.add(at != nullptr ? *at : node, "initial_hourly_cap needs an initial_daily_cap to grow with");
      });
  return table;
}

Table<PlacementSettings> placement_table() {
  using Weights = PlacementSettings::Weights;
  Table<Weights> weights{"weights"};
  weights.key("authentication", &Weights::authentication_ppm, config::share(), "Of neither SPF nor DKIM passing")
      .key("ip", &Weights::ip_ppm, config::share(), "Of the record of addresses and networks")
      .key("domain", &Weights::domain_ppm, config::share(), "Of the record of domains")
      .key("complaints", &Weights::complaints_ppm, config::share(), "Of complaints at the hard limit")
      .key("engagement", &Weights::engagement_ppm, config::share(), "Of what recipients do with the mail")
      .key("content", &Weights::content_ppm, config::share(), "Of a content score of 5 out of 10");
  Table<PlacementSettings> table{"placement"};
  table.key("base", &PlacementSettings::base_ppm, config::share(), "Score of a sender that nothing speaks against")
      .key("junk_below", &PlacementSettings::junk_below_ppm, config::share(), "A score under which mail is spam")
      .key("spread", &PlacementSettings::spread_ppm, config::share(),
           "Within a band this wide around junk_below the lot decides, message by message")
      .key("new_sender_penalty", &PlacementSettings::new_sender_penalty_ppm, config::share(),
           "What newness costs, of address and domain together")
      .key("volume_jump_penalty", &PlacementSettings::volume_jump_penalty_ppm, config::share(),
           "What three times the fine volume costs, of address and domain together")
      .key("complaint_soft", &PlacementSettings::complaint_soft_ppm, config::share(),
           "Share of complaints from which they begin to count")
      .key("complaint_hard", &PlacementSettings::complaint_hard_ppm, config::share(),
           "Share of complaints at which they count in full")
      .key("engaged", &PlacementSettings::engaged_ppm, config::share(),
           "Share of opened copies from which more do not help; below it the weight of engagement counts against")
      .key("weights", &PlacementSettings::weights, config::object(std::move(weights)),
           "What each kind of evidence can cost");
  return table;
}

}  // namespace mailrig::receiver
