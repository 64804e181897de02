#include "sim/live/traffic_thread.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::live {
namespace {

constexpr std::chrono::milliseconds watch_period{20};

}  // namespace

TrafficThread::TrafficThread(const scenario::Scenario& scenario, const plan::Traffic& traffic, const net::Clock& clock,
                             const DeskMaker& make_desks, const std::vector<Route>& routes)
    : scenario_(scenario),
      clock_(clock),
      pool_(1, clock),
      player_(traffic, scenario.start),
      desks_(make_desks([this](Instant now, std::uint32_t entry) { finished(now, entry); })),
      arrival_(pool_.at(0).io),
      watch_(pool_.at(0).io),
      expected_(player_.expected()) {
  CHECK(routes.size() == desks_.size());
  for (std::size_t i = 0; i < desks_.size(); ++i) {
    outbounds_.push_back(std::make_shared<Outbound>(pool_.at(0), clock, *desks_[i], routes[i], Draw(scenario.seed)));
  }
}

// What throws here ends the program, as it should.
TrafficThread::~TrafficThread() {  // NOLINT(bugprone-exception-escape)
  stop();
}

void TrafficThread::start() {
  boost::asio::post(pool_.at(0).io, [this] {
    submit_due();
    check_done();
  });
}

void TrafficThread::relay(std::size_t desk, std::uint64_t id, mail::Outgoing message) {
  ++relaying_;
  // Nobody passes on what is not due.
  const auto shared = std::make_shared<mail::Outgoing>(std::move(message));
  boost::asio::post(pool_.at(0).io, [this, desk, id, shared] {
    if (!stopping_) {
      desks_[desk]->relay(clock_.now(), id, std::move(*shared));
      outbounds_[desk]->pump();
      done_ = false;
    }
    --relaying_;
  });
}

void TrafficThread::with(std::size_t desk, std::function<void(world::SenderDesk&, Outbound&)> action) {
  boost::asio::post(pool_.at(0).io, [this, desk, action = std::move(action)] {
    if (stopping_) return;
    action(*desks_[desk], *outbounds_[desk]);
    outbounds_[desk]->pump();
  });
}

void TrafficThread::finished(Instant now, std::uint32_t entry) {
  player_.finished(now, entry);
  // A closed loop has room for its next message; not now, because a sender is in the middle of its report.
  if (player_.next() > now || submit_posted_) return;
  submit_posted_ = true;
  boost::asio::post(pool_.at(0).io, [this] { submit_due(); });
}

void TrafficThread::submit_due() {
  submit_posted_ = false;
  if (stopping_) return;
  const Instant now = clock_.now();
  std::vector<bool> touched(desks_.size());
  while (auto message = player_.take(now)) {
    const Instant submitted = clock_.now();
    lag_.record(std::chrono::duration_cast<Duration>(clock_.to_wall(submitted - message->intended)));
    desks_[message->sender]->submit(submitted, std::move(*message));
    touched[message->sender] = true;
  }
  for (std::size_t i = 0; i < desks_.size(); ++i) {
    if (touched[i]) outbounds_[i]->pump();
  }
  if (player_.next() == never) return;
  arrival_.expires_at(clock_.wall_deadline(player_.next()));
  arrival_.async_wait([this](boost::system::error_code error) {
    if (!error) submit_due();
  });
}

void TrafficThread::check_done() {
  const Instant now = clock_.now();
  if (player_.exhausted(now)) {
    const bool idle = std::all_of(desks_.begin(), desks_.end(), [](const auto& desk) {
      return desk->queue().messages == 0 && desk->queue().connections == 0;
    });
    done_ = idle && relaying_ == 0;
    drained_ = now >= player_.last_intended() + scenario_.drain;
  }
  watch_.expires_after(watch_period);
  watch_.async_wait([this](boost::system::error_code error) {
    if (!error) check_done();
  });
}

void TrafficThread::wait_until_idle(std::promise<void>& idle) {
  if (std::all_of(outbounds_.begin(), outbounds_.end(), [](const auto& outbound) { return outbound->idle(); })) {
    idle.set_value();
    return;
  }
  watch_.expires_after(watch_period);
  watch_.async_wait([this, &idle](boost::system::error_code) { wait_until_idle(idle); });
}

void TrafficThread::stop() {
  if (std::exchange(stopped_, true)) return;
  std::promise<void> idle;
  boost::asio::post(pool_.at(0).io, [this, &idle] {
    stopping_ = true;
    arrival_.cancel();
    watch_.cancel();
    for (auto& outbound : outbounds_) outbound->stop();
    wait_until_idle(idle);
  });
  idle.get_future().wait();
  pool_.stop();
}

}  // namespace mailrig::live
