#include "sim/live/driver.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "fakes/net/endpoint.h"
#include "sim/live/fake_internet.h"
#include "sim/live/traffic_thread.h"

namespace mailrig::live {
namespace {

constexpr std::chrono::milliseconds tick{50};

// 198.18.2.10 becomes 127.18.2.10: the whole of 127.0.0.0/8 is ours without asking, and the last three octets keep
// addresses apart and recognisable. Where two would coincide, or the address is IPv6, the next free one is taken.
std::vector<std::pair<IpAddress, IpAddress>> loopback_sources(const scenario::Scenario& scenario) {
  std::vector<std::pair<IpAddress, IpAddress>> map = scenario.source_map;
  const auto taken = [&map](const IpAddress& real) {
    return std::any_of(map.begin(), map.end(), [&real](const auto& entry) { return entry.first == real; });
  };
  for (const scenario::Sender& sender : scenario.senders) {
    for (const IpAddress& ip : sender.ips) {
      std::uint32_t host = ip.is_v6() ? 0x010001 : ip.to_v4() & 0xffffff;
      while (taken(IpAddress::v4(0x7f000000 | host))) host = (host + 1) & 0xffffff;
      map.emplace_back(IpAddress::v4(0x7f000000 | host), ip);
    }
  }
  return map;
}

class Timeline {
 public:
  Timeline(const scenario::Scenario& scenario, FakeInternet& internet) : scenario_(scenario), internet_(internet) {}

  Result<void> play(Instant now) {
    for (; next_ < scenario_.timeline.size() && due() <= now; ++next_) {
      const scenario::TimelineEntry& entry = scenario_.timeline[next_];
      if (auto done = internet_.set_down(entry.receiver_index, entry.down); !done) return done;
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

}  // namespace

Result<RunResult> run(const scenario::Scenario& scenario, world::World& world, const plan::Traffic& traffic,
                      measure::Ledger& ledger, const RunOptions& options) {
  const net::Clock clock(scenario.start, options.speed_permille);
  // Senders have a thread of their own; receivers share the other cores.
  const std::size_t cores = std::max(2U, std::thread::hardware_concurrency());
  net::IoPool receivers(cores - 1, clock);
  auto internet = FakeInternet::open(
      world, receivers,
      {.dns = {boost::asio::ip::address_v4::loopback(), 0}, .source_map = loopback_sources(scenario)});
  if (!internet) return internet.error();
  if (options.listening) {
    for (std::size_t i = 0; i < world.hosts.size(); ++i) {
      options.listening(world.hosts[i].name, net::to_string((*internet)->host_endpoints()[i]));
    }
  }
  auto tls = net::client_context();
  if (!tls) return tls.error();

  TrafficThread senders(scenario, traffic, ledger, clock,
                        {.dns = (*internet)->dns_endpoint(), .addresses = (*internet)->addresses(), .tls = *tls});
  Timeline timeline(scenario, **internet);
  senders.start();
  RunResult result;
  for (;;) {
    const Instant now = clock.now();
    if (auto played = timeline.play(now); !played) return played.error();
    result.interrupted = options.interrupted != nullptr && options.interrupted->load();
    const bool over = options.duration && now >= scenario.start + *options.duration;
    if (result.interrupted || over || senders.done() || senders.drained()) break;
    if (options.progress) options.progress(now);
    std::this_thread::sleep_until(std::min(clock.wall_deadline(timeline.due()), net::Clock::Wall::now() + tick));
  }
  senders.stop();
  (*internet)->stop();
  receivers.stop();
  result.ended = clock.now();
  result.lag = senders.lag();
  return result;
}

}  // namespace mailrig::live
