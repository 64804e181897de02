#include "sim/live/driver.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "fakes/net/endpoint.h"
#include "sim/live/fake_internet.h"
#include "sim/live/loopback_sources.h"
#include "sim/live/sending_side.h"
#include "sim/world/bounce_log.h"

namespace mailrig::live {
namespace {

constexpr std::chrono::milliseconds tick{50};

class Timeline {
 public:
  Timeline(const scenario::Scenario& scenario, FakeInternet& internet, SendingSide& sending)
      : scenario_(scenario), internet_(internet), sending_(sending) {}

  Result<void> play(Instant now) {
    for (; next_ < scenario_.timeline.size() && due() <= now; ++next_) {
      const scenario::TimelineEntry& entry = scenario_.timeline[next_];
      auto done = std::visit([this](const auto& change) { return carry_out(change); }, entry.what);
      if (!done) return done;
    }
    return {};
  }
  Instant due() const {
    return next_ < scenario_.timeline.size() ? scenario_.start + scenario_.timeline[next_].at : never;
  }

 private:
  Result<void> carry_out(const scenario::ReceiverChange& change) {
    return internet_.change(change.receiver_index, change.apply);
  }
  Result<void> carry_out(const scenario::SourceChange& change) {
    sending_.set_source(change);
    return {};
  }
  Result<void> carry_out(const scenario::SuppressionChange& change) {
    sending_.suppress(change);
    return {};
  }

  const scenario::Scenario& scenario_;
  FakeInternet& internet_;
  SendingSide& sending_;
  std::size_t next_ = 0;
};

constexpr std::chrono::milliseconds queue_period{100};
// A message that moves from one part of a queue to another can be overlooked once.
constexpr int empty_looks_min = 3;

// Watches a sender that is not ours until it has nothing more to do.
class QueueWatch {
 public:
  QueueWatch(ForeignSender& sender, const measure::Ledger& ledger) : sender_(sender), ledger_(ledger) {}

  bool empty() {
    const auto wall = net::Clock::Wall::now();
    if (wall < next_look_) return false;
    const auto queued = sender_.queued();
    const measure::Counters counters = ledger_.counters();
    const bool idle = queued ? *queued == 0 : counters.finished == counters.deliveries;
    empty_looks_ = idle ? empty_looks_ + 1 : 0;
    // Looking at a long queue takes its time; it must not take all of it.
    const auto now = net::Clock::Wall::now();
    next_look_ = now + std::max<net::Clock::Wall::duration>(queue_period, 10 * (now - wall));
    return empty_looks_ >= empty_looks_min;
  }

