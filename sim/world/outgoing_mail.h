// What one sender puts on the wire: planned messages as they are rendered, signed with the keys in force when they are
// submitted, and changed on their way out where the scenario asks for that.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/plan/mix.h"
#include "sim/world/message_signer.h"
#include "sim/world/representatives.h"

namespace mailrig::world {

class OutgoingMail {
 public:
  // `traffic` must outlive this.
  OutgoingMail(const plan::Traffic& traffic, MessageSigner signer) : traffic_(traffic), signer_(std::move(signer)) {}

  // What must be kept of a submitted message so that every attempt puts the same bytes on the wire: signatures are made
  // once, as of the moment of submission.
  struct Submitted {
    std::string signatures;               // in front of the message; empty: it goes unsigned
    std::uint64_t body_digest = 0;        // mail::body_digest, of what leaves here
    std::uint64_t loose_body_digest = 0;  // mail::loose_body_digest; only when asked for
  };
  Submitted submit(const plan::PlannedMessage& message, Instant now, bool with_loose_digest);
  // The whole message as it leaves here. Rendered anew: a long queue would not fit into memory.
  std::string content(const plan::PlannedMessage& message, std::string_view signatures) const;

  // What authentication depends on: equal for messages of the same layout with the same keys. Never 0.
  std::uint64_t content_key(const plan::PlannedMessage& message, Instant now) const;
  // The message itself, to represent others with its key.
  Representative represent(const plan::PlannedMessage& message, Instant now);

  // Of mail that is not planned, such as bounces.
  MessageSigner& signer() { return signer_; }

 private:
  bool is_signed(const plan::PlannedMessage& message) const { return traffic_.mail(message).sign; }

  const plan::Traffic& traffic_;
  MessageSigner signer_;
};

}  // namespace mailrig::world
