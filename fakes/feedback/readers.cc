#include "fakes/feedback/readers.h"

#include "fakes/base/exponential.h"

namespace mailrig::feedback {
namespace {

// What follows upon reading takes about a minute.
constexpr Duration follow_up_mean = std::chrono::minutes(1);

constexpr std::array<std::string_view, reader_act_count> names = {"opened",  "machine opened", "clicked",
                                                                  "replied", "unsubscribed",   "complained"};

Duration exponential(Duration mean, std::uint64_t bits) {
  const auto length = static_cast<Uint128>(mean.count()) * exponential_q32(bits);
  return Duration(static_cast<std::int64_t>(length >> 32));
}

}  // namespace

std::string_view to_string(ReaderAct act) {
  return names[static_cast<std::size_t>(act)];
}

ReaderActs acts_of(const ReaderHabits& habits, Draw draw, std::string_view entity, std::uint64_t copy, bool spam) {
  ReaderActs acts;
  const auto is_drawn = [&](ReaderAct act, std::uint32_t ppm) {
    return ppm > 0 && chance(draw.bits(entity, to_string(act), copy), ppm, 1'000'000);
  };
  if (is_drawn(ReaderAct::machine_opened, habits.machine_open_ppm)) {
    acts[static_cast<std::size_t>(ReaderAct::machine_opened)] = Duration{};
  }
  if (spam && !chance(draw.bits(entity, "looks among the spam", copy), habits.spam_folder_ppm, 1'000'000)) return acts;

  const Duration opened = exponential(habits.open_after, draw.bits(entity, "opens after", copy));
  bool reads = is_drawn(ReaderAct::opened, habits.open_ppm);
  const auto follow = [&](ReaderAct act, std::uint32_t ppm) {
    if (!is_drawn(act, ppm)) return;
    reads = true;
    const Duration later = exponential(follow_up_mean, draw.bits(entity, to_string(act), copy, 1));
    acts[static_cast<std::size_t>(act)] = opened + later;
  };
  follow(ReaderAct::clicked, habits.click_ppm);
  follow(ReaderAct::replied, habits.reply_ppm);
  follow(ReaderAct::unsubscribed, habits.unsubscribe_ppm);
  if (!spam) follow(ReaderAct::complained, habits.complain_ppm);
  if (reads) acts[static_cast<std::size_t>(ReaderAct::opened)] = opened;
  return acts;
}

}  // namespace mailrig::feedback
