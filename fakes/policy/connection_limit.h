// At most so many connections of one IP at the same time. Connections count from the first byte to the last, the
// refused ones too, as in Postfix (anvil(8)). Who opens one too many may be shut out for a while (Mimecast).
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>

#include "fakes/policy/expiring_table.h"
#include "fakes/policy/policy.h"

namespace mailrig::policy {

class ConnectionLimit : public Policy {
 public:
  // `block`: how long nobody is let in from an address after each connection too many.
  ConnectionLimit(std::uint32_t connections_per_ip_max, Utterance over_limit, Duration block = {});

  Hooks hooks() const override { return {.connect = true, .disconnected = true}; }
  std::optional<Verdict> connect(Instant now, const Session& session) override;
  void disconnected(Instant now, const Session& session) override;

  std::uint32_t connections_max() const { return connections_per_ip_max_; }
  // Of an address, as things stand.
  std::uint32_t open(const IpAddress& ip) const;

 private:
  std::uint32_t connections_per_ip_max_;
  Utterance over_limit_;
  Duration block_;
  std::map<IpAddress, std::uint32_t> open_;
  ExpiringTable<char> blocked_;  // a row for each address that is shut out
};

}  // namespace mailrig::policy
