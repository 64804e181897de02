#include "sim/measure/run_tables.h"

#include <fmt/format.h>

#include "fakes/smtp/reply.h"

namespace mailrig::measure {
namespace {

constexpr std::size_t words_max = 65'536;

// Rows are kept with numbers for words, and read through views that have the words back.
constexpr const char* schema = R"(
CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE word(number INTEGER PRIMARY KEY, word TEXT NOT NULL);

CREATE TABLE stored_message(
  delivery INTEGER PRIMARY KEY, id INTEGER, stream INTEGER, slot INTEGER, intended INTEGER, mail_from, recipient TEXT,
  receiver INTEGER, size INTEGER, submitted INTEGER, fate INTEGER, stored_at INTEGER, attempts INTEGER,
  deferrals INTEGER, copies INTEGER, corrupted INTEGER, transformed INTEGER, last_code INTEGER, last_event INTEGER);

CREATE TABLE stored_attempt(
  delivery INTEGER, recipient TEXT, n INTEGER, at INTEGER, receiver INTEGER, source_ip, session INTEGER, phase INTEGER,
  event INTEGER, code INTEGER, enhanced INTEGER, text TEXT, attribution INTEGER, result INTEGER, delay INTEGER,
  hop INTEGER, circumstances INTEGER, reason, score INTEGER, spam_below INTEGER, content INTEGER, memory BLOB);

CREATE TABLE stored_series(at INTEGER, receiver INTEGER, metric INTEGER, value INTEGER,
  PRIMARY KEY(at, receiver, metric)) WITHOUT ROWID;

-- One row per delivery, that is per message and recipient.
CREATE VIEW message AS SELECT
  delivery,
  id,                          -- as in X-Mailrig-Id: printf('%016x', id)
  (SELECT word FROM word WHERE number = stream) AS stream,
  slot,                        -- number of the message in its schedule
  intended,                    -- times are model time in nanoseconds since 1970
  submitted,                   -- NULL: never
  iif(typeof(mail_from) = 'text', mail_from, (SELECT word FROM word WHERE number = mail_from)) AS mail_from,
  recipient,
  (SELECT word FROM word WHERE number = receiver) AS receiver, -- NULL: a domain that no receiver of the run serves
  size,                        -- bytes
  (SELECT word FROM word WHERE number = fate) AS fate,
  (SELECT word FROM word WHERE number = fate AND word IN ('inbox', 'spam')) AS placement, -- NULL: in no mailbox
  stored_at,                   -- first copy stored, or discarded
  attempts,
  deferrals,
  copies,                      -- stored ones
  corrupted,
  transformed,
  last_code,                   -- 0: no reply
  (SELECT word FROM word WHERE number = last_event) AS last_event
FROM stored_message;

-- In the order in which they happened.
CREATE VIEW attempt AS SELECT
  a.rowid AS seq,
  a.delivery,                  -- NULL: belongs to none, counted at the receiver only
  m.id AS message,
  coalesce(a.recipient, m.recipient) AS recipient, -- NULL: a session refused before RCPT
  a.n,                         -- of the delivery, from 1
  a.at,
  (SELECT word FROM word WHERE number = a.receiver) AS receiver, -- whoever was tried, a forwarder too
  iif(typeof(a.source_ip) = 'text', a.source_ip, (SELECT word FROM word WHERE number = a.source_ip)) AS source_ip,
  a.session,                   -- names the connection
  (SELECT word FROM word WHERE number = a.phase) AS phase,
  (SELECT word FROM word WHERE number = a.event) AS event,
  a.code,
  iif(a.enhanced IS NULL, NULL,
      printf('%d.%d.%d', a.enhanced / 1000000, a.enhanced / 1000 % 1000, a.enhanced % 1000)) AS enhanced,
  a.text,
  (SELECT word FROM word WHERE number = a.attribution) AS attribution, -- exact, pair or session
  (SELECT word FROM word WHERE number = a.result) AS result,           -- accepted, deferred or refused
  a.delay,                     -- nanoseconds that the receiver waited before it replied
  -- The forwarder that was tried or that passed it on; NULL: straight from the sender.
  (SELECT word FROM word WHERE number = a.hop) AS hop
FROM stored_attempt AS a LEFT JOIN stored_message AS m ON m.delivery = a.delivery;

-- Why messages were judged as they were, for `mailrig explain`: one row per copy that came as far as end of data, and
-- per attempt that was refused before for what the receiver knew of the sender.
CREATE VIEW judgement AS SELECT
  delivery,
  n,                           -- the delivery's attempt
  event = (SELECT number FROM word WHERE word = 'accepted') AS accepted,
  (SELECT word FROM word WHERE number = reason) AS reason, -- what sent it to the spam folder; NULL: the inbox
  score,                       -- of reputation, in thousandths
  spam_below,                  -- in thousandths; 0: the receiver keeps no reputation
  content,                     -- score of the text, in thousandths of ten points
  circumstances,
  memory                       -- what the receiver remembered of the sender, as sim/measure/memory.h has it
FROM stored_attempt WHERE circumstances IS NOT NULL;
CREATE TABLE circumstances(id INTEGER PRIMARY KEY, facts TEXT NOT NULL);  -- JSON

-- Counts per time bucket; the width is series_width_s in table run.
CREATE VIEW series AS SELECT
  at,
  (SELECT word FROM word WHERE number = receiver) AS receiver,
  (SELECT word FROM word WHERE number = metric) AS metric,
  value
FROM stored_series;
)";
constexpr int message_columns = 19;
constexpr int attempt_columns = 22;
constexpr int series_columns = 4;

std::int64_t nanoseconds(Instant t) {
  return t.time_since_epoch().count();
}

// Numbers of the names of an enumeration's values.
template <class E, std::size_t count>
void name_values(Words& words, std::array<std::int64_t, count>& numbers) {
  for (std::size_t i = 0; i < count; ++i) numbers[i] = words.number_of(to_string(static_cast<E>(i))).value();
}

template <class E, std::size_t count>
std::int64_t number_of(const std::array<std::int64_t, count>& numbers, E value) {
  return numbers[static_cast<std::size_t>(value)];
}

std::vector<std::int64_t> numbers_of(Words& words, std::span<const std::string> names) {
  std::vector<std::int64_t> numbers;
  for (const std::string& name : names) numbers.push_back(words.number_of(name).value());
  return numbers;
}

}  // namespace

