// A scenario: world + traffic + expectations, as read from one YAML file and checked as a whole. Whatever holds here
// has been verified: references are resolved to indices, shares sum to 100 %, files were read. Plain values that
// nobody changes after loading; share freely.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fakes/auth/canonical_body.h"
#include "fakes/auth/key.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/base/units.h"
#include "fakes/config/node.h"
#include "fakes/config/type.h"
#include "fakes/dns/fault.h"
#include "fakes/dns/rrset_timeline.h"
#include "fakes/feedback/readers.h"
#include "fakes/forward/modification.h"
#include "fakes/mail/address.h"
#include "fakes/mail/build.h"
#include "fakes/policy/conditions.h"
#include "fakes/receiver/profile.h"
#include "fakes/smtp/client_session.h"
#include "sim/pacing/sender_warmup.h"
#include "sim/pacing/shape.h"
#include "sim/pacing/shaping.h"
#include "sim/pacing/warmup.h"
#include "sim/scenario/expectation.h"

namespace mailrig::scenario {

using config::Located;
using config::Location;

enum class DkimAlgorithm : std::uint8_t { rsa_sha256, ed25519_sha256 };

// A key that a sender's mail is signed with while it is in force. Its record is published the whole time, so that what
// is on its way can be verified before and after; the timeline can withdraw it.
struct DkimKey {
  std::string selector;
  std::string domain;                      // d=; default: the sender's
  std::optional<DkimAlgorithm> algorithm;  // after loading always there
  std::uint32_t bits = 2048;               // of an RSA key that is made for the run
  Located<std::string> file;               // PEM; empty: the key is made for the run
  std::optional<auth::PrivateKey> key;     // of the file
  Duration from{};                         // in force from then on, after the start
  std::optional<Duration> until;           // and before this
  auth::Canonicalization header = auth::Canonicalization::relaxed;
  auth::Canonicalization body = auth::Canonicalization::relaxed;
  std::vector<std::string> oversign = {"From"};  // of these a further field breaks the signature
  bool publish = true;                           // the key record
  Location at;
};

// Who signs a sender's mail: mailrig, before it hands the mail to whoever delivers it, or a milter of a real MTA.
enum class Signer : std::uint8_t { builtin, opendkim, rspamd };

// What receivers know of a sender from before the run: it sent so much on so many days, to everybody's content.
struct KnownAs {
  std::uint32_t days = 0;
  std::uint64_t copies_a_day = 0;  // at each receiver
};

// Addresses that turned out to be no good are not written to for so long.
struct SuppressionRule {
  Duration length = std::chrono::hours(24) * 180;
  std::vector<std::string> addresses;  // on the list from the beginning, for good
};

// A kind of mail is stopped for good.
struct StopRule {
  pacing::Trigger when{.sample = 100};
};

// How a sender treats one receiver or forwarder.
struct SenderShaping : pacing::Shaping {
  std::string name;                // of the receiver or forwarder
  std::uint32_t target_index = 0;  // of the receivers, and behind them of the forwarders
  Location at;
};

// The SMTP client system under test: its identity in DNS and how it behaves.
struct Sender {
  std::string name;
  std::string domain;
  std::vector<IpAddress> ips;  // what receivers judge; at least one (default 198.18.2.10 + number of the sender)
  std::string helo;            // default: mta1.<domain>
  std::string ptr;             // default: helo; empty: no PTR record
  std::string spf;             // TXT record at the domain; empty: none
  std::string dmarc;           // TXT record at _dmarc.<domain>; empty: none
  std::vector<DkimKey> dkim;
  std::vector<std::string> mailboxes;  // local parts that its domain takes mail for; none: those of From, Reply-To
  std::optional<KnownAs> known;        // not said: a newcomer
  Signer signer = Signer::builtin;
  std::vector<Duration> retry = {std::chrono::minutes(5), std::chrono::minutes(15),
                                 std::chrono::hours(1)};  // last repeats
  std::uint32_t retry_jitter_ppm = 100'000;               // each delay is drawn from delay × (1 ± jitter)
  Duration expire = std::chrono::hours(72);
  Duration submit_timeout = std::chrono::minutes(10);  // how long a foreign sender that answers 4yz is offered mail
  std::optional<std::uint32_t> connections;            // per destination; not said: as the sender usually has it
  std::uint32_t connections_total = 200;
  std::uint32_t messages_per_connection = 50;
  std::uint32_t recipients_per_transaction = 100;
  smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic;
  bool pipelining = true;
  // The reference sender's only:
  std::optional<pacing::SenderWarmup> warmup;  // of each address at each receiver
  std::optional<SuppressionRule> suppression;
  std::optional<StopRule> stop;
  std::vector<SenderShaping> shaping;
  Location at;
};

struct Receiver {
  std::string name;
  Located<std::string> profile_name;  // a shipped profile's or a file; default: the receiver's name
  config::Node changes;               // to the profile, `domains` among them; a map without the keys of this struct
  receiver::Profile profile;          // with the changes in it
  Duration latency{};                 // one way, of the link; virtual time only
  std::uint64_t bandwidth = 0;        // octets per second of a connection; 0: no limit; virtual time only
  bool down = false;                  // at the start
  policy::Certificate certificate = policy::Certificate::valid;  // of its MX hosts, at the start
  std::string region;  // where its resolver stands, for the DNS; default: the receiver's name
  Location at;
};

// A hop that takes mail for its own domain and passes it on. To whom it passes mail on it is a sender like any other,
// with an identity and records of its own.
struct Forwarder : Sender {
  Located<std::string> to;     // a receiver's name, or another forwarder's
  std::uint32_t to_index = 0;  // of the receivers, and behind them of the forwarders
  bool srs = false;            // MAIL FROM is rewritten; otherwise it is kept
  bool arc = false;            // sealed, RFC 8617
  std::vector<forward::Modification> modify;
};

// What load_profile() takes for a file rather than a shipped profile's name.
inline bool is_profile_file(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".yaml");
}

