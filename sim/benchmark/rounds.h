// Measures several activities against each other on a machine that others use too: they take turns of about a
// millisecond, so that what disturbs one disturbs all, and their figures are kept by rounds, so that a median can leave
// out the worst of it.
//
// Thread rule: one call, one thread; CPU time is that of the calling thread. Here clocks are read, since measuring them
// is what this folder is for; nothing that a run decides may depend on it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fakes/base/instant.h"

namespace mailrig::benchmark {

struct Activity {
  std::string name;
  std::function<void()> once;
};

// What one activity came to in one round.
struct RoundFigures {
  std::uint64_t times = 0;
  double wall_s = 0;
  double cpu_s = 0;

  double per_s() const { return static_cast<double>(times) / wall_s; }
  double cpu_us() const { return cpu_s * 1e6 / static_cast<double>(times); }
};

struct Measured {
  std::vector<RoundFigures> rounds;  // at least one

  double per_s() const;   // times in a second of wall time: the median of the rounds
  double cpu_us() const;  // of one time: the median of the rounds
};

// In the order of the activities. Takes about `duration` altogether, in rounds of a tenth of a second, and never fewer
// than three of them.
std::vector<Measured> measure_in_turn(const std::vector<Activity>& activities, Duration duration);

// How many times faster `one` is than `other` by CPU time: the median of what the rounds say. Both come of one call.
double median_ratio(const Measured& one, const Measured& other);

// Of at least one value.
double median(std::vector<double> values);

}  // namespace mailrig::benchmark
