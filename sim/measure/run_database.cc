#include "sim/measure/run_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/smtp/reply.h"
#include "sim/measure/sqlite.h"

namespace mailrig::measure {
namespace {

constexpr std::size_t buffered_rows_max = 20'000;
constexpr std::uint64_t automatic_deliveries_max = 1'000'000;
constexpr std::uint64_t automatic_attempts_max = 1'000'000;  // that belong to no delivery
constexpr std::uint64_t automatic_sample = 1'000;

constexpr const char* schema = R"(
CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- One row per delivery, that is per message and recipient.
CREATE TABLE message(
  delivery INTEGER PRIMARY KEY,
  id INTEGER NOT NULL,         -- as in X-Mailrig-Id: printf('%016x', id)
  stream TEXT NOT NULL,
  slot INTEGER NOT NULL,       -- number of the message in its schedule
  intended INTEGER NOT NULL,   -- times are model time in nanoseconds since 1970
  submitted INTEGER,
  mail_from TEXT NOT NULL,
  recipient TEXT NOT NULL,
  receiver TEXT,               -- NULL: a domain that no receiver of the run serves
  size INTEGER NOT NULL,       -- bytes
  fate TEXT NOT NULL,
  placement TEXT,              -- inbox or spam
  stored_at INTEGER,           -- first copy stored, or discarded
  attempts INTEGER NOT NULL,
  deferrals INTEGER NOT NULL,
  copies INTEGER NOT NULL,     -- stored ones
  corrupted INTEGER NOT NULL,
  transformed INTEGER NOT NULL,
  last_code INTEGER,           -- 0: no reply
  last_event TEXT);

-- In the order in which they happened.
CREATE TABLE attempt(
  delivery INTEGER,            -- NULL: belongs to none, counted at the receiver only
  message INTEGER,             -- id
  recipient TEXT,              -- NULL: a session refused before RCPT
  n INTEGER,                   -- of the delivery, from 1
  at INTEGER NOT NULL,
  receiver TEXT,               -- whoever was tried, a forwarder too
  source_ip TEXT NOT NULL,
  session INTEGER NOT NULL,    -- names the connection
  phase TEXT NOT NULL,
  event TEXT NOT NULL,
  code INTEGER NOT NULL,
  enhanced TEXT,
  text TEXT NOT NULL,
  attribution TEXT NOT NULL,   -- exact, pair or session
  result TEXT NOT NULL,        -- accepted, deferred or refused
  delay INTEGER NOT NULL,      -- nanoseconds that the receiver waited before it replied
  hop TEXT);                   -- the forwarder that was tried or that passed it on; NULL: straight from the sender

-- Why messages were judged as they were, for `mailrig explain`: one row per copy that came as far as end of data, and
-- per attempt that was refused before for what the receiver knew of the sender.
CREATE TABLE judgement(
  delivery INTEGER NOT NULL,
  n INTEGER NOT NULL,          -- the delivery's attempt
  accepted INTEGER NOT NULL,
  reason TEXT,                 -- what sent an accepted copy to the spam folder; NULL: the inbox
  score INTEGER NOT NULL,      -- of reputation, in thousandths
  spam_below INTEGER NOT NULL, -- in thousandths; 0: the receiver keeps no reputation
  content INTEGER NOT NULL,    -- score of the text, in thousandths of ten points
  circumstances INTEGER NOT NULL,
  memory TEXT NOT NULL);       -- JSON: bulk sender, lot, and per identity active days, copies today, recent maximum,
                               -- and thousandths of copies accepted, unknown recipients, traps hit, complaints,
                               -- copies whose reading is known, and opened ones; then 1 while shut out for having
                               -- been over the day's cap, how many copies may pass over it afterwards, and
                               -- copies this hour
CREATE TABLE circumstances(id INTEGER PRIMARY KEY, facts TEXT NOT NULL);  -- JSON

-- Counts per time bucket; the width is series_width_s in table run.
CREATE TABLE series(at INTEGER, receiver TEXT, metric TEXT, value INTEGER,
  PRIMARY KEY(at, receiver, metric)) WITHOUT ROWID;
)";

std::int64_t nanoseconds(Instant t) {
  return t.time_since_epoch().count();
}

}  // namespace

Result<RecordPolicy> parse_record_policy(std::string_view text) {
  using Kind = RecordPolicy::Kind;
  if (text == "auto") return RecordPolicy{Kind::automatic, 1};
  if (text == "all") return RecordPolicy{Kind::all, 1};
  if (text == "aggregate") return RecordPolicy{Kind::aggregate, 1};
  static constexpr std::string_view prefix = "sample:";
  if (text.starts_with(prefix)) {
    const std::string_view number = text.substr(prefix.size());
    std::uint64_t every = 0;
    const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), every);
    if (fault == std::errc() && end == number.data() + number.size() && every > 0) {
      return RecordPolicy{Kind::sample, every};
    }
  }
  return Error{fmt::format(
      "'{}' is not a way to record; write auto, all, aggregate, or sample:N to keep every N-th message", text)};
}

