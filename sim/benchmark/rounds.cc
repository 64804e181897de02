#include "sim/benchmark/rounds.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "fakes/base/check.h"

namespace mailrig::benchmark {
namespace {

constexpr double turn_s = 0.001;
constexpr double round_s = 0.1;
constexpr std::size_t rounds_min = 3;

double wall_now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double thread_cpu_now_s() {
  timespec now{};
  CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

RoundFigures turn(const Activity& activity, std::uint64_t times) {
  const double wall_before = wall_now_s();
  const double cpu_before = thread_cpu_now_s();
  for (std::uint64_t i = 0; i < times; ++i) activity.once();
  return {times, wall_now_s() - wall_before, thread_cpu_now_s() - cpu_before};
}

// How often an activity fits into a turn. It warms caches and branch predictors meanwhile.
std::uint64_t times_in_a_turn(const Activity& activity) {
  std::uint64_t times = 1;
  for (;; times *= 2) {
    const double cpu_s = turn(activity, times).cpu_s;
    if (cpu_s >= turn_s) return std::max<std::uint64_t>(1, times / 2);
  }
}

void add(RoundFigures& sum, const RoundFigures& more) {
  sum.times += more.times;
  sum.wall_s += more.wall_s;
  sum.cpu_s += more.cpu_s;
}

}  // namespace

double median(std::vector<double> values) {
  CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Measured::per_s() const {
  std::vector<double> values;
  for (const RoundFigures& round : rounds) values.push_back(round.per_s());
  return median(std::move(values));
}

double Measured::cpu_us() const {
  std::vector<double> values;
  for (const RoundFigures& round : rounds) values.push_back(round.cpu_us());
  return median(std::move(values));
}

double median_ratio(const Measured& one, const Measured& other) {
  CHECK(one.rounds.size() == other.rounds.size());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < one.rounds.size(); ++i) {
    ratios.push_back(other.rounds[i].cpu_us() / one.rounds[i].cpu_us());
  }
  return median(std::move(ratios));
}

std::vector<Measured> measure_in_turn(const std::vector<Activity>& activities, Duration duration) {
  std::vector<std::uint64_t> times;
  times.reserve(activities.size());
  for (const Activity& activity : activities) times.push_back(times_in_a_turn(activity));

  std::vector<Measured> measured(activities.size());
  const double end_s = wall_now_s() + to_seconds(duration);
  for (std::size_t rounds = 0; rounds < rounds_min || wall_now_s() < end_s; ++rounds) {
    for (Measured& one : measured) one.rounds.emplace_back();
    const double round_end_s = wall_now_s() + round_s;
    bool forward = true;  // and back again, so that none always comes behind the same other
    do {
      for (std::size_t i = 0; i < activities.size(); ++i) {
        const std::size_t at = forward ? i : activities.size() - 1 - i;
        add(measured[at].rounds.back(), turn(activities[at], times[at]));
      }
      forward = !forward;
    } while (wall_now_s() < round_end_s);
  }
  return measured;
}

}  // namespace mailrig::benchmark
