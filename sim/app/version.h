// The version of this build, from CMakeLists.txt.
#pragma once

namespace mailrig::app {

inline constexpr const char* version = MAILRIG_VERSION;

}  // namespace mailrig::app