struct RunDatabase::State {
  struct Buffer {
    std::vector<std::pair<std::string, std::string>> facts;
    std::vector<DeliveryRow> deliveries;
    std::vector<DeliveryUpdate> updates;
    std::vector<AttemptRow> attempts;
    std::vector<std::pair<std::uint64_t, std::string>> circumstances;
    std::vector<JudgementRow> judgements;
    std::vector<SeriesChanges> series;

    std::size_t rows() const { return deliveries.size() + updates.size() + attempts.size() + judgements.size(); }
  };

  explicit State(Connection opened, RecordPolicy record) : connection(std::move(opened)), policy(record) {}

  Result<void> prepare();
  Result<void> write(const Buffer& buffer);
  Result<void> write_rows(const Buffer& buffer);
  Result<void> write(const DeliveryRow& row);
  Result<void> write(const DeliveryUpdate& update);
  static Statement& bind_standing(Statement& put, const DeliveryUpdate& update);
  Result<void> write(const AttemptRow& row);
  Result<void> write(const JudgementRow& row);
  Result<void> write(const SeriesChanges& changes);
  Result<void> flush();

  // Adds to the buffer, and empties it first when it is full.
  template <class Change>
  void buffer_row(Change change) {
    bool full = false;
    {
      const std::lock_guard lock(buffer_mutex);
      change(buffer);
      full = buffer.rows() >= buffered_rows_max;
    }
    // An error here is kept and returned by the next flush() that somebody looks at.
    if (full) static_cast<void>(flush());
  }

  Statement& bind_receiver(Statement& statement, std::uint32_t receiver) const {
    return receiver < receivers.size() ? statement.bind(receivers[receiver]) : statement.bind_null();
  }

  Connection connection;
  const RecordPolicy policy;
  std::vector<std::string> receivers;
  std::vector<std::string> streams;

  // Two locks, so that whoever adds a row does not wait for the disk. Order: write_mutex, then buffer_mutex.
  std::mutex write_mutex;
  std::mutex buffer_mutex;
  Buffer buffer;
  std::optional<Error> failure;
  std::optional<Statement> put_fact, put_delivery, put_update, put_attempt, put_circumstances, put_judgement, put_point;
};

