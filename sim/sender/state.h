// The inside of a Sender. schedule.cc decides what to do next, sender.cc takes in what happened. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "fakes/base/time_queue.h"
#include "sim/sender/connections.h"
#include "sim/sender/destination.h"
#include "sim/sender/fifo.h"
#include "sim/sender/journal.h"
#include "sim/sender/outcomes.h"
#include "sim/sender/queue.h"
#include "sim/sender/sender.h"
#include "sim/sender/sources.h"
#include "sim/sender/streams.h"
#include "sim/sender/suppression.h"
#include "sim/sender/warmup_gate.h"

namespace mailrig::sender {

// Destinations that may have something to do stand in a ring, and next_command() gives each one step in turn. Whatever
// could make a step possible puts its destination back into the ring; a step that finds nothing leaves it out, so that
// an idle sender costs nothing and next_wakeup() never promises a command that does not come.
struct Sender::State {
  State(Config sender_config, Draw sender_draw);

  const Config config;
  const Draw draw;
  Instant now{};
  Queue queue;
  Journal journal;
  std::optional<WarmupGate> gate;
  std::optional<SuppressionList> suppressed;
  Streams streams;
  Outcomes outcomes;
  Names hosts;
  Shapes shapes;
  Destinations destinations{shapes};
  Connections connections{destinations};
  Sources sources;
  Fifo<std::uint32_t> active;
  Fifo<std::uint32_t> line;         // destinations that wait for a place under connections_max
  Fifo<ConnectionId> farewells;     // connections that are closing and were not told to quit yet
  TimeQueue<std::uint32_t> waking;  // of destinations that wait for a time
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_destination;  // scratch of split()

  // Where mail for one domain waits for a place in the warm-up (held_mail.cc).
  struct Holding {
    std::uint32_t group = 0;
    std::vector<std::uint32_t> destinations;  // one for each of the sender's addresses
    PriorityList again;                       // tried on an earlier day
    PriorityList fresh;
    std::uint32_t turn = 0;     // the address that is asked first
    Instant looked_at = never;  // when a timer will have it looked at again
    bool empty() const { return again.size() + fresh.size() == 0; }
  };
  std::vector<Holding> holdings;
  Names held_domains;
  std::vector<std::uint64_t> held_copies;  // by group
  std::uint64_t held_copies_in_all = 0;
  TimeQueue<std::uint32_t> reopening;  // of holdings

  std::uint32_t holding_of(std::string_view domain);
  std::uint32_t group_of(std::string_view domain);
  // Where copies from `source` to `address` are counted; `none` without a warm-up.
  std::uint32_t lane_of(const IpAddress& source, std::string_view address);
  void hold(std::uint32_t part);
  // Gives places to what waits, as far as there are any and the connections can use them.
  void release(std::uint32_t holding);
  bool grant(Holding& holding, std::uint32_t source);
  // Takes one of those that wait for a place, if there is room for it.
  std::uint32_t take_held(Holding& holding, std::uint32_t lane);
  // Of Config::source_ips.
  bool rests(std::uint32_t source) const { return now < sources.rests_until(config.source_ips[source]); }
  // Takes back the places at an address that rests.
  void vacate(std::uint32_t source);
  // Somebody waits for the domain's MX.
  bool asked_for(const Holding& holding);
  void count_held(std::uint32_t group, std::int64_t copies);

  void advance(Instant to);
  void activate(std::uint32_t destination);
  // At that time, unless it is looked at before.
  void wake(std::uint32_t destination, Instant at);
  void split(std::uint32_t message);
  // The recipient is never tried, if so.
  bool suppresses(const QueuedMessage& message, std::uint32_t recipient);
  void stop_streams();
  // `held`: they wait at the gate, rather than for a connection.
  void drop_untried(PriorityList& lists, bool held);

  std::optional<Command> next_command();
  std::optional<Command> step(std::uint32_t destination);
  std::optional<Command> send_on_idle(std::uint32_t destination);
  std::optional<Command> open(std::uint32_t destination);
  Command quit(std::uint32_t slot);

  bool lookup_allows_mail(std::uint32_t destination);
  void surrender(std::uint32_t destination);
  void conclude_list(PriorityList& list, const Where& where, const smtp::RecipientResult& result,
                     const smtp::Reply* own_words = nullptr);
  // What the destination's rules have to say to the replies.
  void heed_replies(std::uint32_t destination, std::span<const smtp::RecipientResult> results);
  void hold_back(std::uint32_t destination, Instant until);
  void answered(std::uint32_t destination, const dns::MxResult& result);
  std::uint32_t open_slot(ConnectionId connection, Connection::Phase phase) const;
};

}  // namespace mailrig::sender
