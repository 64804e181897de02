// The sums of the ledger, and the proof that they close.
#include "sim/measure/conservation.h"
#include "sim/measure/ledger_state.h"

namespace mailrig::measure {
namespace {

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::string Ledger::State::name_of(std::size_t slot) const {
  if (slot < config.receivers.size()) return config.receivers[slot];
  return slot < elsewhere() ? config.forwarders[slot - config.receivers.size()].name : "elsewhere";
}

Tally Ledger::State::total() const {
  Tally sum;
  for (const Part& part : by_receiver) sum += part.tally;
  // A message to several receivers is one message.
  sum.submitted = submitted;
  return sum;
}

std::shared_ptr<const Ledger::Snapshot> Ledger::State::make_snapshot(Instant now, bool final) const {
  auto s = std::make_shared<Snapshot>();
  s->at = now;
  s->final = final;
  s->lost_is_known = rules.insight != SenderInsight::none;
  s->total = total();
  s->elsewhere = by_receiver[elsewhere()].tally;
  s->throughput = {submissions.per_s(), accepted.per_s(), accepted.peak_per_s()};
  s->submissions_offered = book.messages();
  s->submissions_refused = submissions_refused;
  s->submission_deferrals = submission_deferrals;
  s->dsn_received = dsns;
  for (const Part& part : by_stream) {
    for (std::size_t i = 0; i < part.readers.size(); ++i) s->readers[i] += part.readers[i];
  }
  for (const Part& part : by_receiver) {
    for (std::size_t i = 0; i < part.answers.size(); ++i) {
      s->answers[i].sent += part.answers[i].sent;
      s->answers[i].accepted += part.answers[i].accepted;
      s->answers[i].bounced += part.answers[i].bounced;
    }
  }
  s->event_log_hash = log.hex();

  for (std::uint32_t slot = 0; slot < elsewhere(); ++slot) {
    const Part& part = by_receiver[slot];
    ReceiverReport report{.name = name_of(slot),
                          .tally = part.tally,
                          .latency = part.latency,
                          .service = part.service,
                          .throughput = {},
                          .replies = {},
                          .auth = {},
                          .days = {},
                          .unattributed = {},
                          .readers = part.readers,
                          .answers = part.answers};
    accounts[slot].report(report, domains);
    report.throughput.submitted_per_s = submitted_rates[slot].per_s();
    if (is_forwarder(slot)) {
      const std::uint32_t forwarder = slot - forwarder_slot(0);
      s->forwarders.push_back({.to = name_of(config.forwarders[forwarder].to),
                               .hops = forwarder_tallies[forwarder],
                               .account = std::move(report)});
      continue;
    }
    s->latency.merge(part.latency);
    s->service.merge(part.service);
    s->receivers.push_back(std::move(report));
  }
  s->latency.merge(by_receiver[elsewhere()].latency);
  s->service.merge(by_receiver[elsewhere()].service);
  for (std::size_t i = 0; i < by_stream.size(); ++i) {
    s->streams.push_back({config.streams[i].name, by_stream[i].tally, by_stream[i].latency, by_stream[i].service,
                          by_stream[i].readers, by_stream[i].answers, by_stream[i].stopped_after});
  }

  for (std::size_t slot = 0; slot < by_receiver.size(); ++slot) {
    append(s->broken_sums, check_fates(name_of(slot), by_receiver[slot].tally));
  }
  append(s->broken_sums, check_fates("total", s->total));
  append(s->broken_sums, check_copies(s->total, stored_copies));
  std::uint64_t waiting = 0;
  for (const ForwarderReport& forwarder : s->forwarders) {
    append(s->broken_sums, check_forwarder(forwarder.account.name, forwarder.hops));
    waiting += forwarder.hops.waiting;
  }
  append(s->broken_sums, check_in_hand(waiting, hops.size()));
  // Looking at every delivery takes its time; the end of the run has it.
  if (final) {
    std::vector<Tally> recounted = forgotten;
    book.for_each_delivery(
        [&](DeliveryIndex, const Delivery& d) { recount(recounted[d.slot], book.message(d.message), d, rules); });
    for (std::size_t slot = 0; slot < by_receiver.size(); ++slot) {
      append(s->broken_sums, check_recount(name_of(slot), by_receiver[slot].tally, recounted[slot]));
    }
  }
  return s;
}

}  // namespace mailrig::measure
