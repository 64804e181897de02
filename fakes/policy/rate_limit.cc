#include "fakes/policy/rate_limit.h"

#include <algorithm>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

// Seven million recipients of a provider that counts each in three windows.
constexpr std::uint64_t counts_octets_max = 1'200'000'000;

constexpr std::array<std::string_view, rate_scope_count> scope_names = {
    "ip",       "netblock24",    "conn",       "sender",      "sender_domain", "hdr_domain",      "rcpt",
    "pair",     "ip_rcptdomain", "message_id", "dkim_domain", "spf_domain",    "similar_content", "sender_rcpts",
    "ip_rcpts", "unknown_rcpts", "helo_names"};

}  // namespace

Instant end_of_block(Instant now, const RateWindow& window) {
  Instant end = now + std::max(window.block, window.until_quiet);
  if (window.fixed_frame) end = std::max(end, SlidingWindow::end_of_frame(now, window.window));
  if (window.block_day) {
    const auto midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
    end = std::max(end, Instant(midnight));
  }
  return end;
}

std::uint64_t recovering_connections(const Recovery& recovery, Duration since) {
  return recovery.connections + recovery.step * static_cast<std::uint64_t>(since / recovery.every);
}

Duration length_of(const Recovery& recovery, std::uint32_t normal) {
  if (recovery.connections == 0 || recovery.connections >= normal) return {};
  const std::uint32_t missing = normal - recovery.connections;
  return recovery.every * static_cast<std::int64_t>(missing / recovery.step + (missing % recovery.step != 0 ? 1 : 0));
}

std::uint64_t limit_of(const RateWindow& window, const Conditions* conditions) {
  if (conditions == nullptr) return window.count;
  return std::max<std::uint64_t>(std::uint64_t{window.count} * conditions->limits_ppm / 1'000'000, 1);
}

std::string_view to_string(RateScope scope) {
  return scope_names[static_cast<std::size_t>(scope)];
}

std::optional<RateScope> parse_rate_scope(std::string_view name) {
  for (std::size_t i = 0; i < scope_names.size(); ++i) {
    if (scope_names[i] == name) return static_cast<RateScope>(i);
  }
  return std::nullopt;
}

Phase known_from(RateScope scope) {
  switch (scope) {
    case RateScope::ip:
    case RateScope::netblock24:
    case RateScope::conn:
    case RateScope::unknown_rcpts:
      return Phase::connect;
    case RateScope::helo_names:
      return Phase::helo;
    case RateScope::sender:
    case RateScope::sender_domain:
    case RateScope::spf_domain:
      return Phase::mail;
    case RateScope::rcpt:
    case RateScope::sender_rcpts:
    case RateScope::ip_rcpts:
    case RateScope::pair:
    case RateScope::ip_rcptdomain:
      return Phase::rcpt;
    case RateScope::hdr_domain:
    case RateScope::message_id:
    case RateScope::dkim_domain:
    case RateScope::similar_content:
      return Phase::data;
  }
  return Phase::data;
}

