#include "sim/measure/conservation.h"

#include <fmt/format.h>

namespace mailrig::measure {

std::vector<std::string> check_fates(std::string_view name, const Tally& tally) {
  if (tally.deliveries == tally.fates_sum()) return {};
  std::string sum;
  for (std::size_t i = 0; i < fate_count; ++i) {
    sum += fmt::format("{}{} {}", i == 0 ? "" : " + ", tally.fates[i], to_string(static_cast<Fate>(i)));
  }
  return {fmt::format("{}: {} deliveries, but {} = {}", name, tally.deliveries, sum, tally.fates_sum())};
}

std::vector<std::string> check_recount(std::string_view name, const Tally& kept, const Tally& recounted) {
  std::vector<std::string> broken;
  const auto compare = [&](std::string_view what, std::uint64_t a, std::uint64_t b) {
    if (a != b) broken.push_back(fmt::format("{}: {} {} were counted, but the deliveries say {}", name, a, what, b));
  };
  compare("deliveries", kept.deliveries, recounted.deliveries);
  for (std::size_t i = 0; i < fate_count; ++i) {
    compare(to_string(static_cast<Fate>(i)), kept.fates[i], recounted.fates[i]);
  }
  compare("deferred deliveries", kept.deferred_deliveries, recounted.deferred_deliveries);
  compare("duplicates", kept.duplicates, recounted.duplicates);
  compare("corrupted", kept.corrupted, recounted.corrupted);
  compare("transformed", kept.transformed, recounted.transformed);
  compare("false bounces", kept.false_bounces, recounted.false_bounces);
  return broken;
}

std::vector<std::string> check_forwarder(std::string_view name, const ForwarderTally& tally) {
  if (tally.taken == tally.passed_on + tally.bounced + tally.dropped + tally.waiting) return {};
  return {fmt::format("{}: {} messages taken, but {} passed on + {} bounced + {} dropped + {} waiting", name,
                      tally.taken, tally.passed_on, tally.bounced, tally.dropped, tally.waiting)};
}

std::vector<std::string> check_in_hand(std::uint64_t waiting, std::uint64_t in_hand) {
  if (waiting == in_hand) return {};
  return {fmt::format("{} messages wait at forwarders, but they have {} in hand", waiting, in_hand)};
}

std::vector<std::string> check_copies(const Tally& total, std::uint64_t stored_copies) {
  const std::uint64_t explained = total[Fate::inbox] + total[Fate::spam] + total.duplicates;
  if (explained == stored_copies) return {};
  return {fmt::format("{} copies were stored, but {} inbox + {} spam + {} duplicates = {}", stored_copies,
                      total[Fate::inbox], total[Fate::spam], total.duplicates, explained)};
}

}  // namespace mailrig::measure
