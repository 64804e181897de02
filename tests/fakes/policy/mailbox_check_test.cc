#include "fakes/policy/mailbox_check.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

const ReplyTemplate unknown = reply(Event::unknown_user, 550);
const ReplyTemplate full = reply(Event::mailbox_full, 452);
const ReplyTemplate disabled = reply(Event::mailbox_disabled, 550);

class Directory : public MailboxDirectory {
 public:
  MailboxStatus status(std::string_view local_part, std::string_view) const override {
    if (local_part == "nobody") return MailboxStatus::unknown;
    if (local_part == "packrat") return MailboxStatus::full;
    if (local_part == "gone") return MailboxStatus::disabled;
    return MailboxStatus::ok;
  }
};

TEST(MailboxCheck, SaysWhatTheDirectoryOrTheCommandSays) {
  const Directory directory;
  MailboxCheck check(
      directory,
      {.unknown = {&unknown, Phase::rcpt}, .full = {&full, Phase::rcpt}, .disabled = {&disabled, Phase::data}});
  const auto said = [&](std::string_view address) {
    const auto verdict = check.rcpt(start, session_from("198.18.2.10"), recipient(address));
    return verdict ? verdict->reply : nullptr;
  };
  EXPECT_EQ(said("jane@isp.example"), nullptr);
  EXPECT_EQ(said("Nobody@isp.example"), &unknown);
  EXPECT_EQ(said("packrat@isp.example"), &full);
  EXPECT_EQ(said("gone@isp.example"), &disabled);
  EXPECT_EQ(said("gone+news@isp.example"), &disabled) << "a sub-address is no other mailbox";
  EXPECT_EQ(said("jane+unknown@isp.example"), &unknown);
  EXPECT_EQ(said("jane+full@isp.example"), &full);
  EXPECT_EQ(said("jane+disabled@isp.example"), &disabled);
  EXPECT_EQ(said("nobody+full@isp.example"), &full) << "a command overrules";
  EXPECT_EQ(said("nobody+drop@isp.example"), &unknown) << "one that concerns something else does not";
}

}  // namespace
}  // namespace mailrig::policy
