// The inside of the ledger: its books and how facts change them. Everything here expects the ledger's lock to be held.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/recent_map.h"
#include "sim/measure/delivery_book.h"
#include "sim/measure/event_log.h"
#include "sim/measure/hop_book.h"
#include "sim/measure/ledger.h"
#include "sim/measure/receiver_account.h"
#include "sim/measure/run_database.h"
#include "sim/measure/series.h"
#include "sim/measure/session_book.h"
#include "sim/measure/snapshot.h"

namespace mailrig::measure {

// A mutex for those who need one.
class Lock {
 public:
  explicit Lock(bool needed) : needed_(needed) {}
  void lock() {
    if (needed_) mutex_.lock();
  }
  void unlock() {
    if (needed_) mutex_.unlock();
  }

 private:
  const bool needed_;
  std::mutex mutex_;
};

// Counts and times of the deliveries to one receiver, or of one stream.
struct Part {
  Tally tally;
  Histogram latency;
  Histogram service;
  ReaderCounts readers{};
  AnswerTallies answers{};
  std::optional<Duration> stopped_after{};  // of a stream
};

// Whom a receiver's observation is about.
struct Subject {
  std::optional<DeliveryIndex> delivery;
  Attribution attribution = Attribution::session;
  // Of what a forwarder passes on.
  std::optional<std::uint32_t> hop{};  // the forwarder's slot
  std::uint64_t body_digest = 0;       // as it passed the body on; 0: not checked
  bool body_changed = false;
};

// One attempt as it is counted, whoever reported it.
struct Attempt {
  Instant at{};
  std::uint32_t slot = 0;  // of the receiver
  Subject subject;
  AttemptResult result = AttemptResult::deferred;
  policy::Event event = policy::Event::accepted;
  policy::Phase phase = policy::Phase::connect;
  std::uint16_t code = 0;
  IpAddress source;
  std::uint32_t domain = 0;
  std::uint64_t session = 0;
  Duration delay{};
};

// How the warm-up of an address at a receiver stands.
enum class WarmupState : std::uint8_t { unheard_of, sending, full, paused };

struct Ledger::State {
  class ReceiverObserver;

  State(LedgerConfig configuration, RunDatabase* run_database);
  ~State();

  // What a mailbox sends, and where it is counted.
  struct Answer {
    std::uint32_t slot = 0;
    std::optional<std::uint32_t> stream;
    feedback::AnswerKind kind = feedback::AnswerKind::reply;
  };
  // At the receiver whose mailbox it is and, where the message is of the run, in its stream.
  template <class Change>
  void change_tallies(const Answer& answer, Change change) {
    const auto kind = static_cast<std::size_t>(answer.kind);
    change(by_receiver[answer.slot].answers[kind]);
    if (answer.stream) change(by_stream[*answer.stream].answers[kind]);
  }

  // Slots: the receivers, the forwarders, and one for everybody else.
  std::uint32_t forwarder_slot(std::uint32_t forwarder) const {
    return static_cast<std::uint32_t>(config.receivers.size()) + forwarder;
  }
  std::uint32_t elsewhere() const { return forwarder_slot(static_cast<std::uint32_t>(config.forwarders.size())); }
  bool is_forwarder(std::uint32_t slot) const { return slot >= forwarder_slot(0) && slot < elsewhere(); }
  // Where mail for a receiver or forwarder goes. Forwarders that lead in circles end nowhere.
  Destination destination_of(std::uint32_t index) const;
  // Whom the sender of a delivery sends it to.
  std::uint32_t first_slot(const Delivery& d) const { return d.via == no_forwarder ? d.slot : forwarder_slot(d.via); }
  const SenderName& name_sender(std::string_view mail_from);
  std::uint32_t day_of(Instant at) const;

  // Whom a receiver's observation is about.
  Subject subject_of(Instant now, std::uint32_t slot, const policy::Session& session, std::string_view recipient,
                     std::uint64_t recipient_key, const policy::MessageFacts* message);
  // What a forwarder sends is known by what it announced for the connection; none: something else is sent there.
  std::optional<Subject> attribute_hop(const policy::Session& session, std::uint64_t recipient_key) const;
  // Exact by the id in the message, else by what our sender announced for the connection, else by the pair.
  Subject attribute(const policy::Session& session, std::uint64_t recipient_key,
                    const policy::MessageFacts* message) const;
  // The same for mail from outside, where every recipient is somebody's delivery.
  Subject attribute_outside(Instant now, std::uint32_t slot, const policy::Session& session, std::string_view recipient,
                            std::uint64_t recipient_key, const policy::MessageFacts* message);

  // Changes facts of a delivery and carries the consequences into the counts. `change` gets a Delivery&.
  template <class Change>
  void change(DeliveryIndex index, Change change_facts);

  std::optional<DeliveryIndex> find_delivery(std::uint64_t message, std::string_view recipient) const;
  std::optional<DeliveryIndex> find_noticed(const Notice& notice) const;
  // How the receiver last refused a session with this code; null: never.
  const SessionRefusal* last_refusal(std::uint32_t slot, std::uint16_t code) const;
  void count_attempt(const Attempt& attempt);
  // Whether attempts with this subject go into run.db.
  bool records(const Subject& subject) const;
  void record_attempt(const Attempt& attempt, std::string_view recipient, std::string text,
                      std::optional<Judgement> judgement);
  // The number under which run.db has them from then on.
  std::uint32_t record_circumstances(const policy::Session& session, const policy::MessageFacts& message);
  static Judgement judgement_of(const RefusalReasons& reasons);
  Judgement judgement_of(const receiver::RecipientVerdict& seen);
  // A body arrived, at a hop or in a mailbox: is it what was passed on?
  void check_body(const Subject& subject, const policy::MessageFacts& arrived);
  void count_delivered(DeliveryIndex index, Instant at, bool in_mailbox);
  MessageIndex offer(const OfferedMessage& message);
  void submit(Instant now, MessageIndex index);
  // The fates of a message's deliveries may depend on its submission: recounts them around `change_facts`.
  template <class Change>
  void change_message(MessageIndex index, Change change_facts);
  void sender_attempt(const SenderAttempt& attempt);
  void close();
  // Forgets what senders were done with before `now`.
  void forget_done(Instant now);
  void forget(MessageIndex index);
  // The number of a delivery's row in run.db.
  std::int64_t row_of(DeliveryIndex index) const;

