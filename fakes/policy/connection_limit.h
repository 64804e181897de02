// At most so many connections of one IP at the same time. Connections count from the first byte to the last, the
// refused ones too, as in Postfix (anvil(8)). Not thread-safe.
#pragma once

#include <cstdint>
#include <map>

#include "fakes/policy/policy.h"

namespace mailrig::policy {

class ConnectionLimit : public Policy {
 public:
  ConnectionLimit(std::uint32_t connections_per_ip_max, Utterance over_limit);

  Hooks hooks() const override { return {.connect = true, .disconnected = true}; }
  std::optional<Verdict> connect(Instant now, const Session& session) override;
  void disconnected(Instant now, const Session& session) override;

  std::uint32_t connections_max() const { return connections_per_ip_max_; }
  // Of an address, as things stand.
  std::uint32_t open(const IpAddress& ip) const;

 private:
  std::uint32_t connections_per_ip_max_;
  Utterance over_limit_;
  std::map<IpAddress, std::uint32_t> open_;
};

}  // namespace mailrig::policy
