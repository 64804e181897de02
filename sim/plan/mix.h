// The message mix: everything that a scenario plans to send, as pure functions of (scenario, seed, entry, slot). Both
// drivers and every worker ask it and get the same messages. Reads the user's own messages when it is made; after
// that it does no I/O and never changes, so threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/base/result.h"
#include "fakes/mail/eml.h"
#include "sim/plan/generated_mail.h"
#include "sim/plan/message.h"
#include "sim/plan/recipients.h"
#include "sim/plan/schedule.h"
#include "sim/scenario/scenario.h"

namespace mailrig::plan {

class Traffic {
 public:
  // The scenario must outlive this. Errors name the user's message files that cannot be read.
  static Result<Traffic> create(const scenario::Scenario& scenario, const ReceiverDomains& domains);

  // Traffic entries, in the order of the file.
  std::size_t entries() const { return entries_.size(); }
  // When an entry's slots are due: a sequence from its beginning. Only where closed_loop() is none.
  Arrivals arrivals(std::size_t entry) const;
  std::optional<ClosedLoop> closed_loop(std::size_t entry) const;

  PlannedMessage message(std::size_t entry, std::uint64_t slot, Instant intended) const;
  // The message itself, CRLF line ends, message.size_bytes long.
  std::string render(const PlannedMessage& message) const;
  // mail::body_digest of the message, where it is known without rendering it.
  std::optional<std::uint64_t> known_body_digest(const PlannedMessage& message) const;

  // The kind of a message, as the scenario has it.
  const scenario::Mail& mail(const PlannedMessage& message) const { return *kinds_[message.mail].mail; }
  // Equal for messages that differ in nothing but ids, times, recipients, sizes and texts: all that were generated for
  // one kind, and all that were made of one file. Never 0.
  std::uint64_t layout(const PlannedMessage& message) const;
  // Without angle brackets, of a generated message, in place of what is in `out`; false for the user's own, which have
  // theirs.
  bool write_generated_message_id(std::string& out, std::size_t entry, std::uint64_t slot, std::uint64_t id) const;

 private:
  using OwnMessages = std::vector<mail::Eml>;  // the user's, sent in turn

  struct Kind {
    const scenario::Mail* mail = nullptr;
    std::variant<GeneratedMail, OwnMessages> content;
  };
  struct Entry {
    const scenario::Traffic* traffic = nullptr;
    std::string name;  // entity of its draws
    Draw::Lots ids;
    Draw::Lots sizes;
    Instant start{};
    Recipients recipients;
    std::uint64_t smallest_size = 0;  // of generated messages
  };

  explicit Traffic(std::uint64_t seed) : draw_(seed) {}
  static Result<Kind> make_kind(const scenario::Scenario& scenario, const scenario::Mail& mail);
  Result<Entry> make_entry(const scenario::Scenario& scenario, std::size_t index, const ReceiverDomains& domains) const;

  Draw draw_;
  std::vector<Kind> kinds_;  // by mail index
  std::vector<Entry> entries_;
};

}  // namespace mailrig::plan
