// The results of RFC 8601 §2.7.1 for a DKIM signature, and how they are spelled.
//
// What of RFC 6376 becomes which: a hash or signature that does not match, an expired signature, rsa-sha1 and RSA keys
// under 1024 bits (RFC 8301) are `fail`; every other PERMFAIL of §6.1.1 and §6.1.2 (syntax, missing tags, no usable
// key) is `permerror`; what a verifier "MUST ignore" because it does not know it (an algorithm, a canonicalization, a
// query method) is `neutral`; limits of our own and timestamps in the future are `policy`; TEMPFAIL is `temperror`.
// Value types.
#pragma once

#include <cstdint>
#include <string_view>

namespace mailrig::auth {

enum class DkimResult : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };

constexpr std::string_view to_string(DkimResult result) {
  switch (result) {
    case DkimResult::none:
      return "none";
    case DkimResult::pass:
      return "pass";
    case DkimResult::fail:
      return "fail";
    case DkimResult::policy:
      return "policy";
    case DkimResult::neutral:
      return "neutral";
    case DkimResult::temperror:
      return "temperror";
    case DkimResult::permerror:
      return "permerror";
  }
  return "none";
}

}  // namespace mailrig::auth
