// Recipient addresses can command an outcome, so that tests are exact: jane+defer2@… is deferred twice, jane+drop@…
// loses the connection after DATA. Commands stand at the end of the local part, letter case ignored, several in a row:
// jane+defer1+drop@…. Any other "+word" is a sub-address (RFC 5233) of the same mailbox. Parsing is pure; the policy
// keeps how often it deferred. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/policy/expiring_table.h"
#include "fakes/policy/mailbox_check.h"
#include "fakes/policy/policy.h"

namespace mailrig::policy {

struct RecipientCommands {
  std::optional<MailboxStatus> mailbox;  // +unknown +full +disabled
  std::uint32_t defer_attempts = 0;      // +defer3
  Duration delay{};                      // +slow10s, +slow500ms: before RCPT is answered
  bool drop = false;                     // connection cut after DATA, nothing stored
  bool drop_stored = false;              // stored, then the connection is cut; a second attempt is taken as usual
  bool discard = false;                  // answered 250, then dropped
  std::optional<bool> spam;              // +spam, +inbox: the folder, whatever the provider makes of the message
  // What the mailbox does once it has the message; complaints and replies are people's.
  bool complain = false;    // in the inbox, and reported as spam from there
  bool reply = false;       // +reply: its owner answers
  bool auto_reply = false;  // +ooto: it says that its owner is away
  bool bounce = false;      // answered 250, then a failure notification instead of a delivery
};

// What the local part ends in: the command words without the first '+', or nothing.
struct CommandSplit {
  std::string_view mailbox;  // without command and sub-address; may be followed by anything in the address
  std::string_view command;  // "defer1+drop"; empty when nothing is commanded
};
CommandSplit split_command(std::string_view local_part);

// `command` as split_command() returned it; words that are no commands are ignored.
RecipientCommands parse_commands(std::string_view command);

// What a session keeps of an address given in RCPT. Reuses the memory of `into`.
void assign_recipient(Recipient& into, std::string_view address);

// Carries out +deferN.
class CommandedDeferral : public Policy {
 public:
  explicit CommandedDeferral(Utterance deferred) : deferred_(deferred) {}

  Hooks hooks() const override { return {.rcpt = true, .accepted = true}; }
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) override;

 private:
  Utterance deferred_;
  // Attempts so far by (MAIL FROM, RCPT): no message is visible before DATA. Forgotten once one was accepted, so that
  // the next message to the same address is deferred as often, and when nobody tried for a week.
  ExpiringTable<std::uint32_t> attempts_;

  static std::uint64_t key(const Session& session, const Recipient& recipient);
};

}  // namespace mailrig::policy
