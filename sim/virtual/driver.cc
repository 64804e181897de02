#include "sim/virtual/driver.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>
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
        traffic_(traffic),
        ledger_(ledger),
        options_(options),
        player_(traffic, scenario.start),
        desks_(world::make_desks(scenario, world.sender_keys, traffic, ledger, world::Content::facts_only,
                                 [this](Instant now, std::uint32_t entry) { player_.finished(now, entry); })),
        answering_(scenario.receivers.size()) {
    for (auto& desk : world::make_forwarder_desks(scenario, traffic, ledger, world::Content::facts_only)) {
      desks_.push_back(std::move(desk));
    }
    for (auto& desk : desks_) link(*desk);
    world::open_doors(world.doors, ledger, [this](std::uint32_t forwarder, std::uint64_t id, mail::Outgoing message) {
      const Instant at = message.not_before;
      forwarded_.set(at, {scenario_.senders.size() + forwarder, id, std::move(message)});
    });
  }

  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  Instant run() {
    Instant now = scenario_.start;
    while (!interrupted()) {
      const Instant next = next_instant();
      if (next == never || next > end(now)) break;
      now = std::max(now, next);
      play_timeline(now);
      let_read(now);
      while (auto message = player_.take(now)) desks_[message->sender]->submit(now, std::move(*message));
      while (forwarded_.next() <= now) {
        Forwarded taken = forwarded_.pop();
        desks_[taken.desk]->relay(now, taken.id, std::move(taken.message));
      }
      for (auto& link : links_) link->advance(now);
      report_progress(now);
    }
    return now;
  }

 private:
  // What a forwarder has taken and will pass on.
  struct Forwarded {
    std::size_t desk = 0;
    std::uint64_t id = 0;
    mail::Outgoing message;
  };

  bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }

  // Traffic that is still to come keeps the run going; after the last message the queues have `drain` to empty.
  Instant end(Instant now) const { return player_.exhausted(now) ? player_.last_intended() + scenario_.drain : never; }

  Instant next_instant() const {
    Instant next = std::min(player_.next(), forwarded_.next());
    for (const auto& link : links_) next = std::min(next, link->next());
    // Neither the timeline alone keeps a run alive, nor its readers, unless they are going to write.
    if (options_.readership != nullptr && (next != never || options_.readership->owes_answers())) {
      next = std::min(next, options_.readership->next());
    }
    if (next != never && timeline_at_ < scenario_.timeline.size()) {
      next = std::min(next, scenario_.start + scenario_.timeline[timeline_at_].at);
    }
    return next;
  }

  void play_timeline(Instant now) {
    for (; timeline_at_ < scenario_.timeline.size(); ++timeline_at_) {
      const scenario::TimelineEntry& entry = scenario_.timeline[timeline_at_];
      if (scenario_.start + entry.at > now) return;
      std::visit([this, now](const auto& change) { carry_out(now, change); }, entry.what);
    }
  }

  void carry_out(Instant, const scenario::ReceiverChange& change) {
    receiver::Receiver& receiver = *world_.receivers[change.receiver_index];
    policy::Conditions conditions = receiver.conditions();
    change.apply(conditions);
    receiver.set_conditions(conditions);
  }

  void carry_out(Instant now, const scenario::SourceChange& change) {
    links_[change.sender_index]->set_source(now, change.source, change.up);
  }

  void carry_out(Instant now, const scenario::SuppressionChange& change) {
    desks_[change.sender_index]->suppress(now, change.address, change.suppressed);
  }

  void let_read(Instant now) {
    if (options_.readership == nullptr) return;
    options_.readership->advance(now, [this, now](world::Readership::Act&& act) {
      if (const auto reading = act.reading()) world_.receivers[act.receiver]->read(act.at, act.sender, *reading);
      if (act.answer) answering_desk(act.receiver).relay(now, act.answer->id, std::move(act.answer->message));
      if (act.mailbox.empty() || !act.origin) return;
      const std::uint32_t sender = scenario_.mail[act.origin->stream].sender_index;
      desks_[sender]->complained(act.at, act.origin->stream, act.origin->source, act.mailbox);
    });
  }

  void link(world::SenderDesk& desk) {
    links_.push_back(std::make_unique<Link>(world_, desk, static_cast<std::uint32_t>(links_.size())));
  }

  // Made when its first mailbox writes: most runs have none, and each link is asked at every step.
  world::SenderDesk& answering_desk(std::uint32_t receiver) {
    world::SenderDesk*& desk = answering_[receiver];
    if (desk == nullptr) {
      desks_.push_back(
          world::make_answering_desk(scenario_, world_, receiver, traffic_, ledger_, world::Content::facts_only));
      desk = desks_.back().get();
      link(*desk);
    }
    return *desk;
  }

  void report_progress(Instant now) {
    if (options_.progress && ++steps_ % 4096 == 0) options_.progress(now);
  }

  const scenario::Scenario& scenario_;
  world::World& world_;
  const plan::Traffic& traffic_;
  measure::Ledger& ledger_;
  const RunOptions& options_;
  world::Player player_;
  // Of the senders, then of the forwarders, then of the receivers whose mailboxes write.
  std::vector<std::unique_ptr<world::SenderDesk>> desks_;
  std::vector<world::SenderDesk*> answering_;  // by receiver; null: not yet
  std::vector<std::unique_ptr<Link>> links_;   // one per desk
  TimeQueue<Forwarded> forwarded_;
  std::size_t timeline_at_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace

Instant run(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
            measure::Ledger& ledger, const RunOptions& options) {
  return Driver(scenario, world, traffic, ledger, options).run();
}

}  // namespace mailrig::virtual_time
