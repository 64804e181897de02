#include "sim/measure/run_database.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/measure/sqlite.h"
#include "tests/sim/measure/ledger_fixture.h"
#include "tests/temporary_folder.h"

namespace mailrig::measure {
namespace {

class RunDatabaseTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "run.db"; }

  // Every row of a query, columns joined by '|', rows by '\n'.
  static std::string query(const std::filesystem::path& file, std::string_view sql) {
    auto connection = Connection::open(file, Connection::Mode::read);
    if (!connection) return connection.error().to_string();
    auto statement = connection->prepare(sql);
    if (!statement) return statement.error().to_string();
    std::string text;
    for (;;) {
      const auto row = statement->next();
      if (!row) return row.error().to_string();
      if (!*row) return text;
      for (int i = 0; i < statement->columns(); ++i) {
        text += i == 0 ? "" : "|";
        text += statement->is_null(i) ? "-" : std::string(statement->text(i));
      }
      text += "\n";
    }
  }

  static void tell(Storyteller& run) {
    run.submit(1, ann);
    run.submit(2, "bob@gmail.example");
    const auto session = run.open(gmail, 5, 1);
    run.ledger.transaction_started(5, 1);
    run.rcpt_refused(gmail, session, 1, ann, run.greylisted);
    run.close(gmail, session, 1);
    run.deliver(gmail, 301, ann, 1);
    run.ledger.sender_attempt({.now = at(2), .message = 2, .source = {}, .result = {}});
  }

  TemporaryFolder folder_;
};

TEST_F(RunDatabaseTest, HoldsEveryDeliveryAndEveryAttempt) {
  auto database = RunDatabase::create(file(), {RecordPolicy::Kind::all, 1});
  ASSERT_TRUE(database) << database.error().to_string();
  {
    Storyteller run(small_run(), database->get());
    tell(run);
    ASSERT_TRUE(run.ledger.flush());
    // What happens after a row was written changes the row.
    run.ledger.sender_outcome(at(400), 2, 0, SenderOutcome::expired);
    ASSERT_TRUE(run.ledger.flush());
  }
  database->reset();
  EXPECT_EQ(query(file(),
                  "SELECT printf('%016x', id), stream, slot, recipient, receiver, size, fate, placement, "
                  "(stored_at - intended) / 1000000000, attempts, deferrals, last_code, last_event FROM message"),
            "0000000000000001|order|0|ann@gmail.example|gmail|1000|inbox|inbox|301|2|1|250|accepted\n"
            "0000000000000002|order|1|bob@gmail.example|gmail|1000|expired|-|-|1|1|0|timeout\n");
  EXPECT_EQ(query(file(),
                  "SELECT message, recipient, n, receiver, source_ip, phase, event, code, enhanced, text, "
                  "attribution, result FROM attempt"),
            "1|ann@gmail.example|1|gmail|198.18.2.10|rcpt|greylisted|450|4.7.1|4.7.1 Please try later|exact|deferred\n"
            "1|ann@gmail.example|2|gmail|198.18.2.10|data|accepted|250|2.0.0|2.0.0 OK|exact|accepted\n"
            "2|bob@gmail.example|1|gmail|0.0.0.0|data|timeout|0|-||exact|deferred\n");
  EXPECT_EQ(query(file(), "SELECT metric, sum(value) FROM series GROUP BY metric"),
            "accepted|1\nattempts|3\ndeferrals|2\ninbox|1\n");
  EXPECT_FALSE(std::filesystem::exists(file().string() + "-wal")) << "a finished run is one file";
}

