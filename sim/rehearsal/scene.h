// How each reply of a receiver is brought about: which of its rules must be in force, how the world must be, and what a
// client has to do. Pure but for the stage.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/rehearsal/stage.h"

namespace mailrig::rehearsal {

struct Scene {
  // Makes the rule strict and within reach (a limit of three instead of thousands), and keeps others out of the way.
  std::function<void(receiver::Profile&)> arrange;
  std::function<void(Stage&)> prepare;
  // One round; what was heard. Played again until every wording was heard.
  std::function<std::vector<Heard>(Stage&, int round)> play;
};

// Keeps out of the way what is no matter of the single message: limits, greylisting, reputation, and whatever depends
// on its text.
void quieten(receiver::Profile& profile);

// nullopt: nobody has thought of a way.
std::optional<Scene> scene_for(const receiver::Profile& profile, std::string_view key);

// Whether a window that names `key` lets its clients back only by and by, and how they hear it once more by hurrying.
bool has_recovery(const receiver::Profile& profile, std::string_view key);
Scene recovery_scene(std::string_view key);

}  // namespace mailrig::rehearsal