// People to write to: either generated (count) or from a file.
struct List {
  std::string name;
  std::uint64_t count = 0;  // of recipients; generated: <local>.<number>@<receiver's domain>, from 1
  std::string local;        // default: the list's name
  std::uint32_t unknown_ppm = 0;
  std::uint32_t full_ppm = 0;
  std::uint32_t disabled_ppm = 0;
  std::uint32_t trap_ppm = 0;
  std::optional<std::uint32_t> contacts_ppm;  // who know the sender's domain; default: the receiver's share
  std::filesystem::path file;                 // empty: generated
  std::vector<std::string> addresses;         // of the file, in its order; `count` is their number
  Location at;
};

enum class MailKind : std::uint8_t { transactional, marketing, notification };
enum class Language : std::uint8_t { en, zh, mixed };

// Sizes in bytes. Half of the messages lie between min and median, half between median and max, evenly within each
// half; all three are equal for a fixed size.
struct SizeRange {
  std::uint64_t min = 8'000;
  std::uint64_t median = 8'000;
  std::uint64_t max = 8'000;
};

struct AttachmentSpec {
  std::string name;
  std::uint64_t size = 0;
  std::string type;  // media type; empty: guessed from the name
};

// What is changed in a message after it was signed: one octet of the body, or of the Subject.
enum class Tamper : std::uint8_t { none, body, header };

// One kind of message: a stream in reports.
struct Mail {
  std::string name;
  Located<std::string> sender;  // default: the only sender
  std::uint32_t sender_index = 0;
  mail::Mailbox from;  // default: no-reply@<sender's domain>
  std::optional<mail::Mailbox> reply_to;
  std::string subject;  // empty: generated in the mail's language
  MailKind kind = MailKind::transactional;
  SizeRange size;  // of the message without its signatures
  Language language = Language::en;
  std::optional<mail::TransferEncoding> encoding;  // nullopt: what suits the text
  std::vector<AttachmentSpec> attachments;
  std::optional<Duration> deadline;
  std::uint32_t recipients = 1;  // per message
  pacing::Priority priority = pacing::Priority::normal;
  std::string envelope_from;  // default: bounces@<sender's domain>; empty: the null reverse path
  bool verp = false;          // a MAIL FROM of its own for every message
  bool sign = true;           // with the sender's keys in force, if there are any
  Tamper tamper = Tamper::none;
  std::optional<feedback::ReaderHabits> readers;  // not said: nobody looks at it
  std::vector<std::filesystem::path> files;       // the user's own messages, sent in turn; empty: generated ones
  Location at;
};

enum class ScheduleKind : std::uint8_t { rate, ramp, burst, warmup, replay, saturate };
// What is replayed of one kind of mail. Its recipients are a list of their own, in this order.
struct Trace {
  std::vector<Duration> offsets;           // ascending
  std::vector<std::uint64_t> sizes_bytes;  // as many; 0: as other messages of the kind
};

enum class Arrivals : std::uint8_t { constant, poisson };

