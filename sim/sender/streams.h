// How the streams of a sender do today, and which of them were stopped. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fakes/base/instant.h"
#include "sim/pacing/sender_warmup.h"
#include "sim/pacing/shape.h"

namespace mailrig::sender {

class Streams {
 public:
  // Without a rule, nothing is ever stopped.
  explicit Streams(const std::optional<pacing::Trigger>& stop) : stop_(stop) {}

  bool stopped(std::uint32_t stream) const { return stream < streams_.size() && streams_[stream].stopped; }

  // True: the rule holds for the first time.
  bool heard(Instant now, std::uint32_t stream, const pacing::DayOutcomes& outcomes) {
    if (!stop_) return false;
    if (streams_.size() <= stream) streams_.resize(stream + 1);
    Stream& s = streams_[stream];
    const Instant midnight = pacing::day_begin(now);
    if (s.midnight != midnight) {
      s.midnight = midnight;
      s.today = {};
    }
    s.today += outcomes;
    if (s.stopped || !stop_->holds(s.today)) return false;
    s.stopped = true;
    return true;
  }

 private:
  struct Stream {
    Instant midnight{};
    pacing::DayOutcomes today;
    bool stopped = false;
  };

  std::optional<pacing::Trigger> stop_;
  std::vector<Stream> streams_;
};

}  // namespace mailrig::sender
