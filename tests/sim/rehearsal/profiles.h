// What the tests of this folder share: profiles to rehearse.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "fakes/config/document.h"
#include "fakes/receiver/profile.h"

namespace mailrig::rehearsal {

inline receiver::Profile profile(std::string_view name, const std::string& changes = "{}") {
  const auto document = config::Document::parse(changes, "test.yaml");
  auto loaded = receiver::load_profile(name, &document.value().root());
  if (!loaded) ADD_FAILURE() << loaded.error().to_string();
  return loaded.value();
}

// A provider without habits of its own, that looks at who sent a message.
inline receiver::Profile plain_profile(const std::string& changes = {}) {
  receiver::Profile made = profile("plain", "extends: sink\nkind: receiver\ndomains: [isp.example]\n" + changes);
  made.auth_policy.judge = true;
  return made;
}

}  // namespace mailrig::rehearsal
