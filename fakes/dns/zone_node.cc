#include "fakes/dns/zone_node.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "fakes/base/check.h"

namespace mailrig::dns {

const Record* ZoneNode::soa() const {
  const auto found = std::find_if(records.begin(), records.end(), [](const Record& r) { return r.type == Type::soa; });
  return found == records.end() ? nullptr : &*found;
}

Record ZoneNode::soa_at(const View& view) const {
  const Record* base = soa();
  CHECK(base != nullptr);
  Record now = *base;
  auto& serial = std::get<Soa>(now.data).serial;
  for (const Change& change : zone_changes) {
    if (change.at > view.now) break;
    if (later(change.at, propagation_delay(change.propagation, view.region, change.name)) > view.now) continue;
    ++serial;
    if (change.every > Duration::zero()) serial += static_cast<std::uint32_t>((view.now - change.at) / change.every);
  }
  return now;
}

void ZoneNode::note_change(const RrsetChange& change) {
  // What has been so since ever is no change.
  const bool flaps = !change.alternating.empty();
  if (change.at <= Instant{} && !flaps) return;
  const auto place = std::upper_bound(zone_changes.begin(), zone_changes.end(), change.at,
                                      [](Instant at, const Change& other) { return at < other.at; });
  zone_changes.insert(place, {change.name, change.at, change.propagation, flaps ? change.every : Duration::zero()});
}

const std::vector<Record>* ZoneNode::current(Type type, const View& view) const {
  const std::vector<Record>* general = nullptr;
  for (const RrsetTimeline& timeline : changing) {
    if (timeline.type() != type || !timeline.covers(view.region)) continue;
    const std::vector<Record>* version = timeline.current(view);
    if (version == nullptr) continue;
    if (!timeline.regions().empty()) return version;
    general = version;
  }
  return general;
}

const Record* ZoneNode::first(Type type, const View& view) const {
  const Record* found = nullptr;
  each(view, [&](const Record& record) {
    if (found == nullptr && record.type == type) found = &record;
  });
  return found;
}

bool ZoneNode::exists(const View& view) const {
  if (changing.empty() || has_children) return true;
  bool any = false;
  each(view, [&any](const Record&) { any = true; });
  return any;
}

void ZoneNode::rebuild(Type type) {
  std::vector<Record> base;
  std::copy_if(records.begin(), records.end(), std::back_inserter(base),
               [type](const Record& record) { return record.type == type; });
  for (RrsetTimeline& timeline : changing) {
    if (timeline.type() == type) timeline.rebuild(base);
  }
}

}  // namespace mailrig::dns
