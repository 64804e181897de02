// The people behind the mailboxes: whether they open what came, when, and what they do then. What one of them does with
// one message is drawn once, so the same copy is always treated alike. Pure; integers only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"

namespace mailrig::feedback {

// Shares of the copies that are in the inbox, in parts per million; who clicks, replies, unsubscribes or complains has
// opened the message.
struct ReaderHabits {
  std::uint32_t open_ppm = 0;
  std::uint32_t click_ppm = 0;
  std::uint32_t reply_ppm = 0;
  std::uint32_t unsubscribe_ppm = 0;
  std::uint32_t complain_ppm = 0;      // "this is spam"
  std::uint32_t machine_open_ppm = 0;  // fetched by the provider, at once, whether anybody reads it or not
  // Share of people who look into their spam folder. They open, click and reply there as they do in the inbox, and
  // complain about nothing: it is where it belongs.
  std::uint32_t spam_folder_ppm = 20'000;
  Duration open_after = std::chrono::hours(2);  // the mean; exponentially distributed
};

enum class ReaderAct : std::uint8_t { opened, machine_opened, clicked, replied, unsubscribed, complained };
inline constexpr std::size_t reader_act_count = 6;
std::string_view to_string(ReaderAct act);

// When each happens, after the copy was stored.
using ReaderActs = std::array<std::optional<Duration>, reader_act_count>;

// `copy` names message and mailbox; `entity` is who draws, the receiver's name.
ReaderActs acts_of(const ReaderHabits& habits, Draw draw, std::string_view entity, std::uint64_t copy, bool spam);

}  // namespace mailrig::feedback