RateLimit::RateLimit(std::span<const RateRule> rules, const Conditions* conditions, const ConnectionLimit* connections)
    : conditions_(conditions),
      connections_(connections),
      memory_(std::make_unique<MemoryBudget>(MemoryBudget{counts_octets_max})) {
  for (std::size_t i = 0; i < rate_scope_count; ++i) {
    const auto scope = static_cast<RateScope>(i);
    if (scope == RateScope::unknown_rcpts || scope == RateScope::helo_names) continue;
    std::vector<Rule> same_scope;
    std::array<bool, phase_count> asked{};
    bool counts_accepted = false;
    bool recovers = false;
    for (const RateRule& rule : rules) {
      if (rule.window.scope != scope) continue;
      CHECK(rule.window.count > 0 && rule.window.window > Duration{});
      // Connections are looked at as they come, whenever the refusal is spoken; all else as late as it is spoken, so
      // that a long connection is not judged by how things stood when it was opened.
      const Phase phase =
          scope == RateScope::conn ? Phase::connect : std::max(known_from(scope), rule.over_limit.phase);
      asked[static_cast<std::size_t>(phase)] = true;
      if (rule.window.until_quiet > Duration{}) asked[static_cast<std::size_t>(known_from(scope))] = true;
      counts_accepted = counts_accepted || (!rule.window.count_refused && scope != RateScope::conn);
      const bool of_address = scope == RateScope::ip || scope == RateScope::conn;
      const Duration recovery_length = connections != nullptr && of_address
                                           ? length_of(rule.window.recovery, connections->connections_max())
                                           : Duration{};
      recovers = recovers || recovery_length > Duration{};
      same_scope.push_back({rule.window, rule.over_limit, phase, recovery_length,
                            WindowClock(rule.window.window, rule.window.fixed_frame)});
    }
    if (same_scope.empty()) continue;
    const std::size_t width = same_scope.size();
    groups_.push_back(
        {scope, std::move(same_scope), asked, counts_accepted, recovers, ExpiringTable<Count>(width), {}});
    recovers_ = recovers_ || recovers;
    groups_.back().counts.share(*memory_);
  }
}

Hooks RateLimit::hooks() const {
  const auto any = [this](Phase phase) {
    return std::any_of(groups_.begin(), groups_.end(),
                       [phase](const Group& group) { return group.asked[static_cast<std::size_t>(phase)]; });
  };
  return {.connect = any(Phase::connect) || recovers_,
          .helo = any(Phase::helo),
          .mail = any(Phase::mail),
          .rcpt = any(Phase::rcpt),
          .data = any(Phase::data),
          .accepted = std::any_of(groups_.begin(), groups_.end(), [](const Group& g) { return g.counts_accepted; })};
}

