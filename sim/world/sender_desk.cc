#include "sim/world/sender_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"
#include "fakes/report_format/dsn.h"

namespace mailrig::world {
namespace {

// In virtual time bounces are not written one by one; limits still need a size.
constexpr std::uint64_t bounce_bytes_nominal = 4'096;

}  // namespace

SenderDesk::SenderDesk(sender::Config config, Draw draw, const plan::Traffic& traffic, measure::Ledger& ledger,
                       Content content, std::unique_ptr<DeskDuty> duty,
                       std::function<void(Instant, std::uint32_t)> finished, MessageSigner signer)
    : sender_(std::move(config), draw),
      traffic_(traffic),
      mail_(traffic, std::move(signer)),
      ledger_(ledger),
      content_(content),
      duty_(std::move(duty)),
      finished_(std::move(finished)) {}

void SenderDesk::submit(Instant now, plan::PlannedMessage message) {
  measure::OfferedMessage& offered = offered_;
  offered.id = message.id;
  offered.stream = message.mail;
  offered.slot = message.slot;
  offered.intended = message.intended;
  offered.mail_from = message.mail_from;
  offered.size_bytes = message.size_bytes;
  Origin origin{message.traffic, message.slot, message.intended, now};
  if (content_ == Content::rendered) {
    OutgoingMail::Submitted submitted = mail_.submit(message, now, duty_->hands_over());
    offered.body_digest = submitted.body_digest;
    offered.loose_body_digest = submitted.loose_body_digest;
    offered.size_bytes += submitted.signatures.size();
    if (!submitted.signatures.empty()) signatures_.emplace(message.id, std::move(submitted.signatures));
  } else {
    const Representative& representative =
        representatives_.acquire(mail_.content_key(message, now), [&] { return mail_.represent(message, now); });
    origin.representative = &representative;
    offered.size_bytes += representative.signature_octets;
  }
  offered.recipients.clear();
  for (const auto& recipient : message.recipients)
    offered.recipients.push_back({recipient.address, recipient.receiver});
  origins_.emplace(message.id, origin);
  ledger_.offered(offered);
  duty_->taken(now, message.id);
  sender::QueuedMessage queued{.id = message.id,
                               .mail_from = std::move(message.mail_from),
                               .recipients = {},
                               .size_bytes = offered.size_bytes,
                               .smtputf8 = message.smtputf8,
                               .eight_bit = message.eight_bit,
                               .stream = message.mail,
                               .priority = traffic_.mail(message).priority};
  queued.recipients.reserve(message.recipients.size());
  for (auto& recipient : message.recipients) queued.recipients.push_back(std::move(recipient.address));
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

std::string_view SenderDesk::representative_content(std::uint64_t message) const {
  const auto relayed = relayed_.find(message);
  if (relayed == relayed_.end()) return origins_.at(message).representative->content;
  return relayed->second.message.content ? std::string_view(*relayed->second.message.content) : std::string_view();
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

const policy::MessageFacts& SenderDesk::facts(std::uint64_t message) {
  const sender::QueuedMessage* queued = sender_.find(message);
  CHECK(queued != nullptr);
  policy::MessageFacts& facts = facts_;
  facts.size = queued->size_bytes;
  if (const auto relayed = relayed_.find(message); relayed != relayed_.end()) {
    const mail::Outgoing& outgoing = relayed->second.message;
    facts.rig_id = outgoing.traits.rig_id;
    facts.message_id = outgoing.traits.message_id;
    facts.header_from_domain = outgoing.traits.header_from_domain;
    facts.received_hops = outgoing.traits.received_hops;
    facts.header_readable = outgoing.traits.header_readable;
    facts.content_key = outgoing.content_key;
    facts.content = outgoing.content ? std::string_view(*outgoing.content) : std::string_view();
    return facts;
  }
  const auto origin = origins_.find(message);
  const bool is_planned = origin != origins_.end();
  const Representative* representative =
      is_planned ? origin->second.representative : bounces_.at(message).representative;
  CHECK(representative != nullptr);
  facts.header_from_domain = representative->traits.header_from_domain;
  facts.received_hops = representative->traits.received_hops;
  facts.header_readable = representative->traits.header_readable;
  facts.content = representative->content;
  facts.content_key = representative->key;
  facts.rig_id = is_planned ? message : 0;
  facts.message_id.clear();
  if (is_planned &&
      !traffic_.write_generated_message_id(facts.message_id, origin->second.traffic, origin->second.slot, message)) {
    facts.message_id = representative->traits.message_id;
  }
  return facts;
}

const std::string& SenderDesk::recipient(std::uint64_t message, std::uint32_t index) const {
  const sender::QueuedMessage* queued = sender_.find(message);
  CHECK(queued != nullptr && index < queued->recipients.size());
  return queued->recipients[index];
}

std::string SenderDesk::content(std::uint64_t message) const {
  if (const auto bounce = bounces_.find(message); bounce != bounces_.end()) return bounce->second.content;
  if (const auto relayed = relayed_.find(message); relayed != relayed_.end()) return *relayed->second.message.content;
  const auto origin = origins_.find(message);
  CHECK(origin != origins_.end());
  const auto signatures = signatures_.find(message);
  return mail_.content(planned(origin->second),
                       signatures == signatures_.end() ? std::string_view() : std::string_view(signatures->second));
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

void SenderDesk::source_failed(Instant now, sender::ConnectionId connection) {
  sender_.source_failed(now, connection);
  settle();
  connections_.erase(connection);
}

void SenderDesk::complained(Instant now, std::uint32_t stream, const IpAddress& source, std::string_view address) {
  sender_.complained(now, stream, source, address);
  settle();
}

void SenderDesk::suppress(Instant now, std::string_view address, bool suppressed) {
  sender_.suppress(now, address, suppressed);
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
        duty_->done(event->at, event->message);
        forget(event->message, event->at);
        break;
      case sender::Event::Kind::stopped:
        ledger_.stopped(event->at, event->stream);
        break;
    }
  }
  timed_out_ = false;
  while (auto day = sender_.next_warmup_change()) record_warmup(*day);
  const std::uint64_t held = sender_.sizes().held;
  if (held == held_) return;
  ledger_.held_back(static_cast<std::int64_t>(held - held_));
  held_ = held;
}

void SenderDesk::record_warmup(const sender::WarmupDay& day) {
  const sender::Config& config = sender_.config();
  if (day.group >= config.warmup_groups.size()) return;  // nobody whose days are in the books
  ledger_.warmup({.midnight = day.midnight,
                  .receiver = day.group,
                  .source = config.source_ips[day.source],
                  .domain = config.domain,
                  .cap = day.cap,
                  .carried_over = day.held,
                  .slowed = day.slowed,
                  .full = day.phase == sender::WarmupPhase::full,
                  .paused = day.phase == sender::WarmupPhase::paused});
}

void SenderDesk::forget(std::uint64_t message, Instant now) {
  signatures_.erase(message);
  relayed_.erase(message);
  if (const auto bounce = bounces_.extract(message); bounce && bounce.mapped().representative != nullptr) {
    representatives_.release(*bounce.mapped().representative);
  }
  const auto found = origins_.find(message);
  if (found == origins_.end()) return;
  const Origin origin = found->second;
  origins_.erase(found);
  if (origin.representative != nullptr) representatives_.release(*origin.representative);
  finished_(now, origin.traffic);
}

void SenderDesk::record_attempt(sender::Event& event) {
  measure::SenderAttempt attempt{.now = event.at,
                                 .message = event.message,
                                 .recipient = event.recipient,
                                 .session_key = 0,
                                 .source = {},
                                 .result = std::move(event.result),
                                 .timed_out = false};
  attempt.timed_out = timed_out_ && !attempt.result.reply;
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
  Bounce written;
  if (content_ == Content::rendered) {
    written.content = bounce_content(event, bounce.id, content(event.message));
    bounce.size_bytes = written.content.size();
  } else {
    const std::uint64_t kind =
        combine(stable_hash(config().name, stable_hash("bounce")), mail_.signer().keys_in_force(event.at));
    written.representative = &representatives_.acquire(std::max<std::uint64_t>(kind, 1), [&] {
      return represent(bounce_content(event, bounce.id, representative_content(event.message)), 0);
    });
  }
  bounces_.emplace(bounce.id, std::move(written));
  sender_.submit(event.at, std::move(bounce));
}

std::string SenderDesk::bounce_content(const sender::Event& event, std::uint64_t bounce, std::string_view original) {
  const sender::QueuedMessage& failed = *sender_.find(event.message);
  report_format::FailureReport report{.reporting_host = config().helo,
                                      .to = return_path(failed),
                                      .message_id = fmt::format("{:016x}.bounce@{}", bounce, config().domain),
                                      .arrived = arrived(event.message),
                                      .now = event.at,
                                      .failures = {},
                                      .original = original};
  for (const auto& failure : event.failures) {
    report.failures.push_back({.address = failed.recipients[failure.recipient],
                               .reply = failure.reply,
                               .remote_host = std::string(failure.remote_host),
                               .expired = failure.outcome == sender::Event::Outcome::expired,
                               .stage = failure.stage});
  }
  std::string content = report_format::write_failure_dsn(report);
  content.insert(0, mail_.signer().sign(content, event.at));
  return content;
}

}  // namespace mailrig::world
