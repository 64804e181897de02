// One recipient domain as the sender sees it: what its MX lookup said, which addresses failed lately, its connections
// and the parts that are ready for it. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/dns/mx_lookup.h"
#include "fakes/smtp/client_session.h"
#include "sim/sender/names.h"
#include "sim/sender/queue.h"
#include "sim/sender/sender.h"
#include "sim/sender/shape.h"

namespace mailrig::sender {

// How long an address that failed is tried only after the others, and how long a destination that refuses further
// connections is not asked for one.
inline constexpr Duration failure_memory = std::chrono::seconds(60);

// One address of one MX host.
struct MxAddress {
  std::uint16_t preference = 0;
  std::string_view host;
  IpAddress address;
  std::optional<Instant> failed_at{};
  bool tried = false;  // and failed since the last success or surrender of this destination
};

// Where a try was made; empty when no connection was attempted.
struct Where {
  ConnectionId connection = 0;
  IpAddress address;
  std::string_view host;
};

struct Destination {
  enum class Lookup : std::uint8_t { needed, under_way, answered };

  std::string_view domain;
  // With a warm-up, each of the sender's addresses has a destination of its own for each domain.
  std::uint32_t holding = none;  // where mail for the domain waits
  std::uint32_t source = none;   // index of the address

  Lookup lookup = Lookup::needed;
  dns::MxStatus status = dns::MxStatus::ok;  // of the answer
  Instant answer_expires{};
  std::vector<MxAddress> addresses;  // in the answer's order

  PriorityList ready;
  PriorityList ready_fresh;  // only for a connection that was not used before

  std::uint32_t opening = 0;
  std::uint32_t busy = 0;
  std::uint32_t closing = 0;
  std::vector<std::uint32_t> idle;  // connection slots, the one used last at the end
  std::uint64_t attempts = 0;       // to connect, so far

  // The last connection that failed in this round of addresses.
  Where failed_where;
  smtp::SessionFailure failure;
  Instant crowded_until{};  // before this, one connection has to do

  std::uint32_t shape = 0;    // of Shapes
  Instant held_back_until{};  // by a reply rule, or by its rate; connections that are open stay
  Instant wakes_at = never;   // when a timer will have it looked at again

  bool active = false;   // in the ring of destinations to look at
  bool in_line = false;  // for a place under connections_max

  std::uint32_t connections() const { return opening + busy + closing + static_cast<std::uint32_t>(idle.size()); }
  // There is a connection that mail can go over, now or when it is free.
  bool works() const { return busy > 0 || !idle.empty(); }
  std::uint32_t all_ready() const { return ready.size() + ready_fresh.size(); }
  bool has_ready() const { return all_ready() > 0; }
  // Parts that are on their way or about to be.
  std::uint32_t in_hand() const { return all_ready() + busy; }
};

// Domains in lower case, numbered in the order in which they were first seen. Grows with distinct domains only.
class Destinations {
 public:
  // `shapes` must outlive it.
  explicit Destinations(const Shapes& shapes) : shapes_(shapes) {}
  // `source`: of one address, with a warm-up.
  std::uint32_t find_or_add(std::string_view domain, std::uint32_t source = none);
  Destination& operator[](std::uint32_t index) { return destinations_[index]; }
  std::uint32_t end() const { return destinations_.end(); }

 private:
  const Shapes& shapes_;
  Names domains_;
  Slab<Destination> destinations_;
  std::string lower_;
};

// What follows the last '@', or nothing when there is none or nothing follows it.
std::optional<std::string_view> domain_of(std::string_view address);

// Which address families the sender can connect from.
struct Families {
  bool v4 = true;
  bool v6 = true;
  bool has(const IpAddress& address) const { return address.is_v6() ? v6 : v4; }
};

// Takes over an answer. It is kept for its TTL, within a second and an hour; a temporary failure for 30 s, so that a
// burst of mail to a broken zone asks once. What is known about addresses that stay is kept.
void take_answer(Destination& destination, Instant now, const dns::MxResult& result, Families families, Names& hosts);

// The next address to connect to in this round, or null when all of them were tried (RFC 5321 §5.1): by preference,
// equal preferences in an order drawn per attempt, the addresses of a host in the answer's order; those that failed
// within `failure_memory` only after all others.
const MxAddress* choose_address(const Destination& destination, Instant now, const Draw& draw, std::string_view entity);

// Not again in this round. A 5yz greeting speaks for the whole host.
void note_failure(Destination& destination, Instant now, const Where& where, const smtp::SessionFailure& failure);
// A new round, with a clean slate for this address.
void note_success(Destination& destination, const IpAddress& address);
void start_new_round(Destination& destination);

}  // namespace mailrig::sender
