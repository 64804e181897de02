// The threads of the live runtime: one io_context per thread, each with its own deadline sweeper. A connection lives
// on one of them for its whole life, so nothing in it needs a lock. Thread-safe, except that stop() is called once
// everything that uses the pool is gone.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "fakes/net/clock.h"
#include "fakes/net/deadline_sweeper.h"

namespace mailrig::net {

// One thread's share. The sweeper comes first: coroutines that are destroyed with the io_context leave it.
struct Worker {
  Worker() : work(io.get_executor()) {}

  DeadlineSweeper sweeper;
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
};

class IoPool {
 public:
  // The threads run from here on. `clock` must outlive the pool.
  IoPool(std::size_t threads, const Clock& clock);
  ~IoPool();  // stop()
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;

  const Clock& clock() const { return clock_; }
  std::size_t size() const { return workers_.size(); }
  Worker& at(std::size_t index) { return *workers_[index]; }
  // Round robin.
  Worker& next() { return *workers_[next_.fetch_add(1, std::memory_order_relaxed) % workers_.size()]; }
  // Whether the caller runs on one of the pool's threads.
  bool runs_this_thread() const;

  // Ends the threads and waits for them. What is still pending is dropped, so close servers and connections first.
  void stop();

 private:
  const Clock& clock_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace mailrig::net
