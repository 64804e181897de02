// mailrig scenario from-log: a trace to replay, out of a mail server's log.
#pragma once

#include <string>

namespace mailrig::app {

struct FromLogOptions {
  std::string file;  // "-": standard input
  std::string key;   // of the names that take the place of addresses
  std::string out;   // empty: standard output
};

// The exit status.
int from_log(const FromLogOptions& options);

}  // namespace mailrig::app
