// Collects what is wrong with a file, so that a person can mend everything in one go. Not thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/config/node.h"

namespace mailrig::config {

class Errors {
 public:
  static constexpr std::size_t kept_max = 20;

  // At a value: the message is preceded by the value's path.
  void add(const Node& node, std::string_view message) { add(node.error(message)); }
  void add(const Location& at, std::string message) { add(at.error(std::move(message))); }
  void add(Error error);

  bool empty() const { return list_.empty(); }
  // Counts every error, also those beyond kept_max; unchanged since before = nothing went wrong since.
  std::size_t count() const { return count_; }
  const std::vector<Error>& list() const { return list_; }

 private:
  std::vector<Error> list_;
  std::size_t count_ = 0;
};

}  // namespace mailrig::config