 private:
  ForeignSender& sender_;
  const measure::Ledger& ledger_;
  net::Clock::Wall::time_point next_look_{};
  int empty_looks_ = 0;
};

void take_unseen_attempts(ForeignSender& sender, measure::Ledger& ledger, Instant now) {
  for (live::UnseenAttempt& attempt : sender.take_unseen_attempts(now)) {
    ledger.unseen_attempt(attempt.recipient, {.now = attempt.at,
                                              .message = attempt.message,
                                              .source = attempt.source,
                                              .result = std::move(attempt.result),
                                              .timed_out = attempt.timed_out});
  }
}

void account_for(const QueueContent& queue, measure::Ledger& ledger, Instant now) {
  for (const auto& notification : queue.notifications) {
    world::heed_notification(ledger, now, notification.mail_to, notification.content);
  }
  for (const auto& waiting : queue.deliveries) ledger.still_waiting(waiting.message, waiting.recipient);
}

bool interrupted(const RunOptions& options) {
  return options.interrupted != nullptr && options.interrupted->load();
}

// For a moment the world is there for the proof alone.
Result<void> prove(ForeignSender& sender, world::World& world, const RunOptions& options, Instant start) {
  const net::Clock clock(start);
  net::IoPool pool(1, clock);
  auto internet = FakeInternet::open(world, pool, options.internet);
  if (!internet) return internet.error();
  auto proven = sender.prove(options.interrupted);
  (*internet)->stop();
  pool.stop();
  return proven;
}

}  // namespace

Result<RunResult> run(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
                      measure::Ledger& ledger, const RunOptions& options) {
  ForeignSender* const foreign = options.sender;
  if (foreign != nullptr && foreign->needs_proof()) {
    if (auto proven = prove(*foreign, world, options, scenario.start); !proven) return proven.error();
    // Nothing is proven then, and nothing may be handed over.
    if (interrupted(options)) return RunResult{.ended = scenario.start, .interrupted = true, .lag = {}};
  }
  // A real MTA takes a moment to start, and lives in the model's time from its first breath.
  const auto start_time = foreign == nullptr ? std::chrono::milliseconds(0) : foreign->start_time_max();
  const net::Clock real_time(Instant{}, options.speed_permille);
  const net::Clock clock(scenario.start - real_time.to_model(start_time), options.speed_permille);
  // Senders have a thread of their own; receivers share the other cores.
  const std::size_t cores = std::max(2U, std::thread::hardware_concurrency());
  net::IoPool receivers(cores - 1, clock);
  FakeInternetOptions listening = options.internet;
  if (foreign == nullptr) {
    listening.dns = {boost::asio::ip::address_v4::loopback(), 0};
    listening.source_map = sources_of_senders(scenario, scenario.source_map);
    listening.source_map = sources_of_forwarders(scenario, std::move(listening.source_map));
    listening.source_map = sources_of_receivers(world, std::move(listening.source_map));
  } else if (lives_on_loopback(world)) {
    listening.source_map = sources_of_forwarders(scenario, std::move(listening.source_map));
  }
  SendingSide sending(scenario, world, ledger, clock);
  auto internet = FakeInternet::open(world, receivers, listening);
  if (!internet) return internet.error();
  const StopAtEnd stop_at_end(sending);
  if (options.listening) {
    for (std::size_t i = 0; i < world.hosts.size(); ++i) {
      options.listening(world.hosts[i].name, net::to_string((*internet)->host_endpoints()[i]));
    }
  }

  std::optional<QueueWatch> queue;
  if (foreign == nullptr) {
    if (auto started = sending.start_senders(**internet, traffic); !started) return started.error();
  } else {
    auto entrances = foreign->start(world, (*internet)->authority().certificate_pem(), clock);
    if (!entrances) return entrances.error();
    std::this_thread::sleep_until(clock.wall_deadline(scenario.start));
    auto started = entrances->empty() ? sending.start_without_traffic(**internet)
                                      : sending.start_submission(**internet, traffic, *foreign, *entrances);
    if (!started) return started.error();
    queue.emplace(*foreign, ledger);
  }

  Timeline timeline(scenario, **internet, sending);
  RunResult result;
  for (;;) {
    const Instant now = clock.now();
    if (auto played = timeline.play(now); !played) return played.error();
    if (options.readership != nullptr) {
      options.readership->advance(now, [&](world::Readership::Act&& act) {
        (*internet)->read(act);
        if (!act.mailbox.empty() && act.origin) sending.complained(act);
        if (act.answer) sending.answer(act.receiver, std::move(*act.answer));
      });
    }
    result.interrupted = interrupted(options);
    const bool over = options.duration && now >= scenario.start + *options.duration;
    if (result.interrupted || over || sending.drained()) break;
    const bool answers_owed = options.readership != nullptr && options.readership->owes_answers();
    if (sending.done() && !answers_owed && (!queue || queue->empty())) break;
    if (foreign != nullptr) {
      if (auto alive = foreign->check(); !alive) return alive.error();
      take_unseen_attempts(*foreign, ledger, now);
    }
    if (options.progress) options.progress(now);
    std::this_thread::sleep_until(std::min(clock.wall_deadline(timeline.due()), net::Clock::Wall::now() + tick));
  }
  sending.stop();
  if (foreign != nullptr) {
    auto left = foreign->stop();
    take_unseen_attempts(*foreign, ledger, clock.now());
    if (!left) return left.error();
    if (*left) account_for(**left, ledger, clock.now());
  }
  (*internet)->stop();
  receivers.stop();
  result.ended = clock.now();
  result.lag = sending.lag();
  return result;
}

}  // namespace mailrig::live
