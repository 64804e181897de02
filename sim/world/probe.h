// The probe that shows whether a sender delivers into our world and not into the real one: one message to a domain that
// exists nowhere else. Thread-safe.
#pragma once

#include <atomic>
#include <string_view>

namespace mailrig::world {

// RFC 6761 §6.2: no name below .test is ever delegated.
inline constexpr std::string_view probe_domain = "probe.mailrig.test";
inline constexpr std::string_view probe_address = "arrived@probe.mailrig.test";

class Probe {
 public:
  void note(std::string_view recipient) {
    if (recipient == probe_address) arrived_ = true;
  }
  bool arrived() const { return arrived_; }

 private:
  std::atomic<bool> arrived_{false};
};

}  // namespace mailrig::world
