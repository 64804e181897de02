// What one profile file says, before the defaults are put under it: the table of its keys, and every place that a later
// check may have to point at. Internal to profile loading. Plain values.
#pragma once

#include <string>
#include <vector>

#include "fakes/config/table.h"
#include "fakes/receiver/profile.h"

namespace mailrig::receiver {

struct RateWindowFile {
  policy::RateWindow window;
  std::string event;
  config::Node event_node;  // where the reply key was written
};

struct LimitsFile : ProfileLimits {
  std::vector<RateWindowFile> windows;
};

// One entry of `replies`, `phases` or `close_after`: a reply key, where it was written and what was said about it.
struct ReplyKeyFile {
  std::string key;
  config::Location key_at;
  config::Node value;
};

struct ProfileFile : ProfileValues {
  std::string extends;
  std::string banner;
  config::Location banner_at;
  LimitsFile limits_as_written;
  std::vector<ReplyKeyFile> phases;
  std::vector<ReplyKeyFile> replies;
  std::vector<ReplyKeyFile> close_after;
  // Events of all rate windows that the profile or one that it extends ever had: a scenario that switches windows off
  // leaves their words and phases without use, which is no fault.
  std::vector<std::string> window_events;
};

const config::Table<ProfileFile>& profile_table();

}  // namespace mailrig::receiver
