#include "sim/report/style.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace mailrig::report {
namespace {

TEST(Style, WhatIsNotATerminalGetsNoColours) {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(null, 0);
  EXPECT_FALSE(style_for(null).colour);
  EXPECT_EQ(style_for(null).columns, 120U);
  close(null);
}

// A pseudo-terminal's own side.
class Terminal {
 public:
  Terminal() : controller_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (controller_ < 0 || grantpt(controller_) != 0 || unlockpt(controller_) != 0) return;
    descriptor_ = open(ptsname(controller_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  ~Terminal() {
    if (descriptor_ >= 0) close(descriptor_);
    if (controller_ >= 0) close(controller_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int controller_;
  int descriptor_ = -1;
};

TEST(Style, ATerminalGetsColoursUnlessNoColorIsSet) {
  const Terminal terminal;
  if (terminal.descriptor() < 0) GTEST_SKIP() << "no pseudo-terminals here";
  unsetenv("NO_COLOR");
  EXPECT_TRUE(style_for(terminal.descriptor()).colour);
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(style_for(terminal.descriptor()).colour);
  unsetenv("NO_COLOR");
}

TEST(Style, PaintsOnlyInColour) {
  EXPECT_EQ(Style{}.paint(Colour::red, "x"), "x");
  EXPECT_EQ((Style{.colour = true}).paint(Colour::red, "x"), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace mailrig::report
