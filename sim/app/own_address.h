// Addresses that mailrig may listen on or send to. Loopback only: it must never become an open relay, nor load
// somebody else's server.
#pragma once

#include <cstdint>
#include <string_view>

#include "fakes/base/ip_address.h"
#include "fakes/base/result.h"

namespace mailrig::app {

struct OwnAddress {
  IpAddress ip;
  std::uint16_t port = 0;
};

// "127.0.0.1:2525" or "[::1]:2525". Anything that is not loopback is refused.
Result<OwnAddress> parse_own_address(std::string_view text);

}  // namespace mailrig::app
