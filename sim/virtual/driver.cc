#include "sim/virtual/driver.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sim/virtual/link.h"
#include "sim/world/outbox.h"
#include "sim/world/player.h"

namespace mailrig::virtual_time {
namespace {

class Driver {
 public:
  Driver(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic, measure::Ledger& ledger,
         const RunOptions& options)
      : scenario_(scenario),
        world_(world),
        options_(options),
        player_(traffic, scenario.start),
        desks_(world::make_desks(scenario, traffic, ledger, world::Content::facts_only,
                                 [this](Instant now, std::uint32_t entry) { player_.finished(now, entry); })) {
    for (auto& desk : desks_) links_.push_back(std::make_unique<Link>(world, *desk));
  }

  Instant run() {
    Instant now = scenario_.start;
    while (!interrupted()) {
      const Instant next = next_instant();
      if (next == never || next > end(now)) break;
      now = std::max(now, next);
      play_timeline(now);
      while (auto message = player_.take(now)) desks_[message->sender]->submit(now, *message);
      for (auto& link : links_) link->advance(now);
      report_progress(now);
    }
    return now;
  }

 private:
  bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }

  // Traffic that is still to come keeps the run going; after the last message the queues have `drain` to empty.
  Instant end(Instant now) const { return player_.exhausted(now) ? player_.last_intended() + scenario_.drain : never; }

  Instant next_instant() const {
    Instant next = player_.next();
    for (const auto& link : links_) next = std::min(next, link->next());
    // The timeline alone does not keep a run alive.
    if (next != never && timeline_at_ < scenario_.timeline.size()) {
      next = std::min(next, scenario_.start + scenario_.timeline[timeline_at_].at);
    }
    return next;
  }

  void play_timeline(Instant now) {
    for (; timeline_at_ < scenario_.timeline.size(); ++timeline_at_) {
      const scenario::TimelineEntry& entry = scenario_.timeline[timeline_at_];
      if (scenario_.start + entry.at > now) return;
      std::visit([this](const auto& what) { happen(what); }, entry.what);
    }
  }

  void happen(const scenario::ReceiverDown& what) { world_.receivers[what.receiver_index]->set_down(what.down); }

  void report_progress(Instant now) {
    if (options_.progress && ++steps_ % 4096 == 0) options_.progress(now);
  }

  const scenario::Scenario& scenario_;
  world::World& world_;
  const RunOptions& options_;
  world::Player player_;
  std::vector<std::unique_ptr<world::SenderDesk>> desks_;
  std::vector<std::unique_ptr<Link>> links_;  // one per desk
  std::size_t timeline_at_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace

Instant run(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
            measure::Ledger& ledger, const RunOptions& options) {
  return Driver(scenario, world, traffic, ledger, options).run();
}

}  // namespace mailrig::virtual_time
