// Rate limits: how many units of something (an IP, a sender, a recipient …) may pass within a window, and for how long
// who went over is shut out afterwards. Several windows at once. Recipients' windows count recipients, the others
// messages; `conn` counts connections. Units count when they were accepted (connections: when they were let in), unless
// the window also counts what was refused; recipients whom RCPT accepted count for the rest of their transaction too.
// Forgets who counts no longer; of more than fit into 1.2 GB a new one takes the place of one of its scope that would
// soon be forgotten. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fakes/policy/address_key.h"
#include "fakes/policy/conditions.h"
#include "fakes/policy/connection_limit.h"
#include "fakes/policy/expiring_table.h"
#include "fakes/policy/policy.h"
#include "fakes/policy/sliding_window.h"

namespace mailrig::policy {

// What is counted together.
enum class RateScope : std::uint8_t {
  ip,
  netblock24,     // /24, or /64 of IPv6
  conn,           // new connections of one IP
  sender,         // MAIL FROM; the null sender is never counted
  sender_domain,  // its domain
  hdr_domain,     // domain of header From
  rcpt,
  pair,           // MAIL FROM and RCPT
  ip_rcptdomain,  // IP and recipient domain: one unit per message and domain
  message_id,
  dkim_domain,      // d= of each signature that passes
  spf_domain,       // that SPF passes for
  similar_content,  // messages that differ in names and numbers only
  sender_rcpts,     // recipients of one MAIL FROM, one unit each
  ip_rcpts,         // recipients of one IP, likewise
  unknown_rcpts,    // of an IP: recipients that do not exist; see UnknownRecipients
  helo_names,       // of an IP: different names in HELO; see HeloNames
};
inline constexpr std::size_t rate_scope_count = 17;

std::string_view to_string(RateScope scope);
std::optional<RateScope> parse_rate_scope(std::string_view name);
// The first phase in which what the scope counts is known.
Phase known_from(RateScope scope);

// The way back once a penalty of an address has ended, one connection after another (Gmail): how many it may have open
// at first, and by how many more as time goes by. Ends where any address may have as many.
struct Recovery {
  std::uint32_t connections = 0;  // 0: no such way, all is as before at once
  std::uint32_t step = 1;
  Duration every{};
};

// How many connections an address may have open so long after its penalty ended.
std::uint64_t recovering_connections(const Recovery& recovery, Duration since);
// When it may have `normal` of them again.
Duration length_of(const Recovery& recovery, std::uint32_t normal);

struct RateWindow {
  RateScope scope = RateScope::ip;
  std::uint32_t count = 0;  // so many pass, the next one is refused
  Duration window{};
  Duration block{};        // once over the limit: shut out at least this long
  bool block_day = false;  // once over the limit: shut out until midnight UTC
  // Once over the limit: shut out until nothing was tried for this long (Gmail's way back from 421 4.7.28). A try
  // counts as soon as it is known whose it is, whoever else turns it away.
  Duration until_quiet{};
  // Of ip and conn. A connection too many is refused as if the penalty went on, which does not begin anew by that.
  Recovery recovery{};
  // The window does not slide: the clock since 1970 is cut into frames of its length, and who is over stays out until
  // the frame ends (Barracuda).
  bool fixed_frame = false;
  // Of unknown_rcpts: besides `count`, so many of a million recipients must be unknown.
  std::uint32_t share_ppm = 0;
  bool count_refused = false;  // units count when they try, not when they are accepted
};

// When a penalty that begins now ends.
Instant end_of_block(Instant now, const RateWindow& window);

// A window's count as things stand; `conditions` may be null.
std::uint64_t limit_of(const RateWindow& window, const Conditions* conditions);

struct RateRule {
  RateWindow window;
  Utterance over_limit;
};

class RateLimit : public Policy {
 public:
  // Rules of unknown_rcpts are left to UnknownRecipients, those of helo_names to HeloNames.
  // `conditions`, which may be null and must outlive the policy, can tighten all limits. `connections` likewise: it
  // comes before this policy and knows what is open and what is normal; without it nobody recovers by connections.
  explicit RateLimit(std::span<const RateRule> rules, const Conditions* conditions = nullptr,
                     const ConnectionLimit* connections = nullptr);

  Hooks hooks() const override;
  std::optional<Verdict> connect(Instant now, const Session& session) override;
  std::optional<Verdict> helo(Instant now, const Session& session, std::string_view name) override;
  std::optional<Verdict> mail(Instant now, const Session& session, const MailFacts& facts) override;
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) override;

  // Identities remembered over all scopes, for tests and measurements of memory.
  std::size_t size() const;

 private:
  struct Count {
    SlidingWindow units;
    Instant blocked_until{};
  };
  struct Rule {
    RateWindow window;
    Utterance over_limit;
    Phase asked;  // when the limit is looked at
    Duration recovery_length{};
    WindowClock clock;

    // How many units count, and one more of them: in a window that slides, or in the frame of the clock.
    std::uint32_t total(SlidingWindow& units, Instant now) {
      return window.fixed_frame ? units.total_in_frame(clock.part(now)) : units.total_in_part(clock.part(now));
    }
    void add(SlidingWindow& units, Instant now) {
      return window.fixed_frame ? units.add_in_frame(clock.part(now)) : units.add_in_part(clock.part(now));
    }
  };
  // The windows of one scope share a row, so that a unit costs one look-up however many windows there are. `asked`: the
  // phases in which any of them is looked at, be it to see that somebody tries.
  struct Group {
    RateScope scope;
    std::vector<Rule> rules;
    std::array<bool, phase_count> asked{};
    bool counts_accepted = false;
    bool recovers = false;
    ExpiringTable<Count> counts;
    KeyMemo name;  // of a scope that is one
  };
  // Everything from which keys are made; what is not known yet is null.
  struct Facts {
    const Session& session;
    std::string_view from;
    const Recipient* candidate = nullptr;
    const MessageFacts* message = nullptr;
  };

  std::vector<Group> groups_;
  const Conditions* conditions_;
  const ConnectionLimit* connections_;
  bool recovers_ = false;  // any group does
  std::unique_ptr<MemoryBudget> memory_;

  std::optional<Verdict> ask(Instant now, Phase phase, const Facts& facts);
  // The rule of the group that refuses one more unit of `key`, of which the transaction already has `earlier`; or null.
  const Rule* ask_key(Instant now, Phase phase, Group& group, std::uint64_t key, std::uint64_t earlier);
  // Of a connection that is one too many for an address on its way back.
  std::optional<Verdict> ask_recovery(Instant now, const Session& session);
  // A connection that was let in, or a unit that was accepted.
  static void count(Instant now, Group& group, std::uint64_t key);
  template <class Use>
  static void for_each_key(Group& group, const Facts& facts, Use use);
};

}  // namespace mailrig::policy
