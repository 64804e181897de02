#include "fakes/policy/policy.h"

namespace mailrig::policy {

std::optional<Verdict> Policy::connect(Instant, const Session&) {
  return std::nullopt;
}
std::optional<Verdict> Policy::helo(Instant, const Session&, std::string_view) {
  return std::nullopt;
}
std::optional<Verdict> Policy::mail(Instant, const Session&, const MailFacts&) {
  return std::nullopt;
}
std::optional<Verdict> Policy::rcpt(Instant, const Session&, const Recipient&) {
  return std::nullopt;
}
std::optional<Verdict> Policy::data(Instant, const Session&, const MessageFacts&) {
  return std::nullopt;
}
void Policy::place(Instant, const Session&, const MessageFacts&, Placement&) {}
void Policy::unknown_recipient(Instant, const Session&, const Recipient&) {}
void Policy::accepted(Instant, const Session&, const MessageFacts&) {}
void Policy::disconnected(Instant, const Session&) {}
void Policy::recall(Instant, const Session&, const MessageFacts*, Recollection&) {}
void Policy::imagine(const Recollection&) {}

}  // namespace mailrig::policy