Result<void> RunDatabase::State::prepare() {
  // WAL: readers see the run while it goes on, and a killed process leaves what was committed. Losing the last
  // seconds to a power cut is accepted, hence no fsync per transaction.
  for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", schema}) {
    if (auto done = connection.execute(sql); !done) return done;
  }
  const std::pair<std::optional<Statement>*, std::string_view> statements[] = {
      {&put_fact, "INSERT OR REPLACE INTO run VALUES(?1, ?2)"},
      {&put_delivery,
       "INSERT INTO message VALUES(?1, ?2, ?3, ?4, ?5, ?10, ?6, ?7, ?8, ?9, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
       "?19, ?20)"},
      {&put_update,
       "UPDATE message SET submitted = ?2, fate = ?3, placement = ?4, stored_at = ?5, attempts = ?6, deferrals = ?7, "
       "copies = ?8, corrupted = ?9, transformed = ?10, last_code = ?11, last_event = ?12 WHERE delivery = ?1"},
      {&put_attempt,
       "INSERT INTO attempt VALUES(?1, ?2, coalesce(?3, (SELECT recipient FROM message WHERE delivery = ?1)), ?4, ?5, "
       "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"},
      {&put_circumstances, "INSERT OR IGNORE INTO circumstances VALUES(?1, ?2)"},
      {&put_judgement, "INSERT INTO judgement VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
      {&put_point, "INSERT OR REPLACE INTO series VALUES(?1, ?2, ?3, ?4)"}};
  for (const auto& [statement, sql] : statements) {
    auto prepared = connection.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return {};
}

Result<void> RunDatabase::State::write(const DeliveryRow& row) {
  put_delivery->bind(row.row)
      .bind(static_cast<std::int64_t>(row.message))
      .bind(row.stream < streams.size() ? std::string_view(streams[row.stream]) : std::string_view())
      .bind(static_cast<std::int64_t>(row.slot))
      .bind(nanoseconds(row.intended))
      .bind(row.mail_from)
      .bind(row.recipient);
  bind_receiver(*put_delivery, row.receiver).bind(static_cast<std::int64_t>(row.size_bytes));
  return bind_standing(*put_delivery, row.standing.value_or(DeliveryUpdate())).run();
}

Result<void> RunDatabase::State::write(const DeliveryUpdate& update) {
  return bind_standing(put_update->bind(update.row), update).run();
}

Statement& RunDatabase::State::bind_standing(Statement& put, const DeliveryUpdate& update) {
  update.submitted ? put.bind(nanoseconds(*update.submitted)) : put.bind_null();
  put.bind(to_string(update.fate));
  update.fate == Fate::inbox || update.fate == Fate::spam ? put.bind(to_string(update.fate)) : put.bind_null();
  update.delivered ? put.bind(nanoseconds(*update.delivered)) : put.bind_null();
  put.bind(std::int64_t{update.attempts})
      .bind(std::int64_t{update.deferrals})
      .bind(std::int64_t{update.copies})
      .bind(std::int64_t{update.corrupted})
      .bind(std::int64_t{update.transformed});
  if (update.last_event) {
    return put.bind(std::int64_t{update.last_code}).bind(policy::to_string(*update.last_event));
  }
  return put.bind_null().bind_null();
}

Result<void> RunDatabase::State::write(const AttemptRow& row) {
  Statement& put = *put_attempt;
  row.delivery != 0 ? put.bind(row.delivery) : put.bind_null();
  row.message ? put.bind(static_cast<std::int64_t>(*row.message)) : put.bind_null();
  row.recipient.empty() ? put.bind_null() : put.bind(row.recipient);
  row.n == 0 ? put.bind_null() : put.bind(std::int64_t{row.n});
  put.bind(nanoseconds(row.at));
  bind_receiver(put, row.receiver);
  const std::string source = row.source.to_string();
  put.bind(source)
      .bind(static_cast<std::int64_t>(row.session))
      .bind(policy::to_string(row.phase))
      .bind(policy::to_string(row.event))
      .bind(std::int64_t{row.code});
  const auto enhanced = smtp::parse_enhanced_code(row.text);
  const std::string enhanced_text = enhanced ? enhanced->to_string() : std::string();
  enhanced ? put.bind(enhanced_text) : put.bind_null();
  put.bind(row.text).bind(to_string(row.attribution)).bind(to_string(row.result)).bind(std::int64_t{row.delay.count()});
  return row.hop ? bind_receiver(put, *row.hop).run() : put.bind_null().run();
}

Result<void> RunDatabase::State::write(const JudgementRow& row) {
  Statement& put = put_judgement->bind(row.delivery).bind(std::int64_t{row.n}).bind(std::int64_t{row.accepted});
  row.reason.empty() ? put.bind_null() : put.bind(row.reason);
  return put.bind(std::int64_t{row.score_milli})
      .bind(std::int64_t{row.junk_below_milli})
      .bind(std::int64_t{row.content_milli})
      .bind(static_cast<std::int64_t>(row.circumstances))
      .bind(row.memory)
      .run();
}

Result<void> RunDatabase::State::write(const SeriesChanges& changes) {
  if (changes.start_over) {
    if (auto done = connection.execute("DELETE FROM series"); !done) return done;
    const std::string width = fmt::format("{}", changes.width / std::chrono::seconds(1));
    if (auto done = put_fact->bind("series_width_s").bind(width).run(); !done) return done;
  }
  for (const SeriesPoint& point : changes.points) {
    put_point->bind(nanoseconds(point.at));
    bind_receiver(*put_point, point.receiver);
    auto done = put_point->bind(to_string(point.metric)).bind(static_cast<std::int64_t>(point.value)).run();
    if (!done) return done;
  }
  return {};
}

Result<void> RunDatabase::State::write_rows(const Buffer& rows) {
  for (const auto& [key, value] : rows.facts) {
    if (auto done = put_fact->bind(key).bind(value).run(); !done) return done;
  }
  // Deliveries first: the updates refer to them.
  for (const auto& row : rows.deliveries) {
    if (auto done = write(row); !done) return done;
  }
  for (const auto& row : rows.updates) {
    if (auto done = write(row); !done) return done;
  }
  for (const auto& row : rows.attempts) {
    if (auto done = write(row); !done) return done;
  }
  for (const auto& [key, json] : rows.circumstances) {
    if (auto done = put_circumstances->bind(static_cast<std::int64_t>(key)).bind(json).run(); !done) return done;
  }
  for (const auto& row : rows.judgements) {
    if (auto done = write(row); !done) return done;
  }
  for (const auto& changes : rows.series) {
    if (auto done = write(changes); !done) return done;
  }
  return {};
}

Result<void> RunDatabase::State::write(const Buffer& rows) {
  if (auto done = connection.execute("BEGIN"); !done) return done;
  if (auto done = write_rows(rows); !done) {
    static_cast<void>(connection.execute("ROLLBACK"));  // the first error is the one to tell
    return done;
  }
  return connection.execute("COMMIT");
}

Result<void> RunDatabase::State::flush() {
  const std::lock_guard writing(write_mutex);
  Buffer rows;
  {
    const std::lock_guard lock(buffer_mutex);
    std::swap(rows, buffer);
  }
  if (failure) return *failure;
  if (auto done = write(rows); !done) {
    failure = done.error();
    return done;
  }
  return {};
}

RunDatabase::RunDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}