// When messages are offered:
//   { rate: 50/s, for: 20s, arrivals: poisson }            evenly or as a Poisson process; for, count or both
//   { ramp: { from: 10/s, to: 100/s }, for: 1m }           the rate grows (or shrinks) linearly
//   { burst: 500, every: 10s, times: 3 }                   500 messages at once, three times
//   { warmup: { start: 50, growth: 1.4, for: 30d } }       so many a day to the receiver with the largest share, from
//   each of the sender's addresses, and to the others by their shares; for, count
//   { replay: trace.csv }                                  when each was sent according to a trace, see trace_file.h
//   { saturate: { in_flight: 50 }, for: 10s }              closed loop: 50 messages unfinished at any time; for, count
//   or both
// The schedule ends at whichever of `length` and `count` comes first; at least one of them is there, but for a warm-up,
// which ends after its last day, and a replay.
struct Schedule {
  ScheduleKind kind = ScheduleKind::rate;
  Arrivals arrivals = Arrivals::constant;  // rate, ramp and warmup
  Rate rate;                               // rate; where a ramp begins
  Rate ramp_to;
  std::optional<Duration> length;      // `for`; always there for a ramp
  std::optional<std::uint64_t> count;  // of messages
  std::uint64_t burst = 0;
  Duration every{};
  std::uint64_t times = 1;
  std::uint64_t in_flight = 0;
  pacing::Warmup warmup;               // after loading its days say messages, to all receivers and from all addresses
  std::optional<pacing::Shape> shape;  // rate and warmup
  Located<std::string> trace_file;     // replay
  std::shared_ptr<const Trace> trace;  // replay; after loading always there
};

struct Traffic {
  Located<std::string> mail;
  Located<std::string> list;
  std::uint32_t mail_index = 0;
  std::uint32_t list_index = 0;
  Schedule schedule;
  Duration at{};  // after the start
  // Share of each receiver, and behind them of each forwarder, in parts per million; sums to 1,000,000. Default: equal
  // parts to the receivers. Empty for a list from a file: there the address says it.
  std::vector<std::uint32_t> to_ppm;
  Location location;
};

// receivers.<name>.down, .certificate, .maintenance …
struct ReceiverChange {
  std::uint32_t receiver_index = 0;
  std::function<void(policy::Conditions&)> apply;
};

// senders.<name>.ips.<address>: nothing gets out from there any more, or again. The reference sender's only.
struct SourceChange {
  std::uint32_t sender_index = 0;
  IpAddress source{};
  bool up = false;
};

// senders.<name>.suppressed.<address>: put on its suppression list by hand, or taken off.
struct SuppressionChange {
  std::uint32_t sender_index = 0;
  std::string address{};
  bool suppressed = false;
};

// Something that happens at a moment, carried out by the drivers. Changes of the DNS are none: the world is built with
// all of them in it.
struct TimelineEntry {
  Duration at{};
  std::variant<ReceiverChange, SourceChange, SuppressionChange> what;
};

// Records that come, change or go: of a sender, or any others.
struct DnsChange {
  dns::RrsetChange change;
  Location at;
};

// senders.<name>.dkim.<selector>: the key's record is withdrawn, or published (again).
struct SelectorChange {
  std::uint32_t sender_index = 0;
  std::uint32_t key_index = 0;  // in Sender::dkim
  bool published = false;
  Instant at{};
  Duration propagation{};
  std::optional<std::uint32_t> ttl_s;  // of the published record; not said: as it was
  Location location;
};

struct ZoneText {
  std::string text;    // RFC 1035 master file format
  std::string origin;  // empty: the text has its own $ORIGIN or full names
  std::string file;    // for messages
};

// What the world's DNS holds beyond what senders and receivers bring along.
struct Dns {
  std::vector<ZoneText> zones;
  // Without alternatives and regions they are added to what is there; otherwise they take the place of the RRset.
  std::vector<DnsChange> records;
  std::vector<DnsChange> changes;         // of the timeline
  std::vector<SelectorChange> selectors;  // of the timeline, by time
  std::vector<dns::Fault> faults;
  // Names of the zones that are signed, besides those above them; canonical.
  std::vector<Located<std::string>> dnssec;
};

enum class RecordMode : std::uint8_t { automatic, all, sample, aggregate };

struct Record {
  RecordMode mode = RecordMode::automatic;  // all up to a million deliveries, then aggregate with sampled traces
  std::uint64_t sample_every = 1;           // with `sample`: one delivery in this many
};

struct Scenario {
  std::string name;  // default: the file's name without .yaml
  std::vector<std::string> proves;
  std::string description;  // default: the file's first comment
  std::uint64_t seed = 1;
  Instant start{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z
  std::uint32_t speed = 1;                             // model seconds per wall second; live runs
  Record record;
  std::vector<Sender> senders;  // these and the next four in the order of the file
  std::vector<Receiver> receivers;
  std::vector<Forwarder> forwarders;
  std::vector<List> lists;
  std::vector<Mail> mail;
  std::vector<Traffic> traffic;
  std::vector<TimelineEntry> timeline;  // by time
  Dns dns;
  std::vector<std::pair<IpAddress, IpAddress>> source_map;  // real address → whom the fakes judge
  Duration drain = std::chrono::hours(72);                  // how long to wait for queues at the end
  std::vector<Expectation> expect;

  std::filesystem::path file;
  config::Node resolved;  // the whole document with every --set and the seed in force
};

}  // namespace mailrig::scenario
