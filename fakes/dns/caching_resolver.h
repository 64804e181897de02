// What a provider's own resolver knows: answers are kept as long as their TTL allows, negative ones too (RFC 2308), in
// model time. So a record that was corrected takes effect only once the old one has run out here, as with real
// providers. Kept answers count down: what is handed out says how long it still holds, so that whoever keeps a verdict
// for that long keeps it no longer than the answers behind it.
//
// Not thread-safe; a receiver has one of its own, under its own lock. Memory is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "fakes/base/recent_map.h"
#include "fakes/dns/resolver.h"
#include "fakes/dns/steadiness.h"

namespace mailrig::dns {

// A question that was asked, and what the answer said: enough to find out whether the same is said again.
struct Asked {
  std::uint64_t question = 0;
  std::uint64_t content = 0;
};

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
  // The latest of these lookups.
  const Asked& asked() const { return asked_; }

  // Asks the same questions in the same order. Nothing when an answer says something else than it did, or is not in
  // memory any more; `cost` has grown by what it took so far. For whoever keeps what followed from the answers: as long
  // as they say the same, the same follows, and that is found out much sooner than by having it follow again.
  struct Renewal {
    std::uint32_t ttl_s = UINT32_MAX;  // how long all of them hold
  };
  std::optional<Renewal> ask_again(std::span<const Asked> questions, Duration& cost);

  // Answers in memory, those that ran out included; for tests and measurements of memory.
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::string key;  // type and name
    Answer answer;
    std::uint64_t content = 0;  // equal for answers that say the same
    std::uint32_t ttl_s = 0;    // when it was asked for
    Instant asked{};
    Instant expires{};
    Steadiness steadiness;  // of the zones, since it was asked for
  };

  Answer ask(const Question& question) const;
  // Time that has passed since, which what is handed out counts down.
  std::uint32_t elapsed_s(const Kept& kept) const;
  // For the question whose key is in `key_`; `known` is what was kept for it, or null.
  void keep(std::uint64_t hash, const Kept* known, const Answer& answer);

  const Zones& zones_;
  std::string region_;
  Instant now_{};
  RecentMap<std::uint64_t, Kept> kept_;  // by hash of the key
  std::uint64_t contents_ = 0;
  Asked asked_;
  Steadiness steadiness_;  // the latest that was found out
  std::string key_;        // scratch
};

}  // namespace mailrig::dns
