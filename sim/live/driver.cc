#include "sim/live/driver.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "fakes/net/endpoint.h"
#include "sim/live/fake_internet.h"
#include "sim/live/traffic_thread.h"
#include "sim/world/bounce_log.h"

namespace mailrig::live {
namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::milliseconds tick{50};

// 198.18.2.10 becomes 127.18.2.10: the whole of 127.0.0.0/8 is ours without asking, and the last three octets keep
// addresses apart and recognisable. Where two would coincide, or the address is IPv6, the next free one is taken.
enum class Whose : std::uint8_t { forwarders, all };
std::vector<std::pair<IpAddress, IpAddress>> loopback_sources(const scenario::Scenario& scenario, Whose whose,
                                                              std::vector<std::pair<IpAddress, IpAddress>> map) {
  const auto taken = [&map](const IpAddress& real) {
    return std::any_of(map.begin(), map.end(), [&real](const auto& entry) { return entry.first == real; });
  };
  const auto add = [&](const scenario::Sender& sender) {
    for (const IpAddress& ip : sender.ips) {
      std::uint32_t host = ip.is_v6() ? 0x010001 : ip.to_v4() & 0xffffff;
      while (taken(IpAddress::v4(0x7f000000 | host))) host = (host + 1) & 0xffffff;
      map.emplace_back(IpAddress::v4(0x7f000000 | host), ip);
    }
  };
  if (whose == Whose::all) std::for_each(scenario.senders.begin(), scenario.senders.end(), add);
  std::for_each(scenario.forwarders.begin(), scenario.forwarders.end(), add);
  return map;
}

// Where hosts have addresses of their own, so have senders; elsewhere forwarders send from loopback, whoever sends.
bool lives_on_loopback(const world::World& world) {
  constexpr std::uint32_t loopback_net = 0x7f;
  return !world.hosts.empty() && !world.hosts.front().address.is_v6() &&
         world.hosts.front().address.to_v4() >> 24 == loopback_net;
}

class Timeline {
 public:
  Timeline(const scenario::Scenario& scenario, FakeInternet& internet) : scenario_(scenario), internet_(internet) {}

  Result<void> play(Instant now) {
    for (; next_ < scenario_.timeline.size() && due() <= now; ++next_) {
      const scenario::TimelineEntry& entry = scenario_.timeline[next_];
      auto done = internet_.change(entry.what.receiver_index, entry.what.apply);
      if (!done) return done;
    }
    return {};
  }
  Instant due() const {
    return next_ < scenario_.timeline.size() ? scenario_.start + scenario_.timeline[next_].at : never;
  }

 private:
  const scenario::Scenario& scenario_;
  FakeInternet& internet_;
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

// The scenario's traffic on its way to whoever delivers it.
class Delivery {
 public:
  Delivery(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
           measure::Ledger& ledger, const net::Clock& clock, const FakeInternet& internet)
      : scenario_(scenario), world_(world), traffic_(traffic), ledger_(ledger), clock_(clock), internet_(internet) {}

  Result<void> start_reference_senders() {
    auto anybody = net::client_context();
    if (!anybody) return anybody.error();
    auto verified = net::verifying_client_context(internet_.authority().certificate_pem(), net::all_versions);
    if (!verified) return verified.error();
    std::vector<Route> routes;
    for (const scenario::Sender& sender : scenario_.senders) {
      routes.push_back(into_the_world(sender.tls == smtp::TlsPolicy::verify ? *verified : *anybody));
    }
    const auto desks = [this](const world::Finished& finished) {
      return world::make_desks(scenario_, world_.sender_keys, traffic_, ledger_, world::Content::rendered, finished);
    };
    return start(traffic_, desks, std::move(routes), *anybody);
  }

