#include "sim/world/outgoing_mail.h"

#include <algorithm>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/mail/body_digest.h"
#include "fakes/mail/header.h"
#include "sim/plan/tamper.h"

namespace mailrig::world {

OutgoingMail::Submitted OutgoingMail::submit(const plan::PlannedMessage& message, Instant now, bool with_loose_digest) {
  const scenario::Tamper tampering = traffic_.mail(message).tamper;
  const bool body_changes = tampering == scenario::Tamper::body;
  const bool signs = is_signed(message) && signer_.keys_in_force(now) != 0;
  const auto known_digest = traffic_.known_body_digest(message);
  Submitted submitted;
  if (known_digest && !body_changes && !signs && !with_loose_digest) {
    submitted.body_digest = *known_digest;
    return submitted;
  }
  std::string rendered = traffic_.render(message);
  if (signs) submitted.signatures = signer_.sign(rendered, now);
  if (body_changes) plan::tamper(rendered, tampering);
  const std::string_view body = std::string_view(rendered).substr(mail::body_offset(rendered));
  submitted.body_digest = known_digest && !body_changes ? *known_digest : mail::body_digest(body);
  if (with_loose_digest) submitted.loose_body_digest = mail::loose_body_digest(body);
  return submitted;
}

std::string OutgoingMail::content(const plan::PlannedMessage& message, std::string_view signatures) const {
  std::string content = traffic_.render(message);
  content.insert(0, signatures);
  plan::tamper(content, traffic_.mail(message).tamper);
  return content;
}

std::uint64_t OutgoingMail::content_key(const plan::PlannedMessage& message, Instant now) const {
  const std::uint64_t keys = is_signed(message) ? signer_.keys_in_force(now) : 0;
  return std::max<std::uint64_t>(combine(traffic_.layout(message), keys), 1);
}

Representative OutgoingMail::represent(const plan::PlannedMessage& message, Instant now) {
  std::string signatures;
  if (is_signed(message)) signatures = signer_.sign(traffic_.render(message), now);
  return world::represent(content(message, signatures), signatures.size());
}

}  // namespace mailrig::world
