// Everything that a run's reports are made of, as plain values: the ledger's answer to "how do we stand?".
// Immutable once made; safe to share between threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fakes/policy/event.h"
#include "sim/measure/auth_tally.h"
#include "sim/measure/histogram.h"
#include "sim/measure/ledger.h"
#include "sim/measure/tally.h"

namespace mailrig::measure {

using EventCounts = std::array<std::uint64_t, policy::event_count>;

// The kinds of reply that a receiver gave, or that nobody gave (code 0).
struct ReplyRow {
  std::uint16_t code = 0;
  std::string enhanced;  // "4.7.1"; empty when the text has none
  policy::Event event = policy::Event::accepted;
  policy::Phase phase = policy::Phase::connect;
  std::uint64_t count = 0;
  std::string sample;  // the first one's text; empty for code 0
};

// How often readers did what (feedback::ReaderAct).
using ReaderCounts = std::array<std::uint64_t, feedback::reader_act_count>;

// Mail of one kind that mailboxes sent; what is neither accepted nor given up waits.
struct AnswerTally {
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;  // by the receiving side
  std::uint64_t bounced = 0;   // could not be delivered
};
// By feedback::AnswerKind.
using AnswerTallies = std::array<AnswerTally, feedback::answer_kind_count>;

// One source address and sender domain on one model day.
struct DayRow {
  std::uint32_t day = 1;  // counted in 24 hours from the run's start
  std::string source_ip;
  std::string domain;  // of MAIL FROM; empty for the null sender
  std::uint64_t attempts = 0;
  std::uint64_t accepted = 0;
  std::uint64_t deferrals = 0;
  std::uint64_t rejected = 0;
  std::uint64_t inbox = 0;
  std::uint64_t spam = 0;
  std::uint64_t complaints = 0;  // of that day, whenever the mail came
  // What the receiver thought of the sender when it last took a message of it, in thousandths; none: it keeps no
  // reputation.
  std::optional<std::int32_t> reputation_milli;
  // Of the sender's warm-up, whose days are UTC: the first one stands with the run's first, and so on.
  std::optional<std::uint64_t> cap;  // copies
  std::uint64_t carried_over = 0;    // recipients that waited at its end
  bool slowed = false;
  bool paused = false;
};

struct Throughput {
  double submitted_per_s = 0;
  double accepted_per_s = 0;  // over the time from the first to the last
  std::uint64_t peak_accepted_per_s = 0;
};

// What a receiver saw that belongs to no delivery of ours: mail from outside, DSNs, ambiguous (MAIL FROM, RCPT).
struct Unattributed {
  std::uint64_t attempts = 0;
  std::uint64_t inbox = 0;
  std::uint64_t spam = 0;
};

struct ReceiverReport {
  std::string name;
  Tally tally;
  Histogram latency;  // intended submission → mailbox
  Histogram service;  // real submission → mailbox
  Throughput throughput;
  // What the receiver answered: verdicts on recipients, refused sessions, and tries that nobody answered.
  EventCounts events{};
  std::vector<ReplyRow> replies;  // ordered by phase, event, code, enhanced code
  std::uint64_t sessions_opened = 0;
  EventCounts sessions_refused{};
  std::array<std::uint64_t, 5> tls{};  // closed sessions by policy::TlsVersion
  AuthCounts auth;                     // of the messages that it judged
  std::vector<DayRow> days;            // ordered by day, source, domain
  Unattributed unattributed;
  ReaderCounts readers{};
  AnswerTallies answers{};
};

// What a forwarder did with the messages that it took, counted once per recipient: they add up to `taken`.
struct ForwarderTally {
  std::uint64_t taken = 0;
  std::uint64_t passed_on = 0;
  std::uint64_t bounced = 0;  // given up, and told to whom it came from
  std::uint64_t dropped = 0;  // given up, with nobody to tell
  std::uint64_t waiting = 0;
  std::uint64_t transformed = 0;  // of those taken: bodies changed on purpose
};

struct ForwarderReport {
  std::string to;  // name of whom it passes mail on to
  ForwarderTally hops;
  ReceiverReport account;  // of its receiving side; no deliveries are counted there
};

struct StreamReport {
  std::string name;
  Tally tally;
  Histogram latency;
  Histogram service;
  ReaderCounts readers{};
  AnswerTallies answers{};
  std::optional<Duration> stopped_after{};  // by its sender; model time from the start
};

struct Ledger::Snapshot {
  Instant at{};
  bool final = false;
  bool lost_is_known = true;  // false when the sender's queue can't be read
  Tally total;
  Histogram latency;
  Histogram service;
  Throughput throughput;
  std::vector<ReceiverReport> receivers;    // scenario order
  std::vector<ForwarderReport> forwarders;  // scenario order
  Tally elsewhere;                          // deliveries to domains that no receiver of the run serves
  std::vector<StreamReport> streams;
  std::uint64_t submissions_offered = 0;
  std::uint64_t submissions_refused = 0;
  std::uint64_t submission_deferrals = 0;
  std::uint64_t dsn_received = 0;
  ReaderCounts readers{};
  AnswerTallies answers{};
  std::string event_log_hash;            // 16 hex digits
  std::vector<std::string> broken_sums;  // what does not add up, with its numbers; empty when all is well
};

}  // namespace mailrig::measure
