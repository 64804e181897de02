// Carries out one sender's commands in virtual time: connections to receivers without sockets. Where the live client
// sends bytes, this calls the receiver's phases directly; what the replies mean is decided by the same
// smtp::Transaction. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/time_queue.h"
#include "fakes/dns/mx_lookup.h"
#include "fakes/policy/session.h"
#include "fakes/smtp/transaction.h"
#include "sim/world/sender_desk.h"
#include "sim/world/world.h"

namespace mailrig::virtual_time {

class Link {
 public:
  // Both must outlive the link. `number` tells the links of a run apart.
  Link(world::World& world, world::SenderDesk& desk, std::uint32_t number);

  // When something is due: here, or with the sender.
  Instant next() const;
  // Does all that is due.
  void advance(Instant now);
  // Down: what is open from that address breaks off, and nothing more gets out from there.
  void set_source(Instant now, const IpAddress& source, bool up);

 private:
  enum class Step : std::uint8_t {
    resolved,
    greet,
    helo,
    helo_in_tls,
    connected,
    mail,
    rcpt,
    data,
    done,
    failed,
    quit
  };

  struct Event {
    Instant at{};
    Step step = Step::resolved;
    std::uint32_t connection = 0;  // its slot
    std::string_view domain{};     // resolved; valid as long as the sender
  };

  struct Connection {
    sender::ConnectionId id = 0;
    std::uint32_t receiver = 0;
    policy::Session session{};
    policy::Certificate certificate{};  // that the server shows on this connection
    bool greeted = false;               // the receiver knows of it
    bool ready = false;                 // the sender may use it
    bool under_way = false;             // a step of it is in the queue
    bool broken = false;                // nobody knows of it any more; that step finds it so
    bool server_closes = false;         // after the reply under way
    smtp::SessionFailure failure{};     // what Step::failed reports
    // The transaction under way.
    std::uint64_t message = 0;
    world::SenderDesk::Load load{};
    std::vector<std::string_view> recipients{};  // valid until the sender is done with the message
    std::size_t next_recipient = 0;
    std::optional<smtp::Transaction> transaction{};
  };

  void carry_out(Instant now, const sender::Command& command);
  // Does one step and says which comes next, and when; nothing when the sender has the word.
  std::optional<Event> perform(const Event& event);
  Event greet(Instant now, std::uint32_t slot);
  Event helo(Instant now, std::uint32_t slot, bool in_tls);
  Event mail(Instant now, std::uint32_t slot);
  Event rcpt(Instant now, std::uint32_t slot);
  Event data(Instant now, std::uint32_t slot);
  void finish_transaction(Instant now, std::uint32_t slot);
  std::uint32_t open(const sender::Command& command);
  void begin(Connection& connection, const sender::Command& command);
  void close(Instant now, std::uint32_t slot);
  void fail(Instant now, std::uint32_t slot);
  void release(std::uint32_t slot);
  // As when its source goes down: the sender is told at once.
  void break_off(Instant now, std::uint32_t slot);

  // The reply to a verdict as the client reads it; nothing when the server closes without a word. An acceptance is not
  // worth its text.
  std::optional<smtp::Reply> reply(Instant now, Connection& connection, const policy::Verdict& verdict,
                                   std::string_view recipient = {}, const policy::MessageFacts* message = nullptr);
  receiver::Receiver& receiver_of(const Connection& connection) { return *world_.receivers[connection.receiver]; }
  // What one command and its reply take on the wire.
  Duration round_trip(const Connection& connection) const { return 2 * world_.wires[connection.receiver].latency; }
  // What it takes for the message under way.
  Duration transfer(const Connection& connection) const;

  world::World& world_;
  // Names a connection of this link to the receivers and the ledger.
  std::uint64_t session_key(sender::ConnectionId connection) const {
    return connection ^ static_cast<std::uint64_t>(number_) << 56;
  }

  world::SenderDesk& desk_;
  std::uint32_t number_;
  dns::MxMemo mx_;
  TimeQueue<Event> queue_;
  // Closed ones stay, so that the next one finds their memory.
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::uint32_t> free_;
  boost::unordered_flat_map<sender::ConnectionId, std::uint32_t> slots_;  // of the open ones; their order never counts
  std::set<IpAddress> dead_sources_;
};

}  // namespace mailrig::virtual_time
