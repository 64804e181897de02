// The desk between a reference sender and the rest of a run. It hands planned and forwarded messages to the sender,
// tells the ledger what the sender reports, writes the sender's bounces and gives out the content of what is on its
// way. Both runtimes use it; they differ only in how they carry out commands. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fakes/base/draw.h"
#include "fakes/mail/outgoing.h"
#include "fakes/policy/session.h"
#include "sim/measure/ledger.h"
#include "sim/plan/mix.h"
#include "sim/sender/sender.h"
#include "sim/world/desk_duty.h"
#include "sim/world/message_signer.h"
#include "sim/world/outgoing_mail.h"
#include "sim/world/representatives.h"

namespace mailrig::world {

// Whether messages exist as bytes (live), or only as facts with one message that represents many (virtual time).
enum class Content : std::uint8_t { rendered, facts_only };

class SenderDesk {
 public:
  // `finished` is told the traffic entry of every message that the sender is done with. `signer` signs what is
  // submitted here, bounces included. All that is lent must outlive the desk.
  SenderDesk(sender::Config config, Draw draw, const plan::Traffic& traffic, measure::Ledger& ledger, Content content,
             std::unique_ptr<DeskDuty> duty, std::function<void(Instant, std::uint32_t traffic)> finished,
             MessageSigner signer = MessageSigner());

  const sender::Config& config() const { return sender_.config(); }
  void submit(Instant now, plan::PlannedMessage message);

  // A message of a forwarder, under an id that the ledger knows it by.
  void relay(Instant now, std::uint64_t id, mail::Outgoing message);

  std::optional<sender::Command> next_command(Instant now) { return sender_.next_command(now); }
  Instant next_wakeup() const { return sender_.next_wakeup(); }
  sender::QueueSizes queue() const { return sender_.sizes(); }

  // What a `send` command puts on the wire.
  struct Load {
    std::string_view mail_from;
    std::uint64_t size_bytes = 0;  // signatures included
    bool smtputf8 = false;
    bool eight_bit = false;
  };
  Load load(std::uint64_t message) const;
  const std::string& recipient(std::uint64_t message, std::uint32_t index) const;
  // The same bytes at every attempt.
  std::string content(std::uint64_t message) const;
  // What receivers get to know about a message that exists only as a plan: the same that is read off the rendered one,
  // but for the content, which is that of its representative. Valid until it is asked for the next one.
  const policy::MessageFacts& facts(std::uint64_t message);

  // Carrying out a command came to this; `session_key` names the connection on both of its ends.
  void opening(sender::ConnectionId connection, std::uint64_t session_key, const IpAddress& source);
  void sending(sender::ConnectionId connection, std::uint64_t message);
  void resolved(Instant now, std::string_view domain, const dns::MxResult& result);
  void connected(Instant now, sender::ConnectionId connection);
  void connection_failed(Instant now, sender::ConnectionId connection, const smtp::SessionFailure& failure);
  void source_failed(Instant now, sender::ConnectionId connection);
  void transaction_done(Instant now, sender::ConnectionId connection, smtp::TransactionResult result,
                        bool timed_out = false);
  void connection_closed(Instant now, sender::ConnectionId connection);
  // See sender::Sender.
  void complained(Instant now, std::uint32_t stream, const IpAddress& source, std::string_view address);
  void suppress(Instant now, std::string_view address, bool suppressed);

 private:
  // What names a planned message; all else about it follows.
  struct Origin {
    std::uint32_t traffic = 0;
    std::uint64_t slot = 0;
    Instant intended{};
    Instant submitted{};
    const Representative* representative = nullptr;  // virtual time only
  };
  struct Bounce {
    std::string content;                             // empty in virtual time
    const Representative* representative = nullptr;  // virtual time only
  };
  struct Relayed {
    mail::Outgoing message;
    Instant taken{};
  };
  struct Connection {
    std::uint64_t session_key = 0;
    IpAddress source;
  };

  void settle();
  void record_warmup(const sender::WarmupDay& day);
  void record_attempt(sender::Event& event);
  void write_bounce(const sender::Event& event);
  std::string bounce_content(const sender::Event& event, std::uint64_t bounce, std::string_view original);
  void forget(std::uint64_t message, Instant now);
  // Whom a failure of the message is told, and since when it is here.
  const std::string& return_path(const sender::QueuedMessage& message) const;
  Instant arrived(std::uint64_t message) const;
  // In virtual time.
  std::string_view representative_content(std::uint64_t message) const;
  plan::PlannedMessage planned(const Origin& origin) const;

  sender::Sender sender_;
  const plan::Traffic& traffic_;
  OutgoingMail mail_;
  measure::Ledger& ledger_;
  Content content_;
  std::unique_ptr<DeskDuty> duty_;
  std::function<void(Instant, std::uint32_t)> finished_;
  Representatives representatives_;
  // Of planned messages, by id; never iterated.
  boost::unordered_flat_map<std::uint64_t, Origin> origins_;
  std::unordered_map<std::uint64_t, std::string> signatures_;  // of those that are signed, by id; live only
  std::unordered_map<std::uint64_t, Relayed> relayed_;         // by id
  std::unordered_map<std::uint64_t, Bounce> bounces_;          // by id
  boost::unordered_flat_map<sender::ConnectionId, Connection> connections_;  // never iterated
  measure::OfferedMessage offered_;  // of the last message, whose memory the next one uses again
  policy::MessageFacts facts_;       // likewise
  std::uint64_t bounces_written_ = 0;
  std::uint64_t held_ = 0;  // of the sender's mail, as the ledger knows it
  bool timed_out_ = false;  // how the report that is being settled ended
};

}  // namespace mailrig::world
