// What state the TLS certificate of a receiver's MX hosts is in, and who minds. Pure; thread-safe.
#pragma once

#include <cstdint>

namespace mailrig::policy {

enum class Certificate : std::uint8_t {
  valid,
  renewed,     // valid, with a new key and a new serial number
  expired,     // its notAfter has passed
  mismatched,  // it names another host
};

// Whether a client that asks with whom it speaks goes on: the certificate is in date (RFC 5280 §6.1.3) and names the
// host that was to be reached (RFC 9525 §6). Opportunistic TLS does not ask (RFC 7435 §3).
constexpr bool proves_identity(Certificate certificate) {
  return certificate == Certificate::valid || certificate == Certificate::renewed;
}

}  // namespace mailrig::policy