RunDatabase::~RunDatabase() {
  static_cast<void>(flush());
  // One file is easier to take along than three; fails harmlessly while somebody else is reading.
  state_->put_fact.reset();
  state_->put_delivery.reset();
  state_->put_update.reset();
  state_->put_attempt.reset();
  state_->put_circumstances.reset();
  state_->put_judgement.reset();
  state_->put_point.reset();
  static_cast<void>(state_->connection.execute("PRAGMA journal_mode=DELETE"));
}

Result<std::unique_ptr<RunDatabase>> RunDatabase::create(const std::filesystem::path& file, RecordPolicy policy) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code fault;
    std::filesystem::remove(file.string() + suffix, fault);
    if (fault)
      return Error{fmt::format("the earlier run can't be replaced: {}", fault.message()), file.string() + suffix};
  }
  auto connection = Connection::open(file, Connection::Mode::create);
  if (!connection) return connection.error();
  auto state = std::make_unique<State>(std::move(*connection), policy);
  if (auto done = state->prepare(); !done) return done.error();
  return std::unique_ptr<RunDatabase>(new RunDatabase(std::move(state)));
}

void RunDatabase::name(std::vector<std::string> receivers, std::vector<std::string> streams) {
  const std::lock_guard writing(state_->write_mutex);
  state_->receivers = std::move(receivers);
  state_->streams = std::move(streams);
}

void RunDatabase::set(std::string key, std::string value) {
  state_->buffer_row([&](State::Buffer& b) { b.facts.emplace_back(std::move(key), std::move(value)); });
}

bool RunDatabase::keeps(std::uint64_t message, std::uint64_t deliveries) const {
  const auto sampled = [message](std::uint64_t every) { return combine(message, 0) % every == 0; };
  switch (state_->policy.kind) {
    case RecordPolicy::Kind::automatic:
      return deliveries < automatic_deliveries_max || sampled(automatic_sample);
    case RecordPolicy::Kind::all:
      return true;
    case RecordPolicy::Kind::sample:
      return sampled(state_->policy.every);
    case RecordPolicy::Kind::aggregate:
      return false;
  }
  return true;
}

bool RunDatabase::keeps_unattributed(std::uint64_t attempts) const {
  switch (state_->policy.kind) {
    case RecordPolicy::Kind::automatic:
      return attempts < automatic_attempts_max;
    case RecordPolicy::Kind::all:
      return true;
    case RecordPolicy::Kind::sample:
    case RecordPolicy::Kind::aggregate:
      return false;
  }
  return true;
}

bool RunDatabase::keeps_any() const {
  return state_->policy.kind != RecordPolicy::Kind::aggregate;
}

void RunDatabase::add(DeliveryRow row) {
  state_->buffer_row([&](State::Buffer& b) { b.deliveries.push_back(std::move(row)); });
}

void RunDatabase::add(const DeliveryUpdate& update) {
  state_->buffer_row([&](State::Buffer& b) {
    // Most deliveries are over before their row is written: then there is nothing to correct. Rows come in order.
    const auto row = std::lower_bound(b.deliveries.begin(), b.deliveries.end(), update.row,
                                      [](const DeliveryRow& d, std::int64_t number) { return d.row < number; });
    if (row != b.deliveries.end() && row->row == update.row) {
      row->standing = update;
    } else {
      b.updates.push_back(update);
    }
  });
}

void RunDatabase::add(AttemptRow row) {
  state_->buffer_row([&](State::Buffer& b) { b.attempts.push_back(std::move(row)); });
}

void RunDatabase::add(JudgementRow row) {
  state_->buffer_row([&](State::Buffer& b) { b.judgements.push_back(std::move(row)); });
}

void RunDatabase::add_circumstances(std::uint64_t key, std::string json) {
  state_->buffer_row([&](State::Buffer& b) { b.circumstances.emplace_back(key, std::move(json)); });
}

void RunDatabase::add(SeriesChanges changes) {
  state_->buffer_row([&](State::Buffer& b) { b.series.push_back(std::move(changes)); });
}

Result<void> RunDatabase::flush() {
  return state_->flush();
}

}  // namespace mailrig::measure
