// A shipped profile with changes, as a scenario would make them; or what is wrong with them.
#pragma once

#include <string>
#include <string_view>

#include "fakes/config/document.h"
#include "fakes/receiver/profile.h"

namespace mailrig::receiver::testing {

inline Result<Profile> changed(std::string_view name, std::string_view yaml) {
  const auto document = config::Document::parse(yaml, "scenario.yaml");
  return load_profile(name, &document.value().root());
}

// What is wrong with qq when it is changed so; "none" when nothing is.
inline std::string fault(std::string_view yaml) {
  const auto loaded = changed("qq", yaml);
  return loaded ? "none" : loaded.error().to_string();
}

}  // namespace mailrig::receiver::testing
