// CHECK is on in every build: a broken invariant of ours ends the program with the place and the condition.
#pragma once

namespace mailrig {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace mailrig

#define CHECK(condition) ((condition) ? static_cast<void>(0) : ::mailrig::check_failed(#condition, __FILE__, __LINE__))