  Result<void> start_submission(ForeignSender& sender, const std::vector<tcp::endpoint>& entrances) {
    auto tls = net::client_context();
    if (!tls) return tls.error();
    if (entrances.empty()) return start_forwarders_only(*tls);
    const Duration second = clock_.to_model(std::chrono::seconds(1));
    std::vector<Route> routes;
    for (std::size_t i = 0; i < entrances.size(); ++i) {
      // In the world's terms the entrances are hosts of a network that nothing else uses.
      const IpAddress host = IpAddress::v4(0xc0000201 + static_cast<std::uint32_t>(i));  // 192.0.2.1 …
      entrances_.add_listener(host, 25, entrances[i]);
      dns::MxResult smarthost{dns::MxStatus::ok, {{0, "submission", {host}}}, 3'600};
      routes.push_back({.dns = internet_.dns_endpoint(),
                        .addresses = entrances_,
                        .tls = *tls,
                        .smarthost = std::move(smarthost),
                        .reply_timeout = 60 * second});
    }
    const auto desks = [&](const world::Finished& finished) {
      const auto accepted = [&sender](std::size_t from, std::uint64_t message, std::string_view text) {
        sender.accepted(from, message, text);
      };
      return world::make_submission_desks(scenario_, world_.sender_keys, traffic_, ledger_, second, accepted, finished);
    };
    return start(traffic_, desks, std::move(routes), *tls);
  }

  // Everything was handed over, and forwarders have nothing in hand.
  bool done() const { return thread_ && plays_ && thread_->done(); }
  bool drained() const { return thread_ && plays_ && thread_->drained(); }
  void stop() {
    if (thread_) thread_->stop();
  }
  measure::Histogram lag() const { return thread_ ? thread_->lag() : measure::Histogram(); }

 private:
  Route into_the_world(const net::TlsContext& tls) const {
    return {.dns = internet_.dns_endpoint(), .addresses = internet_.addresses(), .tls = tls};
  }

  // Mail comes from outside: there is nothing to play.
  Result<void> start_forwarders_only(const net::TlsContext& tls) {
    if (scenario_.forwarders.empty()) return {};
    idle_scenario_ = scenario_;
    idle_scenario_.traffic.clear();
    auto nothing = plan::Traffic::create(idle_scenario_, {});
    if (!nothing) return nothing.error();
    nothing_.emplace(std::move(*nothing));
    plays_ = false;
    return start(
        *nothing_, [](const world::Finished&) { return world::Desks(); }, {}, tls);
  }

  // With the desks of the forwarders behind those of the senders.
  Result<void> start(const plan::Traffic& traffic, const TrafficThread::DeskMaker& senders, std::vector<Route> routes,
                     const net::TlsContext& tls) {
    const std::size_t first = routes.size();
    for (std::size_t i = 0; i < scenario_.forwarders.size(); ++i) routes.push_back(into_the_world(tls));
    const auto desks = [&](const world::Finished& finished) {
      world::Desks all = senders(finished);
      for (auto& desk : world::make_forwarder_desks(scenario_, traffic, ledger_, world::Content::rendered)) {
        all.push_back(std::move(desk));
      }
      return all;
    };
    thread_.emplace(scenario_, traffic, clock_, desks, routes);
    world::open_doors(world_.doors, ledger_,
                      [this, first](std::uint32_t forwarder, std::uint64_t id, mail::Outgoing message) {
                        thread_->relay(first + forwarder, id, std::move(message));
                      });
    thread_->start();
    return {};
  }

  const scenario::Scenario& scenario_;
  world::World& world_;
  const plan::Traffic& traffic_;
  measure::Ledger& ledger_;
  const net::Clock& clock_;
  const FakeInternet& internet_;
  net::AddressMap entrances_;
  bool plays_ = true;
  scenario::Scenario idle_scenario_;  // the same world without traffic
  std::optional<plan::Traffic> nothing_;
  std::optional<TrafficThread> thread_;
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
    listening.source_map = loopback_sources(scenario, Whose::all, scenario.source_map);
  } else if (lives_on_loopback(world)) {
    listening.source_map = loopback_sources(scenario, Whose::forwarders, std::move(listening.source_map));
  }
  auto internet = FakeInternet::open(world, receivers, listening);
  if (!internet) return internet.error();
  if (options.listening) {
    for (std::size_t i = 0; i < world.hosts.size(); ++i) {
      options.listening(world.hosts[i].name, net::to_string((*internet)->host_endpoints()[i]));
    }
  }

  Delivery delivery(scenario, world, traffic, ledger, clock, **internet);
  std::optional<QueueWatch> queue;
  if (foreign == nullptr) {
    if (auto started = delivery.start_reference_senders(); !started) return started.error();
  } else {
    auto entrances = foreign->start(world, (*internet)->authority().certificate_pem(), clock);
    if (!entrances) return entrances.error();
    std::this_thread::sleep_until(clock.wall_deadline(scenario.start));
    if (auto started = delivery.start_submission(*foreign, *entrances); !started) return started.error();
    queue.emplace(*foreign, ledger);
  }

  Timeline timeline(scenario, **internet);
  RunResult result;
  for (;;) {
    const Instant now = clock.now();
    if (auto played = timeline.play(now); !played) return played.error();
    result.interrupted = interrupted(options);
    const bool over = options.duration && now >= scenario.start + *options.duration;
    if (result.interrupted || over || delivery.drained()) break;
    if (delivery.done() && (!queue || queue->empty())) break;
    if (foreign != nullptr) {
      if (auto alive = foreign->check(); !alive) return alive.error();
      take_unseen_attempts(*foreign, ledger, now);
    }
    if (options.progress) options.progress(now);
    std::this_thread::sleep_until(std::min(clock.wall_deadline(timeline.due()), net::Clock::Wall::now() + tick));
  }
  delivery.stop();
  if (foreign != nullptr) {
    auto left = foreign->stop();
    take_unseen_attempts(*foreign, ledger, clock.now());
    if (!left) return left.error();
    if (*left) account_for(**left, ledger, clock.now());
  }
  (*internet)->stop();
  receivers.stop();
  result.ended = clock.now();
  result.lag = delivery.lag();
  return result;
}

}  // namespace mailrig::live
