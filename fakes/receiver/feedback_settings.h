// What a provider tells senders about their mail: `feedback` of a profile. Plain values.
#pragma once

#include <cstdint>

#include "fakes/base/instant.h"

namespace mailrig::receiver {

struct FeedbackSettings {
  // How complaints are told: not at all, message by message (RFC 5965), or as numbers only.
  enum class Loop : std::uint8_t { none, arf, aggregate };
  enum class Key : std::uint8_t { ip, dkim_domain };
  Loop fbl = Loop::none;
  Key fbl_key = Key::ip;   // whose owner may enrol
  bool dmarc_rua = false;  // sends aggregate reports (RFC 9990)
  bool dmarc_ruf = false;  // sends failure reports (RFC 9991)

  // What its tools for postmasters show, once a sender makes at least so many attempts a day, and how much later.
  enum class Tools : std::uint8_t { none, domain, ip, both };
  Tools tools = Tools::none;
  Duration tools_delay = std::chrono::hours(24);
  std::uint32_t tools_min = 0;
};

}  // namespace mailrig::receiver
