// What one receiver did, whether or not it can be tied to a delivery: events, replies, sessions, TLS, throughput and
// the days. Not thread-safe.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/base/stable_hash.h"
#include "fakes/policy/verdict.h"
#include "sim/measure/auth_tally.h"
#include "sim/measure/rate_meter.h"
#include "sim/measure/snapshot.h"

namespace mailrig::measure {

struct DayKey {
  std::uint32_t day = 1;
  IpAddress source;
  std::uint32_t domain = 0;
  friend auto operator<=>(const DayKey&, const DayKey&) = default;
  friend std::size_t hash_value(const DayKey& key) {
    return static_cast<std::size_t>(combine(key.source.hash(), std::uint64_t{key.day} << 32 | key.domain));
  }
};

class ReceiverAccount {
 public:
  // A reply to somebody, worded by a profile. Rendered when it is the first of its kind.
  void replied(const policy::Verdict& verdict, const policy::ReplyContext& context, bool sent);
  // Nobody answered, or not by a profile's word.
  void unanswered(policy::Event event, policy::Phase phase, std::uint16_t code, const std::string& text);

  DayRow& day(const DayKey& key) {
    if (last_day_ == nullptr || last_day_->first != key) last_day_ = &find_day(key);
    return last_day_->second;
  }

  // `domains` are the names behind DayKey::domain.
  void report(ReceiverReport& into, const std::vector<std::string>& domains) const;

  RateMeter accepted;
  std::uint64_t sessions_opened = 0;
  EventCounts sessions_refused{};
  std::array<std::uint64_t, 5> tls{};
  Unattributed unattributed;
  AuthTally auth;

 private:
  using ReplyKey = std::tuple<policy::Phase, policy::Event, std::uint16_t, std::string>;
  struct ReplyCount {
    std::uint64_t count = 0;
    std::string sample;
  };
  // One template always falls under the same key for an event and phase, so its text need not be looked at again.
  struct TemplateUse {
    const policy::ReplyTemplate* reply;
    policy::Event event;
    policy::Phase phase;
    bool sent;
    friend bool operator==(const TemplateUse&, const TemplateUse&) = default;
    friend std::size_t hash_value(const TemplateUse& use) {
      const auto what = static_cast<std::uint64_t>(use.event) << 16 | static_cast<std::uint64_t>(use.phase) << 8 |
                        static_cast<std::uint64_t>(use.sent);
      return static_cast<std::size_t>(combine(reinterpret_cast<std::uintptr_t>(use.reply), what));
    }
  };
  using Day = std::pair<const DayKey, DayRow>;
  Day& find_day(const DayKey& key);
  ReplyCount& row(policy::Event event, policy::Phase phase, std::uint16_t code, const std::string& text);

  EventCounts events_{};
  std::map<ReplyKey, ReplyCount> replies_;
  boost::unordered_flat_map<TemplateUse, ReplyCount*> by_template_;
  std::map<DayKey, DayRow> days_;
  // Of the day under way: after a month of many addresses the map is deep. Its elements stay where they are.
  boost::unordered_flat_map<DayKey, Day*> today_;
  std::uint32_t today_number_ = 0;
  Day* last_day_ = nullptr;
};

}  // namespace mailrig::measure
