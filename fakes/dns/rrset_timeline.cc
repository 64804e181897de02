#include "fakes/dns/rrset_timeline.h"

#include <algorithm>
#include <utility>

#include "fakes/base/draw.h"

namespace mailrig::dns {
namespace {

bool begins_with(const Record& record, std::string_view prefix) {
  const auto* txt = std::get_if<Txt>(&record.data);
  return txt != nullptr && txt->joined().starts_with(prefix);
}

// What stays of `before`, and the new values behind it.
std::vector<Record> replaced(const std::vector<Record>& before, const RrsetChange& change,
                             const std::vector<Data>& values) {
  std::vector<Record> after;
  if (!change.txt_prefix.empty()) {
    std::copy_if(before.begin(), before.end(), std::back_inserter(after),
                 [&](const Record& record) { return !begins_with(record, change.txt_prefix); });
  }
  for (const Data& value : values) after.push_back({change.name, change.type, change.ttl_s, value});
  return after;
}

}  // namespace

Duration propagation_delay(Duration propagation, std::string_view region, std::string_view name) {
  if (propagation <= Duration::zero()) return Duration::zero();
  constexpr std::string_view purpose = "dns-propagation";
  const std::uint64_t bits = combine(stable_hash(region, stable_hash(purpose)), stable_hash(name));
  return Duration(static_cast<Duration::rep>(below(bits, static_cast<std::uint64_t>(propagation.count()))) + 1);
}

bool RrsetTimeline::covers(std::string_view region) const {
  return regions_.empty() || std::find(regions_.begin(), regions_.end(), region) != regions_.end();
}

void RrsetTimeline::add(RrsetChange change) {
  const auto place = std::upper_bound(changes_.begin(), changes_.end(), change.at,
                                      [](Instant at, const RrsetChange& other) { return at < other.at; });
  changes_.insert(place, std::move(change));
}

void RrsetTimeline::rebuild(const std::vector<Record>& base) {
  versions_.clear();
  std::vector<std::vector<Record>> turns{base};
  for (const RrsetChange& change : changes_) {
    if (change.alternating.empty()) {
      for (auto& turn : turns) turn = replaced(turn, change, change.values);
      // Whatever took turns before has been replaced, unless it was other TXT records.
      if (change.txt_prefix.empty()) turns.resize(1);
    } else {
      const auto before = std::move(turns.front());
      turns.clear();
      for (const auto& values : change.alternating) turns.push_back(replaced(before, change, values));
    }
    Duration every = change.every;
    if (change.alternating.empty()) {
      every = turns.size() > 1 && !versions_.empty() ? versions_.back().every : Duration::zero();
    }
    versions_.push_back({change.at, change.propagation, every, turns});
  }
}

const std::vector<Record>* RrsetTimeline::current(const View& view) const {
  // Servers copy zones as a whole: who sees a version has all the changes before it.
  for (std::size_t i = versions_.size(); i-- > 0;) {
    const Version& version = versions_[i];
    if (version.at > view.now) continue;
    const Duration delay = propagation_delay(version.propagation, view.region, changes_[i].name);
    if (later(version.at, delay) > view.now) continue;
    if (version.every <= Duration::zero()) return &version.turns.front();
    const auto turn = static_cast<std::size_t>((view.now - version.at) / version.every);
    return &version.turns[turn % version.turns.size()];
  }
  return nullptr;
}

}  // namespace mailrig::dns
