// What a message's text leads to: refused, put off until it comes again, or filed as spam, by its content score; and
// attachments of kinds that the receiver does not take. Remembers what it has put off for a day. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakes/policy/expiring_table.h"
#include "fakes/policy/policy.h"

namespace mailrig::policy {

// Scores are in thousandths of mail-tester's ten points; 0: never.
struct ContentSettings {
  std::uint32_t junk_below_milli = 0;
  std::uint32_t reject_below_milli = 0;
  std::uint32_t tempfail_below_milli = 0;
  Duration retry_after = std::chrono::minutes(2);  // what was put off is let through after so long
  std::vector<std::string> blocked_attachments;    // extensions, lower case

  // Whether anybody needs to read messages at all.
  bool reads() const {
    return junk_below_milli > 0 || reject_below_milli > 0 || tempfail_below_milli > 0 || !blocked_attachments.empty();
  }
};

class ContentCheck : public Policy {
 public:
  struct Words {
    Utterance rejected;
    Utterance deferred;
    Utterance virus;
  };

  ContentCheck(ContentSettings settings, const Words& says) : settings_(std::move(settings)), says_(says) {}

  Hooks hooks() const override { return {.data = true, .placement = true, .memory = true}; }
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;
  void recall(Instant now, const Session& session, const MessageFacts* facts, Recollection& into) override;
  void imagine(const Recollection& remembered) override { imagined_ = remembered.comes_again; }

 private:
  struct PutOff {
    Instant first = never;
  };

  ContentSettings settings_;
  Words says_;
  ExpiringTable<PutOff> put_off_;
  std::optional<bool> imagined_;  // whether every message comes again

  static std::uint64_t key(const Session& session, const MessageFacts& facts);
  bool comes_again(Instant now, const Session& session, const MessageFacts& facts);
};

}  // namespace mailrig::policy
