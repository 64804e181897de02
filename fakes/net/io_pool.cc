#include "fakes/net/io_pool.h"

#include <algorithm>

#include "fakes/base/check.h"

namespace mailrig::net {

IoPool::IoPool(std::size_t threads, const Clock& clock) : clock_(clock) {
  CHECK(threads > 0);
  for (std::size_t i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->sweeper.start(workers_.back()->io, clock);
  }
  for (auto& worker : workers_) threads_.emplace_back([&io = worker->io] { io.run(); });
}

IoPool::~IoPool() {
  stop();
}

bool IoPool::runs_this_thread() const {
  return std::any_of(threads_.begin(), threads_.end(),
                     [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); });
}

void IoPool::stop() {
  for (auto& worker : workers_) {
    worker->work.reset();
    worker->io.stop();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace mailrig::net
