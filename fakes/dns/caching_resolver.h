// What a provider's own resolver knows: answers are kept as long as their TTL allows, negative ones too (RFC 2308), in
// model time. So a record that was corrected takes effect only once the old one has run out here, as with real
// providers. Kept answers count down: what is handed out says how long it still holds, so that whoever keeps a verdict
// for that long keeps it no longer than the answers behind it.
//
// Not thread-safe; a receiver has one of its own, under its own lock. Memory is bounded.
#pragma once

#include <cstddef>
#include <string>

#include "fakes/base/recent_map.h"
#include "fakes/dns/resolver.h"

namespace mailrig::dns {

class CachingResolver final : public Resolver {
 public:
  // Keeps between `answers_max` and twice as many answers, those asked for lately among them. `zones` must outlive it;
  // `region` is where the resolver stands (see Zones::lookup).
  explicit CachingResolver(const Zones& zones, std::string region = {}, std::size_t answers_max = 10'000)
      : zones_(zones), region_(std::move(region)), kept_(answers_max) {}

  // From here on it is `now`. Time does not run backwards by more than threads' clocks differ.
  void set_now(Instant now) { now_ = now; }

  // An answer from memory costs nothing. Failures are kept for a second (RFC 9520 §3.2), so that one message does not
  // wait for the same dead server again and again.
  Answer lookup(const Question& question) override;

  // Answers in memory, those that ran out included; for tests and measurements of memory.
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    Answer answer;
    Instant asked{};
    Instant expires{};
  };

  Answer ask(const Question& question) const;

  const Zones& zones_;
  std::string region_;
  Instant now_{};
  RecentMap<std::string, Kept> kept_;  // by type and name
  std::string key_;                    // scratch
};

}  // namespace mailrig::dns
