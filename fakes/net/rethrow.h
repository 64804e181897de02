// What to do with an exception that escapes a coroutine: nothing of ours throws for an outcome that can happen, so it
// is a broken invariant. `detached` would swallow it; this lets it end the thread, and with it the program, visibly.
#pragma once

#include <exception>

namespace mailrig::net {

inline constexpr auto rethrow = [](const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
};

}  // namespace mailrig::net
