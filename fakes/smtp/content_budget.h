// How much message content all sessions that share it may hold at once, so that many clients together cannot take the
// machine's memory where each of them stays within its limits. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

namespace mailrig::smtp {

class ContentBudget {
 public:
  explicit ContentBudget(std::uint64_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}

  // False, and nothing is taken, when there is not so much left.
  bool take(std::uint64_t bytes) {
    const auto wanted = static_cast<std::int64_t>(bytes);
    if (left_.fetch_sub(wanted, std::memory_order_relaxed) >= wanted) return true;
    left_.fetch_add(wanted, std::memory_order_relaxed);
    return false;
  }
  void give_back(std::uint64_t bytes) { left_.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> left_;
};

}  // namespace mailrig::smtp
