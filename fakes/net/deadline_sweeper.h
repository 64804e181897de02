// Time-outs without a timer per operation: whoever waits on a socket leaves the instant at which it loses patience,
// and one timer per thread looks for those that have passed. Late by one sweep at most, which no SMTP time-out (they
// are minutes) can tell, and a tenth of the cost of a timer for every read.
//
// Belongs to one io_context that runs on one thread; everything here is called on that thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "fakes/base/instant.h"

namespace boost::asio {
class io_context;
}

namespace mailrig::net {

class Clock;

class DeadlineSweeper {
 public:
  static constexpr std::chrono::milliseconds period{50};

  // One waiter's place in the list, for as long as it lives.
  class Slot {
   public:
    // `expired` is called once for every deadline set that passes; it may set the next one.
    Slot(DeadlineSweeper& sweeper, std::function<void()> expired);
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void set(Instant deadline) { sweeper_.entries_[index_].deadline = deadline; }
    void clear() { set(never); }

   private:
    friend class DeadlineSweeper;
    DeadlineSweeper& sweeper_;
    std::function<void()> expired_;
    std::size_t index_;
  };

  DeadlineSweeper() = default;
  ~DeadlineSweeper();
  DeadlineSweeper(const DeadlineSweeper&) = delete;
  DeadlineSweeper& operator=(const DeadlineSweeper&) = delete;

  // Sweeps every `period` of the wall until `io` is stopped.
  void start(boost::asio::io_context& io, const Clock& clock);
  // One sweep: tells everyone whose deadline is not after `now`.
  void sweep(Instant now);

 private:
  struct Entry {
    Instant deadline = never;
    Slot* slot = nullptr;
  };
  // Dense, so that looking at ten thousand deadlines touches 160 KB and not ten thousand objects.
  std::vector<Entry> entries_;
};

}  // namespace mailrig::net
