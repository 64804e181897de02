// The macro language of SPF (RFC 7208 §7): its syntax, and its expansion from the facts of one check. Pure functions;
// what they need of the DNS, %{p}, they are handed as a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"

namespace mailrig::auth {

enum class SpfMacroUse : std::uint8_t {
  domain,    // a <domain-spec>: no blanks, and no %{c}, %{r}, %{t} (§7.2)
  modifier,  // the value of a modifier that nobody knows: any <macro-string>
  text       // the text that exp= leads to (§6.2): blanks may stand in it
};

// What is wrong with the text, for a person; empty when nothing is.
std::string spf_macro_fault(std::string_view text, SpfMacroUse use);

// As spf_macro_fault, and that the text ends in a top label or a macro, as a <domain-spec> must (§7.1).
std::string spf_domain_spec_fault(std::string_view spec);

// True when %{s} or %{l} stands in it. Such a term matches nothing when the local part is not ASCII (RFC 8616 §4).
bool spf_macros_use_local_part(std::string_view text);

// The facts that macro letters stand for (§7.2). Views must outlive the expansion.
struct SpfMacroValues {
  std::string_view sender;                      // s
  std::string_view local_part;                  // l
  std::string_view sender_domain;               // o
  std::string_view domain;                      // d
  std::string_view helo;                        // h
  IpAddress client_ip;                          // i, c, v
  std::string_view receiver;                    // r
  Instant now{};                                // t
  std::function<std::string()> validated_name;  // p; may ask the DNS
};

// Records and identities come from strangers: a text that grows beyond `octets_max` is nothing, as is one with a fault.
inline constexpr std::size_t spf_expansion_octets_max = 16'384;
std::optional<std::string> expand_spf_macros(std::string_view text, SpfMacroUse use, const SpfMacroValues& values,
                                             std::size_t octets_max = spf_expansion_octets_max);

// The <target-name> that an expanded <domain-spec> means (§4.8, §7.3): without the dot at its end, and with labels
// taken off its left until 253 characters are left. Nothing when that is no domain name.
std::optional<std::string> spf_target_name(std::string expanded);

}  // namespace mailrig::auth
