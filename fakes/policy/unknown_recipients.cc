#include "fakes/policy/unknown_recipients.h"

namespace mailrig::policy {

// Looked at as late as it is spoken, so that a long connection is not judged by how things stood when it was opened.
Hooks UnknownRecipients::hooks() const {
  const Phase phase = rule_.over_limit.phase;
  return {.connect = phase == Phase::connect || phase == Phase::helo,
          .mail = phase == Phase::mail,
          .rcpt = phase >= Phase::rcpt,
          .unknown_recipient = true,
          .accepted = true};
}

std::optional<Verdict> UnknownRecipients::ask(Instant now, Phase, const Session& session, const MessageFacts*) {
  const auto row = clients_.find(now, session.client_ip.hash());
  if (row == ExpiringTable<Count>::none) return std::nullopt;
  Count& count = clients_.values(row).front();
  if (now >= count.blocked_until) {
    const Duration window = rule_.window.window;
    const std::uint64_t unknown = count.unknown.total(now, window);
    const std::uint64_t all = unknown + count.known.total(now, window);
    if (unknown < limit_of(rule_.window, conditions_) || unknown * 1'000'000 < all * rule_.window.share_ppm)
      return std::nullopt;
    count.blocked_until = end_of_block(now, rule_.window);
    clients_.keep_until(row, std::max(clients_.kept_until(row), count.blocked_until));
  }
  return rule_.over_limit.refusal(to_string(RateScope::unknown_rcpts));
}

ExpiringTable<UnknownRecipients::Count>::Row UnknownRecipients::row_of(Instant now, const Session& session) {
  const auto row = clients_.obtain(now, session.client_ip.hash());
  clients_.keep_until(row, std::max(clients_.kept_until(row), SlidingWindow::counted_until(now, rule_.window.window)));
  return row;
}

void UnknownRecipients::unknown_recipient(Instant now, const Session& session, const Recipient&) {
  clients_.values(row_of(now, session)).front().unknown.add(now, rule_.window.window);
}

void UnknownRecipients::accepted(Instant now, const Session& session, const MessageFacts&) {
  Count& count = clients_.values(row_of(now, session)).front();
  for (std::size_t i = 0; i < session.recipients.size(); ++i) count.known.add(now, rule_.window.window);
}

}  // namespace mailrig::policy
