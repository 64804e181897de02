// Every reply that a receiver may give, and the phase in which it gives it. Keys are the contract's events with an
// optional variant ("rate_limited/ip"), plus the few that stand for steps forward (banner, mail_ok …). Immutable once
// loaded; policies point into it, so it must stay where it is while they live.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fakes/policy/policy.h"

namespace mailrig::receiver {

// One reply that our code can give.
struct SpokenReply {
  std::string_view key;
  policy::Event event;
  // The first phase in which it can be known. nullopt: the protocol fixes the phase, a profile cannot move it.
  std::optional<policy::Phase> known_from;
  // Where a profile words it.
  enum class Where : std::uint8_t { replies, top_level } where = Where::replies;
  // Where a profile does not word it, a more general one is said.
  bool optional = false;
};

// All of them, but for those that a profile's rate windows name.
std::span<const SpokenReply> spoken_replies();

class ReplyBook {
 public:
  struct Entry {
    policy::ReplyTemplate reply;
    policy::Phase phase = policy::Phase::connect;
    bool own = false;  // the profile words it itself; otherwise the words are everybody's
  };

  void set(std::string key, Entry entry) { entries_.insert_or_assign(std::move(key), std::move(entry)); }
  // The key must be there: loading a profile makes sure of it.
  policy::Utterance at(std::string_view key) const;
  // For an optional key: `otherwise` where it is not there.
  policy::Utterance at_or(std::string_view key, std::string_view otherwise) const;
  // nullopt where it is not there.
  std::optional<policy::Utterance> find(std::string_view key) const;
  const policy::ReplyTemplate& reply(std::string_view key) const { return *at(key).reply; }
  // What has variants loses them, and the general words are said.
  void forget_variants(std::string_view event);
  // In alphabetical order.
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace mailrig::receiver
