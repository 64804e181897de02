// Plays a scenario's traffic through its senders in a live run, on one worker: submits each message at the moment its
// schedule intends, and keeps the senders going. Called from the main thread; works on the worker.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <future>
#include <memory>
#include <vector>

#include "sim/live/outbound.h"
#include "sim/measure/histogram.h"
#include "sim/world/outbox.h"
#include "sim/world/player.h"

namespace mailrig::live {

class TrafficThread {
 public:
  using DeskMaker = std::function<world::Desks(const world::Finished&)>;

  // All must outlive it. Owns the worker's thread. `make_desks` is called at once; `routes` say for each desk how it
  // reaches whom it sends to.
  TrafficThread(const scenario::Scenario& scenario, const plan::Traffic& traffic, const net::Clock& clock,
                const DeskMaker& make_desks, const std::vector<Route>& routes);
  ~TrafficThread();  // NOLINT(bugprone-exception-escape)
  TrafficThread(const TrafficThread&) = delete;
  TrafficThread& operator=(const TrafficThread&) = delete;

  void start();
  // A message for a desk that passes mail on. From any thread.
  void relay(std::size_t desk, std::uint64_t id, mail::Outgoing message);
  // Has something done on the worker with one of the desks. From any thread.
  void with(std::size_t desk, std::function<void(world::SenderDesk&, Outbound&)> action);
  // All traffic was offered, and every queue is empty.
  bool done() const { return relaying_.load() == 0 && done_.load(); }
  // The last message was offered and `end.drain` has passed since.
  bool drained() const { return drained_.load(); }
  // Stops where it is: what waits stays queued.
  void stop();

  std::uint64_t expected() const { return expected_; }
  // How late messages were submitted, in wall time, against the schedule's intention. After stop().
  const measure::Histogram& lag() const { return lag_; }

 private:
  void finished(Instant now, std::uint32_t entry);
  void submit_due();
  void check_done();
  void wait_until_idle(std::promise<void>& idle);

  const scenario::Scenario& scenario_;
  const net::Clock& clock_;
  net::IoPool pool_;
  world::Player player_;
  world::Desks desks_;
  std::vector<std::shared_ptr<Outbound>> outbounds_;  // one per desk
  boost::asio::steady_timer arrival_;
  boost::asio::steady_timer watch_;
  measure::Histogram lag_;
  std::uint64_t expected_;
  bool submit_posted_ = false;
  bool stopping_ = false;                 // the worker's view of stopped_
  std::atomic<std::size_t> relaying_{0};  // on their way to a desk
  std::atomic<bool> done_{false};
  std::atomic<bool> drained_{false};
  bool stopped_ = false;
};

}  // namespace mailrig::live
