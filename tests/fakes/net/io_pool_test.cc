#include "fakes/net/io_pool.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <set>

namespace mailrig::net {
namespace {

constexpr Instant start{};

TEST(IoPool, EachWorkerHasItsOwnThreadAndTheirTurnsGoRound) {
  const Clock clock(start);
  IoPool pool(3, clock);
  std::set<std::thread::id> threads;
  for (int turn = 0; turn < 6; ++turn) {
    std::promise<std::thread::id> id;
    boost::asio::post(pool.next().io, [&] { id.set_value(std::this_thread::get_id()); });
    threads.insert(id.get_future().get());
  }
  EXPECT_EQ(threads.size(), 3u);
  EXPECT_FALSE(pool.runs_this_thread());
}

TEST(IoPool, SweepsOnEveryWorker) {
  const Clock clock(start, 1'000'000);
  IoPool pool(2, clock);
  for (std::size_t i = 0; i < pool.size(); ++i) {
    Worker& worker = pool.at(i);
    std::promise<void> swept;
    std::unique_ptr<DeadlineSweeper::Slot> slot;
    boost::asio::post(worker.io, [&] {
      slot = std::make_unique<DeadlineSweeper::Slot>(worker.sweeper, [&] {
        // Not destroyed from inside its own call.
        boost::asio::post(worker.io, [&] {
          slot.reset();
          swept.set_value();
        });
      });
      slot->set(clock.now() + std::chrono::seconds(1));
    });
    EXPECT_EQ(swept.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  }
}

TEST(IoPool, NothingRunsAfterStop) {
  const Clock clock(start);
  IoPool pool(1, clock);
  pool.stop();
  bool ran = false;
  boost::asio::post(pool.at(0).io, [&ran] { ran = true; });
  pool.stop();
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace mailrig::net
