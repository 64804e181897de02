// The port of MX hosts that listen at their own addresses.
#pragma once

#include <cstdint>

namespace mailrig::app {

// 25 where this process may, since that is what real senders use; 2525 otherwise.
std::uint16_t usual_mx_port();

}  // namespace mailrig::app
