#include "fakes/net/deadline_sweeper.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/net/clock.h"
#include "fakes/net/rethrow.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> sweep_until_stopped(asio::io_context& io, const Clock& clock, DeadlineSweeper& sweeper) {
  asio::steady_timer timer(io);
  for (;;) {
    timer.expires_after(DeadlineSweeper::period);
    co_await timer.async_wait(asio::as_tuple(asio::deferred));
    sweeper.sweep(clock.now());
  }
}

}  // namespace

DeadlineSweeper::Slot::Slot(DeadlineSweeper& sweeper, std::function<void()> expired)
    : sweeper_(sweeper), expired_(std::move(expired)), index_(sweeper.entries_.size()) {
  sweeper_.entries_.push_back({never, this});
}

DeadlineSweeper::Slot::~Slot() {
  Entry& last = sweeper_.entries_.back();
  last.slot->index_ = index_;
  sweeper_.entries_[index_] = last;
  sweeper_.entries_.pop_back();
}

DeadlineSweeper::~DeadlineSweeper() {
  CHECK(entries_.empty());
}

void DeadlineSweeper::start(asio::io_context& io, const Clock& clock) {
  asio::co_spawn(io, sweep_until_stopped(io, clock, *this), rethrow);
}

void DeadlineSweeper::sweep(Instant now) {
  // A handler may add or remove slots, so neither iterators nor the size may be kept. Whoever is moved to a place
  // already passed waits for the next sweep.
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].deadline > now) continue;
    entries_[i].deadline = never;
    entries_[i].slot->expired_();
  }
}

}  // namespace mailrig::net