  DeliveryUpdate update_of(DeliveryIndex index) const;
  void mark_changed(DeliveryIndex index);
  void hand_over_changes();

  std::shared_ptr<const Snapshot> make_snapshot(Instant now, bool final) const;
  Tally total() const;
  std::string name_of(std::size_t slot) const;

  const LedgerConfig config;
  RunDatabase* const database;
  FateRules rules;

  Lock mutex;
  DeliveryBook book;
  SessionBook sessions;
  HopBook hops;
  boost::unordered_flat_map<std::uint64_t, Answer> answers;  // that are on their way, by id; never iterated
  EventLog log;
  Series series;
  std::vector<Part> by_receiver;  // by slot
  std::vector<Part> by_stream;
  std::vector<ReceiverAccount> accounts;  // by slot
  std::vector<ForwarderTally> forwarder_tallies;
  std::vector<std::uint64_t> entities;  // of the receivers in the event log
  std::vector<std::unique_ptr<ReceiverObserver>> observers;
  RateMeter submissions;
  std::vector<RateMeter> submitted_rates;  // per receiver slot
  RateMeter accepted;
  std::uint64_t submitted = 0;
  std::uint64_t submissions_refused = 0;
  std::uint64_t submission_deferrals = 0;
  std::uint64_t dsns = 0;
  std::uint64_t held = 0;                                                              // by warm-ups
  std::map<std::tuple<std::uint32_t, IpAddress, std::uint32_t>, WarmupState> warmups;  // by slot, source and domain
  std::array<std::uint64_t, 4> warmups_in{};                                           // by state
  std::uint64_t stored_copies = 0;  // of our deliveries, wherever they were stored
  struct Done {
    Instant at{};
    MessageIndex message = 0;
  };
  std::deque<Done> done;         // in the order in which senders were
  std::vector<Tally> forgotten;  // what recount() would say of forgotten deliveries, by slot
  std::string last_mail_from;    // of a campaign there are many in a row
  std::optional<SenderName> last_sender;
  RecentMap<std::string, SenderName> sender_names{1000};  // by MAIL FROM
  std::vector<std::string> domains;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> domain_numbers;
  std::uint64_t unattributed_recorded = 0;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> circumstances;       // in run.db: number by key
  std::map<std::pair<std::uint32_t, std::uint16_t>, SessionRefusal> refusals;  // the last, by receiver slot and code
  boost::unordered_flat_map<std::uint64_t, DeliveryIndex> from_outside;        // by envelope and Message-ID
  std::vector<DeliveryIndex> changed;                                          // rows in run.db that are out of date
};

// A receiver's view; the ledger's lock is taken here.
class Ledger::State::ReceiverObserver final : public receiver::Observer {
 public:
  ReceiverObserver(State& state, std::uint32_t slot) : state_(state), slot_(slot) {}

  void session_opened(Instant now, const policy::Session& session) override;
  void session_refused(const receiver::RefusedSession& seen) override;
  void recipient_verdict(const receiver::RecipientVerdict& verdict) override;
  void stored(Instant now, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam) override;
  void session_closed(Instant now, const policy::Session& session) override;
  bool asks_why() const override { return state_.database != nullptr && state_.database->keeps_any(); }

 private:
  // The copy that was stored last, until its verdict is told, which comes next.
  struct StoredCopy {
    const char* recipient = nullptr;
    std::uint64_t recipient_key = 0;
    Subject subject;
  };

  State& state_;
  const std::uint32_t slot_;
  StoredCopy stored_copy_;
};

// Which of the counts a delivery is in right now; taken before and after a change of facts.
struct Standing {
  Fate fate = Fate::queued;
  bool false_bounce = false;
  bool rejected_by_sender = false;
};
Standing standing_of(const Message& message, const Delivery& delivery, const FateRules& rules);
void move(Tally& tally, const Standing& from, const Standing& to);
// Counts one delivery, as it stands.
void recount(Tally& tally, const Message& message, const Delivery& delivery, const FateRules& rules);

template <class Change>
void Ledger::State::change(DeliveryIndex index, Change change_facts) {
  Delivery& d = book.delivery(index);
  const Message& m = book.message(d.message);
  const Standing before = standing_of(m, d, rules);
  change_facts(d);
  const Standing after = standing_of(m, d, rules);
  move(by_receiver[d.slot].tally, before, after);
  move(by_stream[m.stream].tally, before, after);
  if (after.fate != Fate::queued) book.stop_waiting(index);
  mark_changed(index);
}

template <class Change>
void Ledger::State::change_message(MessageIndex index, Change change_facts) {
  Message& m = book.message(index);
  const Message earlier = m;
  change_facts(m);
  for (DeliveryIndex i = m.first; i < m.first + m.recipients; ++i) {
    const Delivery& d = book.delivery(i);
    const Standing before = standing_of(earlier, d, rules);
    const Standing after = standing_of(m, d, rules);
    move(by_receiver[d.slot].tally, before, after);
    move(by_stream[m.stream].tally, before, after);
    if (after.fate != Fate::queued) book.stop_waiting(i);
    mark_changed(i);
  }
}

}  // namespace mailrig::measure