// Calls use(key, earlier) for each unit; earlier() is how many the transaction already has of the same key.
template <class Use>
void RateLimit::for_each_key(Group& group, const Facts& facts, Use use_counted) {
  const Session& session = facts.session;
  const auto use = [&](std::uint64_t key) { use_counted(key, [] { return std::uint64_t{0}; }); };
  const auto for_each_recipient = [&](auto key, auto counted_with) {
    const std::vector<Recipient>& accepted = session.recipients;
    const auto use_one = [&](const Recipient& recipient, std::size_t before) {
      use_counted(key(recipient), [&] {
        const auto end = accepted.begin() + static_cast<std::ptrdiff_t>(before);
        return static_cast<std::uint64_t>(std::count_if(
            accepted.begin(), end, [&](const Recipient& other) { return counted_with(other, recipient); }));
      });
    };
    if (facts.candidate != nullptr) return use_one(*facts.candidate, accepted.size());
    for (std::size_t i = 0; i < accepted.size(); ++i) use_one(accepted[i], i);
  };
  const auto everybody = [](const Recipient&, const Recipient&) { return true; };
  const auto same_mailbox = [](const Recipient& one, const Recipient& other) { return one.key == other.key; };
  switch (group.scope) {
    case RateScope::ip:
    case RateScope::conn:
      return use(session.client_ip.hash());
    case RateScope::netblock24:
      return use(netblock_key(session.client_ip));
    case RateScope::sender:
      if (!facts.from.empty()) use(group.name.of(facts.from));
      return;
    case RateScope::sender_domain:
      if (const auto domain = split_address(facts.from).domain; !domain.empty()) use(group.name.of(domain));
      return;
    case RateScope::hdr_domain:
      if (!facts.message->header_from_domain.empty()) use(group.name.of(facts.message->header_from_domain));
      return;
    case RateScope::message_id:
      if (!facts.message->message_id.empty()) use(key_of(facts.message->message_id));
      return;
    case RateScope::dkim_domain: {
      const auto& signatures = session.authentication.signatures;
      const auto passes = [](const SignatureFacts& s) { return s.result == auth::DkimResult::pass; };
      for (auto it = signatures.begin(); it != signatures.end(); ++it) {
        const bool counted = std::any_of(signatures.begin(), it, [&](const SignatureFacts& earlier) {
          return passes(earlier) && earlier.domain == it->domain;
        });
        if (passes(*it) && !counted) use(group.name.of(it->domain));
      }
      return;
    }
    case RateScope::spf_domain:
      if (session.authentication.spf == auth::SpfOutcome::pass) use(group.name.of(session.authentication.spf_domain));
      return;
    case RateScope::similar_content:
      if (session.content.fingerprint != 0) use(session.content.fingerprint);
      return;
    case RateScope::sender_rcpts: {
      if (facts.from.empty()) return;
      const std::uint64_t from = group.name.of(facts.from);
      return for_each_recipient([from](const Recipient&) { return from; }, everybody);
    }
    case RateScope::ip_rcpts: {
      const std::uint64_t ip = session.client_ip.hash();
      return for_each_recipient([ip](const Recipient&) { return ip; }, everybody);
    }
    case RateScope::unknown_rcpts:
    case RateScope::helo_names:
      return;
    case RateScope::rcpt:
      return for_each_recipient([](const Recipient& recipient) { return recipient.key; }, same_mailbox);
    case RateScope::pair: {
      const std::uint64_t from = group.name.of(facts.from);
      return for_each_recipient([from](const Recipient& recipient) { return combine(from, recipient.key); },
                                same_mailbox);
    }
    case RateScope::ip_rcptdomain: {
      const std::uint64_t ip = session.client_ip.hash();
      const auto key = [ip](const Recipient& recipient) { return combine(ip, stable_hash(recipient.domain)); };
      const auto same_domain_in = [](auto first, auto last, const Recipient& recipient) {
        return std::any_of(first, last, [&](const Recipient& other) { return other.domain == recipient.domain; });
      };
      const auto begin = session.recipients.begin();
      if (facts.candidate != nullptr) {
        if (!same_domain_in(begin, session.recipients.end(), *facts.candidate)) use(key(*facts.candidate));
        return;
      }
      for (auto it = begin; it != session.recipients.end(); ++it) {
        if (!same_domain_in(begin, it, *it)) use(key(*it));
      }
      return;
    }
  }
}

const RateLimit::Rule* RateLimit::ask_key(Instant now, Phase phase, Group& group, std::uint64_t key,
                                          std::uint64_t earlier) {
  using Table = ExpiringTable<Count>;
  Table::Row row = group.counts.find(now, key);
  const Rule* refusing = nullptr;
  const auto keep_through = [&](Instant last) {
    group.counts.keep_until(row, std::max(group.counts.kept_until(row), last));
  };
  for (std::size_t i = 0; i < group.rules.size(); ++i) {
    Rule& rule = group.rules[i];
    const RateWindow& window = rule.window;
    const bool blocked = row != Table::none && now < group.counts.values(row)[i].blocked_until;
    const bool starts_anew = blocked && window.until_quiet > Duration{};
    bool over = false;
    if (rule.asked == phase && !blocked) {
      std::uint64_t units = window.count_refused ? 0 : earlier;
      if (row != Table::none) units += rule.total(group.counts.values(row)[i].units, now);
      over = units >= limit_of(window, conditions_);
    }
    if (over || starts_anew) {
      const Instant end = end_of_block(now, window);
      if (row == Table::none && end > now) row = group.counts.obtain(now, key);
      if (row != Table::none) {
        Instant& blocked_until = group.counts.values(row)[i].blocked_until;
        blocked_until = std::max(blocked_until, end);
        keep_through(blocked_until + rule.recovery_length);
      }
    }
    if (rule.asked != phase) continue;
    if ((over || blocked) && refusing == nullptr) refusing = &rule;
    if (window.count_refused) {
      if (row == Table::none) row = group.counts.obtain(now, key);
      rule.add(group.counts.values(row)[i].units, now);
      keep_through(rule.clock.counted_until(now));
    }
  }
  return refusing;
}

