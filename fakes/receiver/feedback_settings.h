// What a provider tells senders about their mail: `feedback` of a profile. Plain values.
#pragma once

#include <cstdint>

namespace mailrig::receiver {

struct FeedbackSettings {
  // How complaints are told: not at all, message by message (RFC 5965), or as numbers only.
  enum class Loop : std::uint8_t { none, arf, aggregate };
  enum class Key : std::uint8_t { ip, dkim_domain };
  Loop fbl = Loop::none;
  Key fbl_key = Key::ip;   // whose owner may enrol
  bool dmarc_rua = false;  // sends aggregate reports (RFC 9990)
  bool dmarc_ruf = false;  // sends failure reports (RFC 9991)
};

}  // namespace mailrig::receiver
