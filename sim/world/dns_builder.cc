#include "sim/world/dns_builder.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace mailrig::world {
namespace {

using scenario::DnsChange;
using scenario::Scenario;
using scenario::SelectorChange;

Result<void> add_records(const DnsChange& records, dns::Zones& zones) {
  const dns::RrsetChange& change = records.change;
  if (auto zone = ensure_zone_of(zones, change.name); !zone) return records.at.error(zone.error().message);
  if (!change.alternating.empty() || !change.regions.empty()) {
    auto scheduled = zones.schedule(change);
    return scheduled ? scheduled : records.at.error(scheduled.error().message);
  }
  for (const dns::Data& value : change.values) {
    auto added = zones.add({change.name, change.type, change.ttl_s, value});
    if (!added) return records.at.error(added.error().message);
  }
  return {};
}

Result<void> schedule(const DnsChange& change, dns::Zones& zones) {
  if (auto zone = ensure_zone_of(zones, change.change.name); !zone) return change.at.error(zone.error().message);
  auto scheduled = zones.schedule(change.change);
  return scheduled ? scheduled : change.at.error(scheduled.error().message);
}

std::string key_record_name(const scenario::DkimKey& key) {
  return key.selector + "._domainkey." + key.domain;
}

// A record that the timeline first publishes was not there before; one that it first withdraws was.
Result<void> schedule_selectors(const Scenario& scenario, dns::Zones& zones) {
  std::map<std::string, std::vector<dns::Record>> published;  // what each name holds when it holds something
  for (const SelectorChange& selector : scenario.dns.selectors) {
    const scenario::Sender& sender = scenario.senders[selector.sender_index];
    const std::string name = key_record_name(sender.dkim[selector.key_index]);
    const auto [records, first] = published.try_emplace(name);
    if (first) records->second = zones.lookup(scenario.start, {name, dns::Type::txt}).answers;
    if (records->second.empty()) {
      return selector.location.error(
          fmt::format("there is no key record at {} that could be published or withdrawn", name));
    }
    dns::RrsetChange change;
    change.name = name;
    if (first && selector.published) {
      if (auto absent = zones.schedule(change); !absent) return selector.location.error(absent.error().message);
    }
    change.at = selector.at;
    change.propagation = selector.propagation;
    change.ttl_s = selector.ttl_s.value_or(records->second.front().ttl_s);
    if (selector.published) {
      for (const dns::Record& record : records->second) change.values.push_back(record.data);
    }
    if (auto scheduled = zones.schedule(std::move(change)); !scheduled) {
      return selector.location.error(scheduled.error().message);
    }
  }
  return {};
}

}  // namespace

Result<void> ensure_zone_of(dns::Zones& zones, std::string_view name) {
  if (zones.encloses(name)) return {};
  const auto last = name.rfind('.');
  const auto before = last == std::string_view::npos || last == 0 ? last : name.rfind('.', last - 1);
  return zones.add_zone(before == std::string_view::npos ? name : name.substr(before + 1));
}

Result<void> build_dns(const Scenario& scenario, dns::Zones& zones) {
  for (const scenario::ZoneText& zone : scenario.dns.zones) {
    if (auto added = zones.add_zone_text(zone.text, zone.file, zone.origin); !added) return added;
  }
  for (const DnsChange& records : scenario.dns.records) {
    if (auto added = add_records(records, zones); !added) return added;
  }
  for (const DnsChange& change : scenario.dns.changes) {
    if (auto scheduled = schedule(change, zones); !scheduled) return scheduled;
  }
  if (auto scheduled = schedule_selectors(scenario, zones); !scheduled) return scheduled;
  for (const dns::Fault& fault : scenario.dns.faults) {
    if (auto added = zones.add_fault(fault); !added) return added;
  }
  return {};
}

Result<std::unique_ptr<dns::DnssecSigner>> sign_zones(const Scenario& scenario, dns::Zones& zones) {
  std::vector<std::string> apexes;
  for (const auto& listed : scenario.dns.dnssec) {
    const auto apex = zones.apex_of(listed.value);
    // There need not be a root zone, but if it shall be signed there is one.
    if (apex != listed.value && !listed.value.empty()) {
      return listed.at.error(
          apex
              ? fmt::format("dns.dnssec: no zone begins at '{}'; it belongs to the zone '{}', so list that, or give it "
                            "a zone under dns.zones",
                            listed.value, *apex)
              : fmt::format("dns.dnssec: this world has no zone '{}'; list domains of its senders and receivers, or "
                            "what stands under dns.zones",
                            listed.value));
    }
    apexes.push_back(listed.value);
  }
  if (apexes.empty()) return std::unique_ptr<dns::DnssecSigner>();
  return dns::DnssecSigner::make(zones, apexes, Draw(scenario.seed));
}

}  // namespace mailrig::world
