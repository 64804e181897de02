// MIME that nests for ever: RFC 2046 §5.1 sets no depth, so we do.
#include <gtest/gtest.h>

#include <string>

#include "fakes/mail/mime.h"
#include "tests/bounded_process.h"

namespace mailrig::mail {
namespace {

TEST(HostileMime, AHundredThousandLevelsAreLookedAtNoDeeperThanTheLimit) {
  std::string message;
  for (int i = 0; i < 100'000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    message += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  message += "Content-Type: text/plain\r\n\r\ntext\r\n";
  const BoundedRun run = run_bounded([&message] {
    const auto parts = leaf_parts(message);
    return parts.size() == 1 && parts[0].type.parameter("boundary") == "b" + std::to_string(mime_depth_max);
  });
  EXPECT_TRUE(run.held);
  EXPECT_LT(run.grown_kb, 20'000 * slowness_factor);
}

TEST(HostileMime, BoundariesThatNeverComeOrAlwaysCome) {
  std::string none = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  std::string all = none;
  while (none.size() < 10'000'000) none += "--a\r\n--c\r\n";
  while (all.size() < 10'000'000) all += "--b\r\n";
  for (const std::string& message : {none, all}) {
    const BoundedRun run = run_bounded([&message] { return leaf_parts(message).size() <= mime_parts_max; });
    EXPECT_TRUE(run.held);
    EXPECT_LT(run.grown_kb, 20'000 * slowness_factor);
  }
}

}  // namespace
}  // namespace mailrig::mail
