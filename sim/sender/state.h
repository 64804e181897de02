// The inside of a Sender. schedule.cc decides what to do next, sender.cc takes in what happened. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim/sender/connections.h"
#include "sim/sender/destination.h"
#include "sim/sender/fifo.h"
#include "sim/sender/journal.h"
#include "sim/sender/outcomes.h"
#include "sim/sender/queue.h"
#include "sim/sender/sender.h"
#include "sim/sender/sources.h"

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
  Outcomes outcomes{config, draw, queue, journal};
  Names hosts;
  Destinations destinations;
  Connections connections{destinations};
  Sources sources;
  Fifo<std::uint32_t> active;
  Fifo<std::uint32_t> line;      // destinations that wait for a place under connections_max
  Fifo<ConnectionId> farewells;  // connections that are closing and were not told to quit yet
  Timers uncrowded;              // when a destination may be asked for further connections again
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_destination;  // scratch of split()

  void advance(Instant to);
  void activate(std::uint32_t destination);
  void split(std::uint32_t message);

  std::optional<Command> next_command();
  std::optional<Command> step(std::uint32_t destination);
  std::optional<Command> send_on_idle(std::uint32_t destination);
  std::optional<Command> open(std::uint32_t destination);
  Command quit(std::uint32_t slot);

  bool lookup_allows_mail(std::uint32_t destination);
  void surrender(std::uint32_t destination);
  void conclude_list(PartList& list, const Where& where, const smtp::RecipientResult& result,
                     const smtp::Reply* own_words = nullptr);
  std::uint32_t open_slot(ConnectionId connection, Connection::Phase phase) const;
};

}  // namespace mailrig::sender