// Every group hears of every try, whichever refuses first: some count what was refused, some wait for silence.
std::optional<Verdict> RateLimit::ask(Instant now, Phase phase, const Facts& facts) {
  std::optional<Verdict> refusal;
  for (Group& group : groups_) {
    if (!group.asked[static_cast<std::size_t>(phase)]) continue;
    for_each_key(group, facts, [&](std::uint64_t key, auto earlier) {
      const Rule* refusing = ask_key(now, phase, group, key, earlier());
      if (refusing != nullptr && !refusal) refusal = refusing->over_limit.refusal(to_string(group.scope));
    });
  }
  if (phase == Phase::connect && !refusal && recovers_) refusal = ask_recovery(now, facts.session);
  if (phase == Phase::connect && !refusal) {
    for (Group& group : groups_) {
      if (group.scope == RateScope::conn) count(now, group, facts.session.client_ip.hash());
    }
  }
  return refusal;
}

std::optional<Verdict> RateLimit::ask_recovery(Instant now, const Session& session) {
  const std::uint32_t open = connections_->open(session.client_ip);
  for (Group& group : groups_) {
    if (!group.recovers) continue;
    const auto row = group.counts.find(now, session.client_ip.hash());
    if (row == ExpiringTable<Count>::none) continue;
    for (std::size_t i = 0; i < group.rules.size(); ++i) {
      const Rule& rule = group.rules[i];
      // Never penalised is long ago: in 1970.
      const Duration since = now - group.counts.values(row)[i].blocked_until;
      if (since < Duration{} || since >= rule.recovery_length) continue;
      if (open > recovering_connections(rule.window.recovery, since)) {
        return rule.over_limit.refusal(to_string(group.scope));
      }
    }
  }
  return std::nullopt;
}

std::optional<Verdict> RateLimit::connect(Instant now, const Session& session) {
  return ask(now, Phase::connect, {session, {}});
}

std::optional<Verdict> RateLimit::helo(Instant now, const Session& session, std::string_view) {
  return ask(now, Phase::helo, {session, {}});
}

std::optional<Verdict> RateLimit::mail(Instant now, const Session& session, const MailFacts& facts) {
  return ask(now, Phase::mail, {session, facts.from});
}

std::optional<Verdict> RateLimit::rcpt(Instant now, const Session& session, const Recipient& candidate) {
  return ask(now, Phase::rcpt, {session, session.mail_from, &candidate});
}

std::optional<Verdict> RateLimit::data(Instant now, const Session& session, const MessageFacts& facts) {
  return ask(now, Phase::data, {session, session.mail_from, nullptr, &facts});
}

void RateLimit::accepted(Instant now, const Session& session, const MessageFacts& facts) {
  const Facts all{session, session.mail_from, nullptr, &facts};
  for (Group& group : groups_) {
    if (!group.counts_accepted) continue;
    for_each_key(group, all, [&](std::uint64_t key, auto) { count(now, group, key); });
  }
}

void RateLimit::count(Instant now, Group& group, std::uint64_t key) {
  const auto row = group.counts.obtain(now, key);
  Instant last = group.counts.kept_until(row);
  for (std::size_t i = 0; i < group.rules.size(); ++i) {
    Rule& rule = group.rules[i];
    if (rule.window.count_refused) continue;
    rule.add(group.counts.values(row)[i].units, now);
    last = std::max(last, rule.clock.counted_until(now));
  }
  group.counts.keep_until(row, last);
}

std::size_t RateLimit::size() const {
  std::size_t sum = 0;
  for (const Group& group : groups_) sum += group.counts.size();
  return sum;
}

}  // namespace mailrig::policy
