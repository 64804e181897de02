// What a provider makes of a sender it has known for a while, or has never seen: new senders may send little, those
// that grow steadily more, those that jump, write to nobody or hit traps are throttled, refused, or filed as spam.
// Remembers every identity's history; how it is weighed is in reputation_score.h. Histories are forgotten after
// `memory` of silence; of more than fit into 600 MB, about six million, a new one takes the place of one of its kind
// that was not heard of for long. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/draw.h"
#include "fakes/policy/expiring_table.h"
#include "fakes/policy/mailbox_check.h"
#include "fakes/policy/phased_policy.h"
#include "fakes/policy/reputation_score.h"
#include "fakes/policy/sender_history.h"
#include "fakes/policy/sender_keys.h"

namespace mailrig::policy {

// A sender as the world knows it from before the run.
struct KnownSender {
  IpAddress ip;
  std::string domain;  // of its signatures, SPF and From alike
  std::uint32_t days = 0;
  std::uint32_t copies_a_day = 0;
};

class Reputation : public PhasedPolicy {
 public:
  struct Words {
    Utterance throttled;
    Utterance blocked;
    std::optional<Utterance> throttled_domain;  // where the provider says it of names too, after DATA
    std::optional<Utterance> blocked_domain;
  };

  // `directory` tells which mailboxes are traps or complain, and must outlive the policy. `entity` is who draws, the
  // receiver's name.
  Reputation(const ReputationSettings& settings, const PlacementSettings& placement, const Words& says,
             const MailboxDirectory& directory, Draw draw, std::string_view entity);

  Hooks hooks() const override;
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;
  void unknown_recipient(Instant now, const Session& session, const Recipient& candidate) override;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) override;
  void recall(Instant now, const Session& session, const MessageFacts* facts, Recollection& into) override;
  void imagine(const Recollection& remembered) override {
    imagined_ = remembered.weighed;
    up_to_date_ = false;
  }

  void remember(Instant now, const KnownSender& sender);
  // What a reader did with mail of this sender: whether it was read was waited for, and it was; it was complained
  // about.
  enum class Reading : std::uint8_t { awaited, opened, complained };
  void read(Instant now, const SenderKeys& sender, Reading reading);

  // Histories in memory, for tests and measurements of memory.
  std::size_t size() const;

 private:
  // One of many millions: what counts the hour has to fit into the room that is left.
  struct Row {
    SenderHistory history;
    Instant held_until{};
    std::uint32_t today_max = 0;    // of the day's copies, once the hold is over
    std::uint32_t hour : 5 = 0;     // of the day, in which
    std::uint32_t copies : 27 = 0;  // so many were accepted; both mean something only on a day with copies
  };
  using Table = ExpiringTable<Row>;

  ReputationSettings settings_;
  PlacementSettings placement_;
  Words says_;
  const MailboxDirectory& directory_;
  Draw::Lots lots_;  // of placement
  std::unique_ptr<MemoryBudget> memory_;
  std::array<Table, sender_identity_count> tables_;
  std::optional<ReputationFacts> imagined_;  // histories and lot of whoever comes
  SenderKeyMemo key_memo_;
  // What was collected last, for whom and when. A message is asked about and then placed, and nothing changes between.
  ReputationFacts facts_;
  std::int64_t weighed_sender_ = 0;
  SenderKeys keys_{};
  Instant collected_at_{};
  bool up_to_date_ = false;

  IdentityRecord record(Instant now, SenderIdentity identity, std::uint64_t key);
  // The sender alone, as far as it is known; null before end of data.
  void collect(Instant now, const Session& session, const MessageFacts* message);
  // What concerns the message too.
  void collect_all(Instant now, const Session& session, const MessageFacts& message);
  std::optional<Verdict> ask(Instant now, Phase phase, const Session& session, const MessageFacts* message) override;
  std::optional<Verdict> ask_identity(Instant now, SenderIdentity identity, std::uint64_t key,
                                      const IdentityRecord& record, std::int32_t score, const Utterance& throttled,
                                      const Utterance& blocked);
  Row& obtain(Instant now, SenderIdentity identity, std::uint64_t key);
  template <class Tell>
  void tell_each(Instant now, const Session& session, const MessageFacts* message, Tell tell);
};

}  // namespace mailrig::policy
