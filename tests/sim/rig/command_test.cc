#include "sim/rig/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailrig::rig {
namespace {

TEST(Command, TellsStatusAndOutput) {
  const auto result = run_command({"sh", "-c", "echo one; echo two >&2; exit 3"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 3);
  EXPECT_EQ(result->output, "one\ntwo\n");
}

TEST(Command, MissingProgramIsAnError) {
  const auto result = run_command({"/nonexistent/program"});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, testing::HasSubstr("/nonexistent/program"));
}

TEST(Command, IsKilledWhenItTakesTooLong) {
  const auto result = run_command({"sleep", "600"}, std::chrono::milliseconds(50));
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, testing::HasSubstr("sleep 600 did not end"));
}

TEST(Command, KeepsSoMuchOutputAndNoMore) {
  const auto result = run_command({"sh", "-c", "yes | head -c 1000000"}, std::chrono::seconds(30), 1000);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output.size(), 1000U);
}

// A listener that a child keeps open stays taken when we close it.
TEST(Command, ChildrenInheritNoSockets) {
  const int socket_of_ours = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_GE(socket_of_ours, 0);
  const auto result = run_command({"ls", "/proc/self/fd"});
  close(socket_of_ours);
  ASSERT_TRUE(result);
  // The fourth is the folder that ls reads.
  EXPECT_EQ(result->output, "0\n1\n2\n3\n");
}

TEST(BackgroundCommand, EndsWithItsOwner) {
  auto command = BackgroundCommand::start({"sleep", "600"}, "/dev/null");
  ASSERT_TRUE(command);
  EXPECT_FALSE(command->ended());
  command->kill();
  EXPECT_TRUE(command->ended());
}

TEST(BackgroundCommand, TellsHowItEnded) {
  auto command = BackgroundCommand::start({"sh", "-c", "exit 4"}, "/dev/null");
  ASSERT_TRUE(command);
  std::optional<int> status;
  while (!(status = command->ended())) usleep(1000);
  EXPECT_EQ(*status, 4);
}

}  // namespace
}  // namespace mailrig::rig
