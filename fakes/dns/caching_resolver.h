// What a provider's own resolver knows: answers are kept as long as their TTL allows, negative ones too (RFC 2308), in
// model time. So a record that was corrected takes effect only once the old one has run out here, as with real
// providers. Kept answers count down: what is handed out says how long it still holds, so that whoever keeps a verdict
// for that long keeps it no longer than the answers behind it.
//
// Not thread-safe; a receiver has one of its own, under its own lock. Memory is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fakes/base/stable_hash.h"
#include "fakes/dns/resolver.h"

namespace mailrig::dns {

class CachingResolver final : public Resolver {
 public:
  // Keeps between `answers_max` and twice as many answers, those asked for lately among them. `zones` must outlive it;
  // `region` is where the resolver stands (see Zones::lookup).
  explicit CachingResolver(const Zones& zones, std::string region = {}, std::size_t answers_max = 10'000)
      : zones_(zones), region_(std::move(region)), answers_max_(answers_max) {}

  // From here on it is `now`. Time does not run backwards by more than threads' clocks differ.
  void set_now(Instant now) { now_ = now; }

  // An answer from memory costs nothing. Failures are kept for a second (RFC 9520 §3.2), so that one message does not
  // wait for the same dead server again and again.
  Answer lookup(const Question& question) override;

  // Answers in memory, those that ran out included; for tests and measurements of memory.
  std::size_t size() const { return recent_.size() + older_.size(); }

 private:
  struct Kept {
    Answer answer;
    Instant asked{};
    Instant expires{};
  };
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return stable_hash(name); }
  };
  // Looked up, never iterated.
  using Answers = std::unordered_map<std::string, Kept, NameHash, std::equal_to<>>;

  Answer ask(const Question& question) const;
  // What is kept under `key_`; null when there is nothing that still holds.
  const Kept* find();
  Kept& keep(Kept kept);

  const Zones& zones_;
  std::string region_;
  std::size_t answers_max_;
  Instant now_{};
  Answers recent_;
  Answers older_;    // what was recent until `recent_` filled up
  std::string key_;  // scratch
};

}  // namespace mailrig::dns
