#include "fakes/policy/connection_limit.h"

#include "fakes/base/check.h"

namespace mailrig::policy {

ConnectionLimit::ConnectionLimit(std::uint32_t connections_per_ip_max, Utterance over_limit, Duration block)
    : connections_per_ip_max_(connections_per_ip_max), over_limit_(over_limit), block_(block) {}

std::optional<Verdict> ConnectionLimit::connect(Instant now, const Session& session) {
  const bool over = ++open_[session.client_ip] > connections_per_ip_max_;
  if (block_ > Duration{}) {
    const std::uint64_t key = session.client_ip.hash();
    if (over) blocked_.keep_until(blocked_.obtain(now, key), now + block_ - Duration(1));
    if (blocked_.find(now, key) != ExpiringTable<char>::none) return over_limit_.refusal("ip");
  }
  if (!over) return std::nullopt;
  return over_limit_.refusal("ip");
}

std::uint32_t ConnectionLimit::open(const IpAddress& ip) const {
  const auto it = open_.find(ip);
  return it == open_.end() ? 0 : it->second;
}

void ConnectionLimit::disconnected(Instant, const Session& session) {
  const auto it = open_.find(session.client_ip);
  CHECK(it != open_.end());
  if (--it->second == 0) open_.erase(it);
}

}  // namespace mailrig::policy
