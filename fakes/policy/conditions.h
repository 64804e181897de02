// The state a receiver is in: what may befall a provider, and how a scenario says so. Everything at its default is a
// good day. Plain values.
#pragma once

#include <cstdint>

#include "fakes/base/instant.h"
#include "fakes/policy/certificate.h"

namespace mailrig::policy {

struct Conditions {
  bool down = false;         // connections are refused
  bool maintenance = false;  // every connection is sent away with a 421
  // Share of transactions, in parts per million, that a server under too much load puts off.
  std::uint32_t deferring_ppm = 0;
  Duration slow{};       // every reply comes so much later
  bool tls = true;       // false: STARTTLS is not offered
  bool garbage = false;  // the greeting makes no sense, and the connection ends
  // Of every rate limit's count, in parts per million: 500'000 halves them.
  std::uint32_t limits_ppm = 1'000'000;
  Certificate certificate = Certificate::valid;  // of its MX hosts, on connections that are opened from now on

  friend bool operator==(const Conditions&, const Conditions&) = default;
};

}  // namespace mailrig::policy
