#include "sim/live/loopback_sources.h"

#include <algorithm>

namespace mailrig::live {
namespace {

constexpr std::uint32_t loopback_net = 0x7f;

void add(SourceMap& map, const std::vector<IpAddress>& ips) {
  const auto taken = [&map](const IpAddress& real) {
    return std::any_of(map.begin(), map.end(), [&real](const auto& entry) { return entry.first == real; });
  };
  for (const IpAddress& ip : ips) {
    std::uint32_t host = ip.is_v6() ? 0x010001 : ip.to_v4() & 0xffffff;
    while (taken(IpAddress::v4(loopback_net << 24 | host))) host = (host + 1) & 0xffffff;
    map.emplace_back(IpAddress::v4(loopback_net << 24 | host), ip);
  }
}

}  // namespace

SourceMap sources_of_senders(const scenario::Scenario& scenario, SourceMap map) {
  for (const scenario::Sender& sender : scenario.senders) add(map, sender.ips);
  return map;
}

SourceMap sources_of_forwarders(const scenario::Scenario& scenario, SourceMap map) {
  for (const scenario::Forwarder& forwarder : scenario.forwarders) add(map, forwarder.ips);
  return map;
}

SourceMap sources_of_receivers(const world::World& world, SourceMap map) {
  for (const world::MxHost& host : world.hosts) add(map, {host.address});
  return map;
}

bool lives_on_loopback(const world::World& world) {
  return !world.hosts.empty() && !world.hosts.front().address.is_v6() &&
         world.hosts.front().address.to_v4() >> 24 == loopback_net;
}

}  // namespace mailrig::live