std::optional<std::int64_t> Words::number_of(std::string_view word) {
  if (const auto known = numbers_.find(word); known != numbers_.end()) return known->second;
  if (words_.size() >= words_max) return std::nullopt;
  words_.emplace_back(word);
  const auto number = static_cast<std::int64_t>(words_.size());
  numbers_.emplace(words_.back(), number);
  return number;
}

std::optional<std::int64_t> Words::number_of(const IpAddress& address) {
  if (const auto known = addresses_.find(address); known != addresses_.end()) return known->second;
  const auto number = number_of(address.to_string());
  if (number) addresses_.emplace(address, *number);
  return number;
}

Words::New Words::unwritten() const {
  return {static_cast<std::int64_t>(written_) + 1, std::span(words_).subspan(written_)};
}

RunTables::RunTables(Connection connection) : connection_(std::move(connection)) {
  name_values<policy::Event>(words_, events_);
  name_values<policy::Phase>(words_, phases_);
  name_values<Fate>(words_, fates_);
  name_values<AttemptResult>(words_, results_);
  name_values<Attribution>(words_, attributions_);
  name_values<Metric>(words_, metrics_);
}

Result<RunTables> RunTables::create(Connection connection) {
  RunTables tables(std::move(connection));
  if (auto done = tables.prepare(); !done) return done.error();
  return tables;
}

