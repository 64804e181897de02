// A small run made by hand: two receivers, one stream with a deadline of a minute, and words for what receivers and
// the sender report. Times are seconds from the start.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "fakes/policy/verdict.h"
#include "sim/measure/ledger.h"
#include "sim/measure/snapshot.h"

namespace mailrig::measure {

inline const Instant run_start = *parse_rfc3339("2026-03-02T08:00:00Z");
inline Instant at(double seconds) {
  return run_start + Duration(static_cast<std::int64_t>(seconds * 1e9));
}

inline constexpr std::uint32_t gmail = 0;
inline constexpr std::uint32_t qq = 1;
inline constexpr auto ann = "ann@gmail.example";

inline policy::ReplyTemplate reply_template(policy::Event event, std::uint16_t code, std::string text) {
  return {.key = std::string(policy::to_string(event)), .event = event, .code = code, .text = std::move(text)};
}

inline LedgerConfig small_run() {
  return {.start = run_start,
          .receivers = {"gmail", "qq"},
          .streams = {{"order", std::chrono::seconds(60)}, {"news", std::nullopt}}};
}

// Speaks to a ledger as a run would.
class Storyteller {
 public:
  explicit Storyteller(LedgerConfig config = small_run(), RunDatabase* database = nullptr)
      : ledger(std::move(config), database) {}

  // Offers a message of one recipient and has it accepted for sending at once.
  void submit(std::uint64_t id, std::string recipient, std::uint32_t receiver = gmail, double seconds = 0) {
    offer(id, std::move(recipient), receiver, seconds);
    ledger.submitted(at(seconds), id);
  }
  void offer(std::uint64_t id, std::string recipient, std::uint32_t receiver = gmail, double seconds = 0) {
    ledger.offered({.id = id,
                    .stream = 0,
                    .slot = id - 1,
                    .intended = at(seconds),
                    .mail_from = sender,
                    .recipients = {{std::move(recipient), receiver}},
                    .size_bytes = 1'000,
                    .body_digest = digest});
  }

  policy::Session open(std::uint32_t receiver, std::uint64_t key, double seconds) {
    policy::Session session;
    session.key = key;
    session.client_ip = IpAddress::v4(0xC612020A);  // 198.18.2.10
    session.opened = at(seconds);
    session.mail_from = sender;
    ledger.observer(receiver).session_opened(at(seconds), session);
    return session;
  }
  void close(std::uint32_t receiver, const policy::Session& session, double seconds) {
    ledger.observer(receiver).session_closed(at(seconds), session);
  }

  void refuse_session(std::uint32_t receiver, const policy::Session& session, double seconds,
                      const policy::ReplyTemplate& reply, policy::Phase phase = policy::Phase::connect) {
    const policy::Verdict verdict{.reply = &reply, .event = reply.event, .phase = phase, .scope = {}};
    ledger.observer(receiver).session_refused({at(seconds), session, verdict, {}});
  }

  void rcpt_refused(std::uint32_t receiver, const policy::Session& session, double seconds, std::string_view recipient,
                    const policy::ReplyTemplate& reply) {
    const policy::Verdict verdict{.reply = &reply, .event = reply.event, .phase = policy::Phase::rcpt, .scope = {}};
    const policy::ReplyContext context;
    ledger.observer(receiver).recipient_verdict(
        {at(seconds), session, recipient, nullptr, verdict, context, policy::Disposition::store});
  }

  void stored(std::uint32_t receiver, const policy::Session& session, double seconds, std::string_view recipient,
              std::uint64_t id, bool spam = false) {
    ledger.observer(receiver).stored(at(seconds), session, recipient, facts(id), spam);
  }

  void answered_at_data(std::uint32_t receiver, const policy::Session& session, double seconds,
                        std::string_view recipient, std::uint64_t id, const policy::ReplyTemplate& reply,
                        policy::Disposition disposition = policy::Disposition::store) {
    const policy::Verdict verdict{.reply = &reply, .event = reply.event, .phase = policy::Phase::data, .scope = {}};
    const policy::ReplyContext context;
    const policy::MessageFacts message = facts(id);
    policy::Session judged = session;
    judged.authentication.results_field = results_field;
    judged.recipients = {{.address = std::string(recipient), .local_part = {}, .domain = {}, .command = {}}};
    ledger.observer(receiver).recipient_verdict(
        {at(seconds), judged, judged.recipients.front().address, &message, verdict, context, disposition});
  }

  // Stored and answered 250, in a connection of its own.
  void deliver(std::uint32_t receiver, double seconds, std::string_view recipient, std::uint64_t id,
               bool spam = false) {
    const std::uint64_t key = 1'000 + id;
    const policy::Session session = open(receiver, key, seconds);
    ledger.transaction_started(key, id);
    stored(receiver, session, seconds, recipient, id, spam);
    answered_at_data(receiver, session, seconds, recipient, id, accepted);
    close(receiver, session, seconds);
    ledger.sender_outcome(at(seconds), id, 0, SenderOutcome::delivered);
  }

  const Tally& total() {
    last = ledger.snapshot(at(3'600), true);
    return last->total;
  }
  // The counts of the fate that a run with a single delivery ended in.
  Fate only_fate() {
    const Tally& tally = total();
    for (std::size_t i = 0; i < fate_count; ++i) {
      if (tally.fates[i] == 1 && tally.fates_sum() == 1) return static_cast<Fate>(i);
    }
    return Fate::handed_over;  // which no test expects
  }

  policy::MessageFacts facts(std::uint64_t id) const {
    policy::MessageFacts message;
    message.size = 1'000;
    message.body_digest = arriving_digest;
    message.rig_id = id;
    return message;
  }

  std::string sender = "shop@shop.example";
  std::uint64_t digest = 77;
  std::uint64_t arriving_digest = 77;
  std::string results_field;  // of messages that are answered at data
  const policy::ReplyTemplate accepted = reply_template(policy::Event::accepted, 250, "2.0.0 OK");
  const policy::ReplyTemplate discarded = reply_template(policy::Event::discarded, 250, "2.0.0 OK");
  const policy::ReplyTemplate greylisted = reply_template(policy::Event::greylisted, 450, "4.7.1 Please try later");
  const policy::ReplyTemplate unknown = reply_template(policy::Event::unknown_user, 550, "5.1.1 No such user");
  const policy::ReplyTemplate full = reply_template(policy::Event::mailbox_full, 452, "4.2.2 Over quota");
  const policy::ReplyTemplate throttled =
      reply_template(policy::Event::rate_limited, 421, "4.7.28 Unusual rate, try again later");
  Ledger ledger;
  std::shared_ptr<const Ledger::Snapshot> last;
};

}  // namespace mailrig::measure
