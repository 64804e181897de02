// Who calls himself by ever new names is no mail server, but many machines behind one address, or somebody who hides: a
// client is refused once it has used too many different names in HELO within a window (United Internet). Counted per
// IP; only the last few names are kept, and of more than ten million addresses those not heard of for long give way.
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "fakes/policy/expiring_table.h"
#include "fakes/policy/phased_policy.h"
#include "fakes/policy/rate_limit.h"

namespace mailrig::policy {

class HeloNames : public PhasedPolicy {
 public:
  // The most names that a rule can let pass.
  static constexpr std::uint32_t count_max = 7;

  // `rule.window.scope` is helo_names. `conditions`, which may be null and must outlive the policy, can tighten the
  // limit.
  explicit HeloNames(const RateRule& rule, const Conditions* conditions = nullptr)
      : rule_(rule), conditions_(conditions) {}

  Hooks hooks() const override { return {.helo = true}; }

 private:
  struct Name {
    std::uint64_t key = 0;
    Instant seen{};
  };
  struct Client {
    std::array<Name, count_max + 1> names;
    Instant blocked_until{};
  };

  RateRule rule_;
  const Conditions* conditions_;
  ExpiringTable<Client> clients_;

  std::optional<Verdict> ask(Instant now, Phase phase, const Session& session, const MessageFacts* message) override;
};

}  // namespace mailrig::policy