TEST_F(RunDatabaseTest, WhatWasFlushedSurvivesAKill) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto database = RunDatabase::create(file(), {RecordPolicy::Kind::all, 1});
    if (!database) _exit(1);
    Storyteller run(small_run(), database->get());
    (*database)->set("scenario", "first-send");
    tell(run);
    if (!run.ledger.flush()) _exit(2);
    run.submit(3, "cid@gmail.example");  // not flushed
    kill(getpid(), SIGKILL);
    _exit(3);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "exit status " << WEXITSTATUS(status);
  EXPECT_EQ(query(file(), "PRAGMA integrity_check"), "ok\n");
  EXPECT_EQ(query(file(), "SELECT recipient, fate FROM message"),
            "ann@gmail.example|inbox\nbob@gmail.example|queued\n");
  EXPECT_EQ(query(file(), "SELECT value FROM run WHERE key = 'scenario'"), "first-send\n");
  EXPECT_EQ(query(file(), "SELECT count(*) FROM attempt"), "3\n");
}

TEST_F(RunDatabaseTest, CanBeReadWhileTheRunGoesOn) {
  auto database = RunDatabase::create(file(), {RecordPolicy::Kind::all, 1});
  ASSERT_TRUE(database);
  Storyteller run(small_run(), database->get());
  run.submit(1, ann);
  ASSERT_TRUE(run.ledger.flush());
  EXPECT_EQ(query(file(), "SELECT fate FROM message"), "queued\n");
  run.deliver(gmail, 1, ann, 1);
  ASSERT_TRUE(run.ledger.flush());
  EXPECT_EQ(query(file(), "SELECT fate FROM message"), "inbox\n");
}

TEST_F(RunDatabaseTest, AFullBufferWritesItselfOut) {
  auto database = RunDatabase::create(file(), {RecordPolicy::Kind::all, 1});
  ASSERT_TRUE(database);
  Storyteller run(small_run(), database->get());
  for (std::uint64_t id = 1; id <= 25'000; ++id) run.submit(id, std::to_string(id) + "@gmail.example");
  EXPECT_GE(std::stoi(query(file(), "SELECT count(*) FROM message")), 1) << "nobody has called flush()";
}

TEST_F(RunDatabaseTest, KeepsASampleOrNothingWhenAskedTo) {
  for (const auto& [text, low, high] : {std::tuple("aggregate", 0, 0), std::tuple("sample:10", 60, 140)}) {
    const auto policy = parse_record_policy(text);
    ASSERT_TRUE(policy);
    auto database = RunDatabase::create(file(), *policy);
    ASSERT_TRUE(database);
    Storyteller run(small_run(), database->get());
    for (std::uint64_t id = 1; id <= 1'000; ++id) {
      run.submit(id, std::to_string(id) + "@gmail.example");
      run.deliver(gmail, 1, std::to_string(id) + "@gmail.example", id);
    }
    ASSERT_TRUE(run.ledger.flush());
    const int messages = std::stoi(query(file(), "SELECT count(*) FROM message"));
    EXPECT_GE(messages, low) << text;
    EXPECT_LE(messages, high) << text;
    EXPECT_EQ(std::stoi(query(file(), "SELECT count(*) FROM attempt")), messages) << "whole deliveries are kept";
    EXPECT_EQ(query(file(), "SELECT sum(value) FROM series WHERE metric = 'inbox'"), "1000\n");
  }
}

TEST_F(RunDatabaseTest, ReplacesAnEarlierRun) {
  std::ofstream(file()) << "not a database";
  const auto database = RunDatabase::create(file(), {});
  ASSERT_TRUE(database) << database.error().to_string();
  EXPECT_EQ(query(file(), "SELECT count(*) FROM message"), "0\n");
}

TEST_F(RunDatabaseTest, AMissingFolderIsAnErrorThatNamesTheFile) {
  const auto database = RunDatabase::create(folder_ / "absent" / "run.db", {});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().file, (folder_ / "absent" / "run.db").string());
}

TEST(RecordPolicy, ReadsWhatScenariosSay) {
  EXPECT_EQ(parse_record_policy("all")->kind, RecordPolicy::Kind::all);
  EXPECT_EQ(parse_record_policy("auto")->kind, RecordPolicy::Kind::automatic);
  EXPECT_EQ(parse_record_policy("sample:25")->every, 25U);
  for (const char* wrong : {"", "some", "sample:", "sample:0", "sample:1.5", "sample:-1"}) {
    EXPECT_FALSE(parse_record_policy(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace mailrig::measure
