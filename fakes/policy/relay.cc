#include "fakes/policy/relay.h"

#include <algorithm>

namespace mailrig::policy {

Relay::Relay(std::span<const std::string> domains, Utterance denied, Utterance bad_address)
    : domains_(domains.begin(), domains.end()), denied_(denied), bad_address_(bad_address) {}

std::optional<Verdict> Relay::rcpt(Instant, const Session&, const Recipient& candidate) {
  if (candidate.domain.empty()) {
    if (candidate.local_part == "postmaster") return std::nullopt;
    return bad_address_.refusal();
  }
  if (std::find(domains_.begin(), domains_.end(), candidate.domain) != domains_.end()) return std::nullopt;
  return denied_.refusal();
}

}  // namespace mailrig::policy
