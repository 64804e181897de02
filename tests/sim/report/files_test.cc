#include "sim/report/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sim/measure/run_database.h"
#include "sim/report/json_text.h"
#include "tests/sim/report/sample_run.h"

namespace mailrig::report {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string printed(const std::filesystem::path& folder, Format format) {
  std::ostringstream out;
  const auto done = print_report(folder, format, Style{}, out);
  return done ? out.str() : done.error().to_string();
}

TEST(Files, AreReplacedInOneStep) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_atomically(folder.path() / "a", "one"));
  ASSERT_TRUE(write_atomically(folder.path() / "a", "two"));
  EXPECT_EQ(read(folder.path() / "a"), "two");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.tmp"));
  const auto failed = write_atomically(folder.path() / "absent" / "a", "x");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().to_string(), HasSubstr("No such file or directory"));
}

TEST(Files, AWrittenSummaryIsReadBack) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_reports(folder.path(), sample_summary()));
  const auto loaded = load_summary(folder.path());
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->at("totals"), sample_summary().at("totals"));
  EXPECT_EQ(to_text(loaded->at("expectations")), to_text(sample_summary().at("expectations")));
  EXPECT_EQ(printed(folder.path(), Format::json), to_text(sample_summary()));
  EXPECT_EQ(printed(folder.path(), Format::junit), read(folder.path() / "junit.xml"));
  EXPECT_THAT(printed(folder.path(), Format::text), HasSubstr("7 deliveries = 2 inbox + 1 spam"));
}

TEST(Files, DeliveriesOfAKilledRunAreReadableAsCsv) {
  const TemporaryFolder folder;
  auto database = measure::RunDatabase::create(folder.path() / "run.db", {});
  ASSERT_TRUE(database);
  measure::Storyteller run(measure::small_run(), database->get());
  tell_sample(run);
  ASSERT_TRUE(run.ledger.flush());  // and the run is not closed
  EXPECT_EQ(
      printed(folder.path(), Format::csv),
      "message,stream,slot,intended,submitted,mail_from,recipient,receiver,size,fate,placement,stored_at,latency_s,"
      "service_s,attempts,deferrals,copies,corrupted,transformed,last_code,last_event\r\n"
      "0000000000000001,order,0,2026-03-02T08:00:00Z,2026-03-02T08:00:00Z,shop@shop.example,ann@gmail.example,"
      "gmail,1000,inbox,inbox,2026-03-02T08:00:02.500Z,2.5,2.5,2,0,2,0,0,250,accepted\r\n"
      "0000000000000002,order,1,2026-03-02T08:00:01Z,2026-03-02T08:00:01Z,shop@shop.example,bob@gmail.example,"
      "gmail,1000,spam,spam,2026-03-02T08:05:03Z,302,302,2,1,1,0,0,250,accepted\r\n"
      "0000000000000003,order,2,2026-03-02T08:00:02Z,2026-03-02T08:00:02Z,shop@shop.example,"
      "nobody@gmail.example,gmail,1000,rejected,,,,,1,0,0,0,0,550,unknown_user\r\n"
      "0000000000000004,order,3,2026-03-02T08:00:03Z,2026-03-02T08:00:03Z,shop@shop.example,李@qq.example,qq,"
      "1000,inbox,inbox,2026-03-02T08:01:06Z,63,63,2,1,1,0,0,250,accepted\r\n"
      "0000000000000005,order,4,2026-03-02T08:00:04Z,2026-03-02T08:00:04Z,shop@shop.example,wang@qq.example,qq,"
      "1000,lost,,,,,0,0,0,0,0,,\r\n"
      "0000000000000006,order,5,2026-03-02T08:00:05Z,2026-03-02T08:00:05Z,shop@shop.example,x@nowhere.example,,"
      "1000,rejected,,,,,0,0,0,0,0,,\r\n"
      "0000000000000007,order,6,2026-03-02T08:00:06Z,,shop@shop.example,zhao@qq.example,qq,1000,refused,,,,,0,0,0,"
      "0,0,,\r\n");
}

TEST(Files, AFolderWithoutARunGetsAHelpfulError) {
  const TemporaryFolder folder;
  EXPECT_THAT(printed(folder.path(), Format::text), HasSubstr("give the folder that 'mailrig run --out'"));
  EXPECT_THAT(printed(folder.path(), Format::csv), StartsWith((folder.path() / "run.db").string()));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "run.db")) << "looking creates nothing";
}

TEST(Files, ForeignAndDamagedSummariesAreRefused) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_atomically(folder.path() / "summary.json", "{\"schema\": \"other/1\"}"));
  EXPECT_THAT(load_summary(folder.path()).error().to_string(), HasSubstr("must be 'mailrig.summary/1'"));
  ASSERT_TRUE(write_atomically(folder.path() / "summary.json", "{\"schema\": "));
  EXPECT_THAT(load_summary(folder.path()).error().to_string(), HasSubstr("is not JSON"));
}

TEST(Format, KnowsItsNames) {
  EXPECT_EQ(*parse_format("csv"), Format::csv);
  EXPECT_THAT(parse_format("xml").error().message, HasSubstr("text, json, csv, junit and postmaster"));
}

}  // namespace
}  // namespace mailrig::report
