#include "sim/world/sender_desk.h"

#include <fmt/format.h>

#include <utility>

#include "fakes/base/check.h"
#include "fakes/mail/body_digest.h"
#include "fakes/mail/header.h"
#include "fakes/report_format/dsn.h"

namespace mailrig::world {
namespace {

// In virtual time nobody reads a bounce, so it is not written; limits still need a size.
constexpr std::uint64_t bounce_bytes_nominal = 4'096;

}  // namespace

SenderDesk::SenderDesk(sender::Config config, Draw draw, const plan::Traffic& traffic, measure::Ledger& ledger,
                       Content content, std::unique_ptr<DeskDuty> duty,
                       std::function<void(Instant, std::uint32_t)> finished)
    : sender_(std::move(config), draw),
      traffic_(traffic),
      ledger_(ledger),
      content_(content),
      duty_(std::move(duty)),
      finished_(std::move(finished)) {}

void SenderDesk::submit(Instant now, const plan::PlannedMessage& message) {
  measure::OfferedMessage offered{.id = message.id,
                                  .stream = message.mail,
                                  .slot = message.slot,
                                  .intended = message.intended,
                                  .mail_from = message.mail_from,
                                  .recipients = {},
                                  .size_bytes = message.size_bytes,
                                  .body_digest = 0};
  if (content_ == Content::rendered) {
    const std::string rendered = traffic_.render(message);
    offered.body_digest = traffic_.body_digest(message, rendered);
    if (duty_->hands_over()) {
      offered.loose_body_digest =
          mail::loose_body_digest(std::string_view(rendered).substr(mail::body_offset(rendered)));
    }
  }
  sender::QueuedMessage queued{.id = message.id,
                               .mail_from = message.mail_from,
                               .recipients = {},
                               .size_bytes = message.size_bytes,
                               .smtputf8 = message.smtputf8,
                               .eight_bit = message.eight_bit};
  for (const auto& recipient : message.recipients) {
    offered.recipients.push_back({recipient.address, recipient.receiver});
    queued.recipients.push_back(recipient.address);
  }
  origins_[message.id] = {message.traffic, message.slot, message.intended, now};
  ledger_.offered(offered);
  duty_->taken(now, message.id);
  sender_.submit(now, std::move(queued));
  settle();
}

void SenderDesk::relay(Instant now, std::uint64_t id, mail::Outgoing message) {
  sender::QueuedMessage queued{.id = id,
                               .mail_from = message.mail_from,
                               .recipients = {message.recipient},
                               .size_bytes = message.traits.size,
                               .smtputf8 = message.smtputf8,
                               .eight_bit = message.eight_bit,
                               .bounce = message.return_to.empty()};
  relayed_[id] = {std::move(message), now};
  sender_.submit(now, std::move(queued));
  settle();
}

const std::string& SenderDesk::return_path(const sender::QueuedMessage& message) const {
  const auto relayed = relayed_.find(message.id);
  return relayed == relayed_.end() ? message.mail_from : relayed->second.message.return_to;
}

Instant SenderDesk::arrived(std::uint64_t message) const {
  const auto relayed = relayed_.find(message);
  return relayed == relayed_.end() ? origins_.at(message).submitted : relayed->second.taken;
}

plan::PlannedMessage SenderDesk::planned(const Origin& origin) const {
  return traffic_.message(origin.traffic, origin.slot, origin.intended);
}

SenderDesk::Load SenderDesk::load(std::uint64_t message) const {
  const sender::QueuedMessage* queued = sender_.find(message);
  CHECK(queued != nullptr);
  return {.mail_from = queued->mail_from,
          .size_bytes = queued->size_bytes,
          .smtputf8 = queued->smtputf8,
          .eight_bit = queued->eight_bit};
}

policy::MessageFacts SenderDesk::facts(std::uint64_t message) const {
  const sender::QueuedMessage* queued = sender_.find(message);
  CHECK(queued != nullptr);
  policy::MessageFacts facts;
  facts.size = queued->size_bytes;
  if (const auto origin = origins_.find(message); origin != origins_.end()) {
    mail::MessageTraits traits = traffic_.traits(planned(origin->second));
    facts.rig_id = traits.rig_id;
    facts.message_id = std::move(traits.message_id);
    facts.header_from_domain = std::move(traits.header_from_domain);
    facts.received_hops = traits.received_hops;
  } else if (const auto relayed = relayed_.find(message); relayed != relayed_.end()) {
    const mail::Outgoing& outgoing = relayed->second.message;
    facts.rig_id = outgoing.traits.rig_id;
    facts.message_id = outgoing.traits.message_id;
    facts.header_from_domain = outgoing.traits.header_from_domain;
    facts.received_hops = outgoing.traits.received_hops;
    facts.content_key = outgoing.content_key;
    if (outgoing.content) facts.content = *outgoing.content;
  } else {
    facts.header_from_domain = config().domain;  // a bounce is from MAILER-DAEMON
  }
  return facts;
}

const std::string& SenderDesk::recipient(std::uint64_t message, std::uint32_t index) const {
  const sender::QueuedMessage* queued = sender_.find(message);
  CHECK(queued != nullptr && index < queued->recipients.size());
  return queued->recipients[index];
}

std::string SenderDesk::content(std::uint64_t message) const {
  if (const auto bounce = bounces_.find(message); bounce != bounces_.end()) return bounce->second;
  if (const auto relayed = relayed_.find(message); relayed != relayed_.end()) return *relayed->second.message.content;
  const auto origin = origins_.find(message);
  CHECK(origin != origins_.end());
  return traffic_.render(planned(origin->second));
}

void SenderDesk::opening(sender::ConnectionId connection, std::uint64_t session_key, const IpAddress& source) {
  connections_[connection] = {session_key, source};
}

void SenderDesk::sending(sender::ConnectionId connection, std::uint64_t message) {
  duty_->transaction_started(connections_.at(connection).session_key, message);
}

void SenderDesk::resolved(Instant now, std::string_view domain, const dns::MxResult& result) {
  sender_.resolved(now, domain, result);
  settle();
}

void SenderDesk::connected(Instant now, sender::ConnectionId connection) {
  sender_.connected(now, connection);
  settle();
}

void SenderDesk::connection_failed(Instant now, sender::ConnectionId connection, const smtp::SessionFailure& failure) {
  timed_out_ = failure.timed_out;
  sender_.connection_failed(now, connection, failure);
  settle();
  connections_.erase(connection);
}

void SenderDesk::transaction_done(Instant now, sender::ConnectionId connection, smtp::TransactionResult result,
                                  bool timed_out) {
  timed_out_ = timed_out;
  sender_.transaction_done(now, connection, std::move(result));
  settle();
}

void SenderDesk::connection_closed(Instant now, sender::ConnectionId connection) {
  sender_.connection_closed(now, connection);
  settle();
  connections_.erase(connection);
}

void SenderDesk::settle() {
  while (auto event = sender_.next_event()) {
    switch (event->kind) {
      case sender::Event::Kind::attempt:
        record_attempt(*event);
        break;
      case sender::Event::Kind::final:
        duty_->final(*event);
        break;
      case sender::Event::Kind::bounce:
        if (duty_->bounces()) write_bounce(*event);
        break;
      case sender::Event::Kind::done:
        bounces_.erase(event->message);
        relayed_.erase(event->message);
        duty_->done(event->at, event->message);
        if (const auto origin = origins_.extract(event->message)) finished_(event->at, origin.mapped().traffic);
        break;
    }
  }
  timed_out_ = false;
}

void SenderDesk::record_attempt(const sender::Event& event) {
  measure::SenderAttempt attempt{.now = event.at,
                                 .message = event.message,
                                 .recipient = event.recipient,
                                 .session_key = 0,
                                 .source = {},
                                 .result = event.result,
                                 .timed_out = timed_out_ && !event.result.reply};
  if (const auto connection = connections_.find(event.connection); connection != connections_.end()) {
    attempt.session_key = connection->second.session_key;
    attempt.source = connection->second.source;
  }
  duty_->attempt(attempt);
}

void SenderDesk::write_bounce(const sender::Event& event) {
  const sender::QueuedMessage* failed = sender_.find(event.message);
  CHECK(failed != nullptr);
  sender::QueuedMessage bounce{.id = combine(event.message, ++bounces_written_),
                               .mail_from = "",
                               .recipients = {return_path(*failed)},
                               .size_bytes = bounce_bytes_nominal,
                               .bounce = true};
  if (content_ == Content::rendered) {
    const std::string original = content(event.message);
    report_format::FailureReport report{.reporting_host = config().helo,
                                        .to = return_path(*failed),
                                        .message_id = fmt::format("{:016x}.bounce@{}", bounce.id, config().domain),
                                        .arrived = arrived(event.message),
                                        .now = event.at,
                                        .failures = {},
                                        .original = original};
    for (const auto& failure : event.failures) {
      report.failures.push_back({.address = failed->recipients[failure.recipient],
                                 .reply = failure.reply,
                                 .remote_host = std::string(failure.remote_host),
                                 .expired = failure.outcome == sender::Event::Outcome::expired});
    }
    std::string content = report_format::write_failure_dsn(report);
    bounce.size_bytes = content.size();
    bounces_.emplace(bounce.id, std::move(content));
  }
  sender_.submit(event.at, std::move(bounce));
}

}  // namespace mailrig::world
