// Ctrl-C and a polite kill ask the run to end; asked twice, the program ends at once.
#pragma once

#include <atomic>

namespace mailrig::app {

// Installs the handlers for SIGINT and SIGTERM and returns the flag that they set.
const std::atomic<bool>& interruption();

}  // namespace mailrig::app