Result<void> RunTables::prepare() {
  // WAL: readers see the run while it goes on, and a killed process leaves what was committed. Losing the last
  // seconds to a power cut is accepted, hence no fsync per transaction.
  for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", schema}) {
    if (auto done = connection_.execute(sql); !done) return done;
  }
  auto fact = connection_.prepare("INSERT OR REPLACE INTO run VALUES(?1, ?2)");
  if (!fact) return fact.error();
  auto word = connection_.prepare("INSERT INTO word VALUES(?1, ?2)");
  if (!word) return word.error();
  auto circumstances = connection_.prepare("INSERT OR IGNORE INTO circumstances VALUES(?1, ?2)");
  if (!circumstances) return circumstances.error();
  auto update = connection_.prepare(
      "UPDATE stored_message SET submitted = ?2, fate = ?3, stored_at = ?4, attempts = ?5, deferrals = ?6, "
      "copies = ?7, corrupted = ?8, transformed = ?9, last_code = ?10, last_event = ?11 WHERE delivery = ?1");
  if (!update) return update.error();
  auto deliveries = BulkInsert::prepare(connection_, "INSERT INTO stored_message", message_columns);
  if (!deliveries) return deliveries.error();
  auto attempts = BulkInsert::prepare(connection_, "INSERT INTO stored_attempt", attempt_columns);
  if (!attempts) return attempts.error();
  auto points = BulkInsert::prepare(connection_, "INSERT OR REPLACE INTO stored_series", series_columns);
  if (!points) return points.error();
  put_.emplace(Statements{std::move(*fact), std::move(*word), std::move(*circumstances), std::move(*update),
                          std::move(*deliveries), std::move(*attempts), std::move(*points)});
  return {};
}

void RunTables::name(std::span<const std::string> receivers, std::span<const std::string> streams) {
  receivers_ = numbers_of(words_, receivers);
  streams_ = numbers_of(words_, streams);
}

void RunTables::bind_word(Statement& put, std::string_view word) {
  const auto number = words_.number_of(word);
  number ? put.bind(*number) : put.bind(word);
}

void RunTables::bind_receiver(Statement& put, std::uint32_t receiver) {
  receiver < receivers_.size() ? put.bind(receivers_[receiver]) : put.bind_null();
}

void RunTables::bind(Statement& put, const DeliveryRow& row) {
  put.bind(row.row).bind(static_cast<std::int64_t>(row.message));
  row.stream < streams_.size() ? put.bind(streams_[row.stream]) : put.bind_null();
  put.bind(static_cast<std::int64_t>(row.slot)).bind(nanoseconds(row.intended));
  bind_word(put, row.mail_from);
  put.bind(row.recipient);
  bind_receiver(put, row.receiver);
  put.bind(static_cast<std::int64_t>(row.size_bytes));
  bind_standing(put, row.standing.value_or(DeliveryUpdate()));
}

void RunTables::bind_standing(Statement& put, const DeliveryUpdate& update) {
  update.submitted ? put.bind(nanoseconds(*update.submitted)) : put.bind_null();
  put.bind(number_of(fates_, update.fate));
  update.delivered ? put.bind(nanoseconds(*update.delivered)) : put.bind_null();
  put.bind(std::int64_t{update.attempts})
      .bind(std::int64_t{update.deferrals})
      .bind(std::int64_t{update.copies})
      .bind(std::int64_t{update.corrupted})
      .bind(std::int64_t{update.transformed});
  if (update.last_event) {
    put.bind(std::int64_t{update.last_code}).bind(number_of(events_, *update.last_event));
  } else {
    put.bind_null().bind_null();
  }
}

