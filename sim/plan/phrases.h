// What generated mail says: sentences and subjects as shops write them, in English and in Chinese (UTF-8).
// Constant data.
#pragma once

#include <span>
#include <string_view>

#include "sim/scenario/scenario.h"

namespace mailrig::plan {

// Without line ends. A mixed text takes from both languages.
std::span<const std::string_view> sentences(scenario::Language language);
std::span<const std::string_view> subjects(scenario::Language language);

// The first line of a message around its reference: "Dear customer, your reference is " and ".".
struct Salutation {
  std::string_view before;
  std::string_view after;
};
Salutation salutation(scenario::Language language);

}  // namespace mailrig::plan
