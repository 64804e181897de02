// What is known about connections, by the key that both of their ends share: which message our sender is sending on
// it, and how the receiver last refused it. Closed connections are remembered for a while, because the sender's report
// may come after the receiver's. Bounded. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "fakes/policy/event.h"

namespace mailrig::measure {

// Why a session was refused (sim/measure/circumstances.h); run.db has the circumstances with this number.
struct RefusalReasons {
  std::uint32_t circumstances = 0;
  std::string memory;  // write_memory()
};

struct SessionRefusal {
  policy::Event event = policy::Event::accepted;
  policy::Phase phase = policy::Phase::connect;
  std::shared_ptr<const RefusalReasons> reasons;  // null: nobody asked, or it can't be asked again
};

struct KnownSession {
  std::optional<std::uint64_t> message;  // id; ours, but perhaps not an offered one
  std::optional<SessionRefusal> refusal;
  std::uint64_t generation = 0;  // ports are used again: the same key can name a later connection
};

class SessionBook {
 public:
  // Remembers so many closed ones.
  explicit SessionBook(std::size_t closed_max) : closed_max_(closed_max) {}

  void opened(std::uint64_t key);
  // What was refused before this transaction explains nothing about it.
  void transaction_started(std::uint64_t key, std::uint64_t message);
  void refused(std::uint64_t key, SessionRefusal refusal);
  void closed(std::uint64_t key);

  const KnownSession* find(std::uint64_t key) const;

 private:
  std::size_t closed_max_;
  boost::unordered_flat_map<std::uint64_t, KnownSession> sessions_;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> closed_;  // (key, generation), oldest first
  std::uint64_t generations_ = 0;
};

}  // namespace mailrig::measure