void RunTables::bind(Statement& put, const AttemptRow& row) {
  row.delivery != 0 ? put.bind(row.delivery) : put.bind_null();
  row.recipient.empty() ? put.bind_null() : put.bind(row.recipient);
  row.n == 0 ? put.bind_null() : put.bind(std::int64_t{row.n});
  put.bind(nanoseconds(row.at));
  bind_receiver(put, row.receiver);
  const auto source = words_.number_of(row.source);
  source ? put.bind(*source) : put.bind_copy(row.source.to_string());
  put.bind(static_cast<std::int64_t>(row.session))
      .bind(number_of(phases_, row.phase))
      .bind(number_of(events_, row.event))
      .bind(std::int64_t{row.code});
  if (const auto enhanced = smtp::parse_enhanced_code(row.text)) {
    put.bind(enhanced->klass * std::int64_t{1'000'000} + enhanced->subject * std::int64_t{1'000} + enhanced->detail);
  } else {
    put.bind_null();
  }
  put.bind(row.text)
      .bind(number_of(attributions_, row.attribution))
      .bind(number_of(results_, row.result))
      .bind(std::int64_t{row.delay.count()});
  row.hop ? bind_receiver(put, *row.hop) : void(put.bind_null());
  if (!row.judgement) {
    for (int column = 0; column < 6; ++column) put.bind_null();
    return;
  }
  const Judgement& judgement = *row.judgement;
  put.bind(std::int64_t{judgement.circumstances});
  judgement.reason.empty() ? void(put.bind_null()) : bind_word(put, judgement.reason);
  put.bind(std::int64_t{judgement.score_milli})
      .bind(std::int64_t{judgement.junk_below_milli})
      .bind(std::int64_t{judgement.content_milli})
      .bind_blob(judgement.memory);
}

void RunTables::bind(Statement& put, const SeriesPoint& point) {
  put.bind(nanoseconds(point.at));
  bind_receiver(put, point.receiver);
  put.bind(number_of(metrics_, point.metric)).bind(static_cast<std::int64_t>(point.value));
}

Result<void> RunTables::write(const SeriesChanges& changes) {
  if (changes.start_over) {
    if (auto done = connection_.execute("DELETE FROM stored_series"); !done) return done;
    const std::string width = fmt::format("{}", changes.width / std::chrono::seconds(1));
    if (auto done = put_->fact.bind("series_width_s").bind(width).run(); !done) return done;
  }
  return put_->points.insert(std::span(changes.points), [this](auto& put, auto& point) { bind(put, point); });
}

Result<void> RunTables::write_words() {
  auto [number, words] = words_.unwritten();
  for (const std::string& word : words) {
    if (auto done = put_->word.bind(number++).bind(word).run(); !done) return done;
  }
  return {};
}

Result<void> RunTables::write_rows(const RunRows& rows) {
  const auto put_row = [this](Statement& put, const auto& row) { bind(put, row); };
  for (const auto& [key, value] : rows.facts) {
    if (auto done = put_->fact.bind(key).bind(value).run(); !done) return done;
  }
  // Deliveries first: the updates refer to them.
  if (auto done = put_->deliveries.insert(std::span(rows.deliveries), put_row); !done) return done;
  for (const DeliveryUpdate& update : rows.updates) {
    bind_standing(put_->update.bind(update.row), update);
    if (auto done = put_->update.run(); !done) return done;
  }
  if (auto done = put_->attempts.insert(std::span(rows.attempts), put_row); !done) return done;
  for (const auto& [number, json] : rows.circumstances) {
    if (auto done = put_->circumstances.bind(std::int64_t{number}).bind(json).run(); !done) return done;
  }
  for (const SeriesChanges& changes : rows.series) {
    if (auto done = write(changes); !done) return done;
  }
  return write_words();
}

Result<void> RunTables::write(const RunRows& rows) {
  if (auto done = connection_.execute("BEGIN"); !done) return done;
  if (auto done = write_rows(rows); !done) {
    static_cast<void>(connection_.execute("ROLLBACK"));  // the first error is the one to tell
    return done;
  }
  if (auto done = connection_.execute("COMMIT"); !done) return done;
  words_.written();
  return {};
}

void RunTables::finish() {
  put_.reset();
  static_cast<void>(connection_.execute("PRAGMA journal_mode=DELETE"));
}

}  // namespace mailrig::measure
