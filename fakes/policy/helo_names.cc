#include "fakes/policy/helo_names.h"

#include <algorithm>

#include "fakes/policy/address_key.h"

namespace mailrig::policy {

std::optional<Verdict> HeloNames::ask(Instant now, Phase, const Session& session, const MessageFacts*) {
  const auto row = clients_.obtain(now, session.client_ip.hash());
  Client& client = clients_.values(row).front();
  const Duration window = rule_.window.window;
  const std::uint64_t key = key_of(session.helo);
  const auto older = [](const Name& a, const Name& b) { return a.seen < b.seen; };
  auto name = std::find_if(client.names.begin(), client.names.end(), [key](const Name& n) { return n.key == key; });
  if (name == client.names.end()) name = std::min_element(client.names.begin(), client.names.end(), older);
  *name = {key, now};
  const auto counts = [now, window](const Name& n) { return now - n.seen < window; };
  const auto used = static_cast<std::uint64_t>(std::count_if(client.names.begin(), client.names.end(), counts));
  const bool over = used > limit_of(rule_.window, conditions_);
  if (over) client.blocked_until = end_of_block(now, rule_.window);
  clients_.keep_until(row, std::max(later(now, window), client.blocked_until));
  if (!over && now >= client.blocked_until) return std::nullopt;
  return rule_.over_limit.refusal(to_string(RateScope::helo_names));
}

}  // namespace mailrig::policy
