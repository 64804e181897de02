#include "fakes/dns/zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/dns/name.h"
#include "fakes/dns/zone_text.h"

namespace mailrig::dns {
namespace {

constexpr int cname_hops_max = 8;

Error not_a_name(std::string_view text) {
  return {
      fmt::format("'{}' is no domain name: expected labels of 1 to 63 bytes between dots, 255 bytes at most", text)};
}

// Makes the names in the rdata canonical, in place.
Result<void> normalise(Data& data) {
  std::string* names[2] = {};
  if (auto* target = std::get_if<Target>(&data)) names[0] = &target->name;
  if (auto* mx = std::get_if<Mx>(&data)) names[0] = &mx->exchange;
  if (auto* soa = std::get_if<Soa>(&data)) {
    names[0] = &soa->mname;
    names[1] = &soa->rname;
  }
  for (std::string* name : names) {
    if (name == nullptr) continue;
    // The root may be written "." or "" in rdata: the null MX is either.
    auto canonical = canonical_name(*name);
    if (!canonical) return not_a_name(*name);
    *name = std::move(*canonical);
  }
  if (const auto* txt = std::get_if<Txt>(&data)) {
    const bool fits =
        std::all_of(txt->strings.begin(), txt->strings.end(), [](const auto& s) { return s.size() <= 255; });
    if (!fits) return Error{"a TXT string is longer than 255 bytes (RFC 1035 §3.3); split it, as Txt::of does"};
  }
  return {};
}

Error outside_every_zone(Type type, std::string_view name) {
  return {fmt::format("{} record for '{}' is outside every zone; add a zone (a SOA record) for it first",
                      to_string(type), name)};
}

Error at(Error error, const std::string& file, const PlacedRecord& placed) {
  return {std::move(error.message), file, placed.line, placed.column};
}

// Questions for what is at a name that is an alias (RFC 4035 §2.5), and not for what is at its target.
bool asks_for_alias(Type type) {
  return type == Type::cname || type == Type::any || type == Type::nsec || type == Type::rrsig;
}

Record negative_soa(const ZoneNode& apex, const View& view) {
  Record negative = apex.soa_at(view);
  // RFC 2308 §3: the TTL of the SOA in a negative answer is the smaller of the two.
  negative.ttl_s = std::min(negative.ttl_s, std::get<Soa>(negative.data).minimum_s);
  return negative;
}

}  // namespace

const Zones::Node* Zones::find(std::string_view name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : &found->second;
}

Zones::Node& Zones::make(std::string_view name) {
  // Ancestors come to exist with their descendants, up to the root, so that a zone added above later finds them.
  for (std::string_view ancestor = name; !ancestor.empty();) {
    ancestor = parent_name(ancestor);
    const auto [node, made] = nodes_.try_emplace(std::string(ancestor));
    node->second.has_children = true;
    if (!made) break;
  }
  return nodes_.try_emplace(std::string(name)).first->second;
}

const Zones::Node* Zones::zone_of(std::string_view name) const {
  for (;; name = parent_name(name)) {
    const Node* node = find(name);
    if (node != nullptr && node->soa() != nullptr) return node;
    if (name.empty()) return nullptr;
  }
}

const Zones::Node* Zones::zone_above(std::string_view name) const {
  const Node* above = name.empty() ? nullptr : zone_of(parent_name(name));
  return above != nullptr ? above : zone_of(name);
}

// RFC 4035 §3.1.4.1: a DS record, and that there is none, is for the parent to say.
const Zones::Node* Zones::zone_of(const Question& question) const {
  return question.type == Type::ds ? zone_above(question.name) : zone_of(question.name);
}

std::optional<std::string> Zones::apex_of(std::string_view name) const {
  const Node* zone = zone_of(name);
  if (zone == nullptr) return std::nullopt;
  return zone->soa()->name;
}

Result<void> Zones::add_zone(std::string_view apex, Soa soa) {
  const auto name = canonical_name(apex);
  if (!name) return not_a_name(apex);
  const std::string below = name->empty() ? "" : "." + *name;
  if (soa.mname.empty()) soa.mname = "ns" + below;
  if (soa.rname.empty()) soa.rname = "hostmaster" + below;
  return add(Record::soa(*name, std::move(soa)));
}

Result<void> Zones::add(Record record) {
  auto name = canonical_name(record.name);
  if (!name) return not_a_name(record.name);
  record.name = std::move(*name);
  if (auto normal = normalise(record.data); !normal) return normal.error();
  if (record.type != Type::soa && zone_of(record.name) == nullptr) return outside_every_zone(record.type, record.name);

  count_version();
  Node& node = make(record.name);
  if (record.type == Type::soa) {
    std::erase_if(node.records, [](const Record& old) { return old.type == Type::soa; });
  }
  for (const Record& old : node.records) {
    if (old.type != record.type) continue;
    if (old.data == record.data) return {};
    if (record.type == Type::cname) {
      return Error{fmt::format("'{}' is a CNAME for '{}' already, and a name has one at most (RFC 2181 §10.1)",
                               record.name, std::get<Target>(old.data).name)};
    }
  }
  const Type type = record.type;
  node.records.push_back(std::move(record));
  if (!node.changing.empty()) node.rebuild(type);
  return {};
}

Result<void> Zones::schedule(RrsetChange change) {
  auto name = canonical_name(change.name);
  if (!name) return not_a_name(change.name);
  change.name = std::move(*name);
  if (change.type == Type::soa || change.type == Type::any) {
    return Error{fmt::format("{} records do not change with time; change other types", to_string(change.type))};
  }
  const auto apex = apex_of(change.name);
  if (!apex) return outside_every_zone(change.type, change.name);
  if (!change.alternating.empty() && change.every <= Duration::zero()) {
    return Error{"values that are given in turn need a time that each is given for, longer than 0"};
  }
  for (Data& value : change.values) {
    if (auto normal = normalise(value); !normal) return normal.error();
  }
  for (auto& values : change.alternating) {
    for (Data& value : values) {
      if (auto normal = normalise(value); !normal) return normal.error();
    }
  }
  std::sort(change.regions.begin(), change.regions.end());
  const Type type = change.type;
  Node& node = make(change.name);
  auto timeline = std::find_if(node.changing.begin(), node.changing.end(), [&](const RrsetTimeline& other) {
    return other.type() == type && other.regions() == change.regions;
  });
  if (timeline == node.changing.end()) {
    timeline = node.changing.insert(timeline, RrsetTimeline(type, change.regions));
  }
  make(*apex).note_change(change);
  count_version();
  // What alternates never comes to rest.
  changes_.push_back({change.at, change.alternating.empty() ? later(change.at, change.propagation) : never});
  timeline->add(std::move(change));
  node.rebuild(type);
  return {};
}

Result<void> Zones::add_fault(Fault fault) {
  auto name = canonical_name(fault.name);
  if (!name) return not_a_name(fault.name);
  fault.name = std::move(*name);
  count_version();
  changes_.push_back({fault.from, fault.from});
  changes_.push_back({fault.until, fault.until});
  faults_.push_back(std::move(fault));
  return {};
}

void Zones::count_version() {
  static std::atomic<std::uint64_t> versions = 0;
  version_ = ++versions;
}

Instant Zones::steady_until(Instant now) const {
  Instant until = never;
  for (const Unsteady& change : changes_) {
    // The last region may see it at the very end.
    if (change.from <= now && now <= change.until && change.from != change.until) return now;
    if (change.from > now) until = std::min(until, change.from);
  }
  return until;
}

Result<void> Zones::add_zone_text(std::string_view text, const std::string& file_name, std::string_view origin) {
  const auto apex = canonical_name(origin);
  if (!apex) return not_a_name(origin);
  auto parsed = parse_zone_text(text, file_name, *apex);
  if (!parsed) return parsed.error();

  // A copy takes the whole text or none of it. SOAs go first, so that records may stand before the SOA of their zone.
  Zones next = *this;
  std::stable_partition(parsed->begin(), parsed->end(), [](const auto& p) { return p.record.type == Type::soa; });
  if (const Node* node = next.find(*apex); node == nullptr || node->soa() == nullptr) {
    if (auto added = next.add_zone(*apex); !added) return added.error();
  }
  for (PlacedRecord& placed : *parsed) {
    if (auto added = next.add(std::move(placed.record)); !added) return at(added.error(), file_name, placed);
  }
  *this = std::move(next);
  return {};
}

void Zones::add_reverse_zones() {
  for (const std::string_view apex : {"in-addr.arpa", "ip6.arpa"}) {
    const Node* node = find(apex);
    if (node == nullptr || node->soa() == nullptr) CHECK(add_zone(apex).has_value());
  }
}

Result<void> Zones::add_ptr(const IpAddress& ip, std::string_view name, std::uint32_t ttl_s) {
  std::string reverse = ip.reverse_name();
  if (zone_of(reverse) == nullptr) add_reverse_zones();
  return add(Record::ptr(std::move(reverse), std::string(name), ttl_s));
}

std::string_view Zones::encloser_of(std::string_view name, const View& view) const {
  for (std::string_view encloser = name; !encloser.empty();) {
    encloser = parent_name(encloser);
    const Node* node = find(encloser);
    if (node != nullptr && node->exists(view)) return encloser;
  }
  return {};
}

const Zones::Node* Zones::wildcard_below(std::string_view encloser) const {
  return find(wildcard_name(encloser));
}

// RFC 4592 §3.3: the closest encloser is the longest ancestor that exists, and only the wildcard right below it counts.
const Zones::Node* Zones::node_for(std::string_view name, const View& view) const {
  const Node* node = find(name);
  if (node != nullptr && node->exists(view)) return node;
  node = name.empty() ? nullptr : wildcard_below(encloser_of(name, view));
  return node != nullptr && node->exists(view) ? node : nullptr;
}

void Zones::append_matches(Answer& answer, const Node& node, const Question& question, const View& view) const {
  const bool all = question.type == Type::any && settings_.any == AnyAnswer::all;
  Type wanted = question.type;
  node.each(view, [&](const Record& record) {
    if (wanted == Type::any) wanted = all ? Type::any : record.type;
    if (wanted != Type::any && record.type != wanted) return;
    answer.answers.push_back(record.type == Type::soa ? node.soa_at(view) : record);
    answer.answers.back().name = question.name;  // a wildcard's record takes the name that was asked (RFC 4592 §2.2.1)
  });
}

bool Zones::suffer_faults(Answer& answer, const Question& question, const View& view) const {
  for (const Fault& fault : faults_) {
    if (!fault.meets(question, view) || !fault.strike(answer)) continue;
    // That a zone does not exist at all, the one above it says.
    const Node* node = find(question.name);
    const bool whole_zone = node != nullptr && node->soa() != nullptr;
    const Node* zone = whole_zone ? zone_above(question.name) : zone_of(question.name);
    if (answer.rcode == Rcode::nxdomain && zone != nullptr) answer.authority.push_back(negative_soa(*zone, view));
    return true;
  }
  return false;
}

std::optional<Place> Zones::place_of(Instant now, const Question& question) const {
  const View view{now, {}};
  const Node* zone = zone_of(question);
  if (zone == nullptr) return std::nullopt;
  Place place;
  place.apex = zone->soa()->name;
  place.denial_ttl_s = negative_soa(*zone, view).ttl_s;  // RFC 9077 §3
  const Node* node = find(question.name);
  if (node != nullptr && node->exists(view)) {
    place.encloser = place.source = question.name;
  } else {
    place.encloser = encloser_of(question.name, view);
    place.source = wildcard_name(place.encloser);
    node = wildcard_below(place.encloser);
  }
  if (node == nullptr || !node->exists(view)) return place;
  place.found = true;
  const bool begins_zone = node->soa() != nullptr;
  const bool from_above = begins_zone && place.apex != place.source;
  if (from_above) place.types.push_back(Type::ns);
  node->each(view, [&](const Record& record) {
    // Above a cut there are only NS and DS, below it anything but DS. Where NS cuts off no zone of ours we answer all
    // the same, so it is no cut.
    const bool seen = from_above ? record.type == Type::ds : record.type != (begins_zone ? Type::ds : Type::ns);
    if (seen) place.types.push_back(record.type);
  });
  std::sort(place.types.begin(), place.types.end());
  place.types.erase(std::unique(place.types.begin(), place.types.end()), place.types.end());
  return place;
}

Answer Zones::lookup(Instant now, const Question& question, std::string_view region) const {
  const View view{now, region};
  Answer answer;
  answer.cost = settings_.cost;
  auto name = canonical_name(question.name);
  if (!name) {
    answer.rcode = Rcode::formerr;
    return answer;
  }
  // RFC 1034 §4.3.2, without referrals.
  for (int hops = 0; hops <= cname_hops_max; ++hops) {
    if (!faults_.empty() && suffer_faults(answer, {*name, question.type}, view)) return answer;
    const Node* zone = zone_of(Question{*name, question.type});
    if (zone == nullptr) {
      // A chain that leaves our zones ends as on a real server: with what we know, unless we are the whole world.
      if (hops == 0 || settings_.outside == Rcode::nxdomain) answer.rcode = settings_.outside;
      return answer;
    }
    const Node* node = node_for(*name, view);
    if (node == nullptr) {
      answer.rcode = Rcode::nxdomain;
      answer.authority.push_back(negative_soa(*zone, view));
      return answer;
    }
    const Record* cname = node->first(Type::cname, view);
    if (cname == nullptr || asks_for_alias(question.type)) {
      const std::size_t before = answer.answers.size();
      append_matches(answer, *node, {*name, question.type}, view);
      if (answer.answers.size() == before) answer.authority.push_back(negative_soa(*zone, view));
      return answer;
    }
    answer.answers.push_back(*cname);
    answer.answers.back().name = *name;
    name = std::get<Target>(cname->data).name;
  }
  // A loop, or a chain longer than resolvers follow.
  answer.rcode = Rcode::servfail;
  answer.answers.clear();
  return answer;
}

}  // namespace mailrig::dns
