// Mail that waits at the gate of a warm-up, and how it gets its places.
#include <algorithm>

#include "fakes/mail/text.h"
#include "sim/sender/state.h"

namespace mailrig::sender {
namespace {

// So many parts for each connection are let through at once: one on its way and one behind it. What a rule then stops
// has not left yet.
constexpr std::uint32_t parts_per_connection = 2;

}  // namespace

std::uint32_t Sender::State::group_of(std::string_view domain) {
  const auto& groups = config.warmup_groups;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (std::find(groups[i].begin(), groups[i].end(), domain) != groups[i].end()) return static_cast<std::uint32_t>(i);
  }
  return static_cast<std::uint32_t>(groups.size()) + held_domains.intern(domain);
}

// `domain` in lower case.
std::uint32_t Sender::State::holding_of(std::string_view domain) {
  const std::uint32_t index = held_domains.intern(domain);
  if (index < holdings.size()) return index;
  Holding& added = holdings.emplace_back();
  added.group = group_of(domain);
  for (std::uint32_t source = 0; source < config.source_ips.size(); ++source) {
    added.destinations.push_back(destinations.find_or_add(domain, source));
    destinations[added.destinations.back()].holding = index;
  }
  return index;
}

std::uint32_t Sender::State::lane_of(const IpAddress& source, std::string_view address) {
  const auto domain = domain_of(address);
  const auto own = std::find(config.source_ips.begin(), config.source_ips.end(), source);
  if (!gate || !domain || own == config.source_ips.end()) return none;
  const std::uint32_t group = group_of(mail::to_lower(*domain));
  return gate->lane(group, static_cast<std::uint32_t>(own - config.source_ips.begin()));
}

bool Sender::State::asked_for(const Holding& holding) {
  return std::any_of(holding.destinations.begin(), holding.destinations.end(), [this](std::uint32_t index) {
    return destinations[index].lookup == Destination::Lookup::under_way;
  });
}

void Sender::State::count_held(std::uint32_t group, std::int64_t copies) {
  if (held_copies.size() <= group) held_copies.resize(group + 1);
  held_copies[group] += static_cast<std::uint64_t>(copies);
  held_copies_in_all += static_cast<std::uint64_t>(copies);
}

void Sender::State::hold(std::uint32_t index) {
  const Part& part = queue.part(index);
  Holding& holding = holdings[part.holding];
  queue.append(part.lane == none ? holding.fresh : holding.again, index);
  count_held(holding.group, part.count);
}

void Sender::State::release(std::uint32_t index) {
  Holding& holding = holdings[index];
  const auto sources_count = static_cast<std::uint32_t>(holding.destinations.size());
  bool granted = true;
  while (granted && !holding.empty()) {
    granted = false;
    for (std::uint32_t i = 0; i < sources_count && !granted; ++i) {
      granted = grant(holding, (holding.turn + i) % sources_count);
    }
  }
  gate->held(now, holding.group, held_copies[holding.group]);
  if (holding.empty()) return;
  Instant reopens = never;
  for (std::uint32_t source = 0; source < sources_count; ++source) {
    const std::uint32_t lane = gate->lane(holding.group, source);
    const Instant rests_until = sources.rests_until(config.source_ips[source]);
    if (now < rests_until) reopens = std::min(reopens, rests_until);
    // Where there is room the connections are in use and ask again when one is free, or it is kept for mail that will
    // ask for it.
    if (gate->room(now, lane) == 0) reopens = std::min(reopens, gate->reopens(now, lane));
  }
  if (reopens >= holding.looked_at) return;
  holding.looked_at = reopens;
  reopening.set(reopens, index);
}

// A place at one of the sender's addresses.
bool Sender::State::grant(Holding& holding, std::uint32_t source) {
  const std::uint32_t lane = gate->lane(holding.group, source);
  const std::uint32_t to = holding.destinations[source];
  const std::uint32_t connections_max = shapes[destinations[to].shape].connections_max;
  if (rests(source) || destinations[to].in_hand() >= parts_per_connection * connections_max) return false;
  const std::uint32_t index = take_held(holding, lane);
  if (index == none) return false;
  Part& part = queue.part(index);
  gate->take(now, lane, part.count);
  count_held(holding.group, -static_cast<std::int64_t>(part.count));
  if (part.lane == none) part.born = now;
  part.lane = lane;
  part.destination = to;
  part.place_day = pacing::day_begin(now);
  part.counted = false;
  holding.turn = (source + 1) % static_cast<std::uint32_t>(holding.destinations.size());
  queue.append(destinations[to].ready, index);
  activate(to);
  return true;
}

// The most urgent, and among equals what was tried before, and what waits longest.
std::uint32_t Sender::State::take_held(Holding& holding, std::uint32_t lane) {
  for (std::size_t priority = 0; priority < priorities; ++priority) {
    for (PriorityList* lists : {&holding.again, &holding.fresh}) {
      PartList& list = lists->by_priority[priority];
      if (list.size == 0) continue;
      const std::uint64_t room = lists == &holding.again ? gate->room(now, lane) : gate->room_for_new(now, lane);
      if (room == 0) continue;
      const std::uint32_t index = queue.take_first(list);
      if (queue.part(index).count > room) {
        queue.prepend(list, queue.split_part(index, static_cast<std::uint32_t>(room)));
      }
      return index;
    }
  }
  return none;
}

void Sender::State::vacate(std::uint32_t source) {
  for (std::uint32_t i = 0; i < holdings.size(); ++i) {
    Destination& destination = destinations[holdings[i].destinations[source]];
    for (PriorityList* lists : {&destination.ready, &destination.ready_fresh}) {
      while (PartList* const list = lists->most_urgent()) {
        const std::uint32_t index = queue.take_first(*list);
        const Part& part = queue.part(index);
        gate->give_back(now, part.lane, part.place_day, part.count);
        hold(index);
      }
    }
    release(i);
  }
}

}  // namespace mailrig::sender
