// Whole files are compared in files_test.cc.
#include "sim/report/csv.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/sim/report/sample_run.h"

namespace mailrig::report {
namespace {

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  // RFC 4180 §2: "Fields containing line breaks (CRLF), double quotes, and commas should be enclosed in double-quotes",
  // and "a double-quote appearing inside a field must be escaped by preceding it with another double quote".
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("\"Ann\"@x.example"), "\"\"\"Ann\"\"@x.example\"");
  EXPECT_EQ(csv_field("a\r\nb"), "\"a\r\nb\"");
}

TEST(Csv, WhatIsNotADatabaseIsAnErrorThatNamesTheFile) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_atomically(folder.path() / "run.db", "this is no database, and long enough to be seen as none"));
  std::ostringstream out;
  const auto done = write_csv(folder.path() / "run.db", out);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().file, (folder.path() / "run.db").string());
}

}  // namespace
}  // namespace mailrig::report
