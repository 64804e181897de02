// Whether a profile can keep what it promises: each of its replies is brought about in a real SMTP dialogue, and heard
// in its own words. Pure: time is model time, and nothing leaves the process.
#pragma once

#include <string>
#include <vector>

#include "fakes/receiver/profile.h"

namespace mailrig::rehearsal {

struct Rehearsed {
  std::string key;
  bool recovering = false;  // of one that was let in again, and hurried; heard besides its usual occasion
  std::string phase;        // in which it was heard; empty: never
  std::size_t wordings = 0;
  std::size_t heard = 0;  // of them
  // One as it came over the wire; empty: the connection was just closed. Where none was heard, the last words that
  // were.
  std::string sample;
  // Each wording as it came over the wire, in the profile's order; empty: not heard, or the connection was just closed.
  std::vector<std::string> texts;
};

// All replies that the profile words itself or that its windows name, in alphabetical order; those of windows with a
// `recovery` twice.
std::vector<Rehearsed> rehearse(const receiver::Profile& profile);

}  // namespace mailrig::rehearsal
