// The ARC sets of a message (RFC 8617 §4): which header fields belong together, what their seals say, and whether the
// chain is well-formed. Nothing is verified here. Views point into the header. Pure functions and values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/canonical_header.h"
#include "fakes/auth/dkim_signature.h"

namespace mailrig::auth {

// RFC 8617 §4.2.1: "The maximum number of ARC Sets that can be attached to a message is 50."
inline constexpr unsigned arc_instances_max = 50;

// The chain status of RFC 8617 §4.4, which RFC 8601 uses for arc= too.
enum class ArcResult : std::uint8_t { none, fail, pass };

// "none", "fail", "pass".
std::string_view to_string(ArcResult result);

struct ArcSet {
  const mail::HeaderField* results = nullptr;            // ARC-Authentication-Results
  const mail::HeaderField* message_signature = nullptr;  // ARC-Message-Signature
  const mail::HeaderField* seal = nullptr;               // ARC-Seal
  ArcResult seal_cv = ArcResult::none;
  Signature seal_signature;  // result pass: the seal can be verified
};

struct ArcChain {
  std::vector<ArcSet> sets;  // instance i at i - 1; complete unless there is a fault
  std::string fault;         // why the chain is not well-formed; empty: it is, or there is none
  unsigned highest = 0;      // instance seen anywhere
  // The last seal says that the chain failed before: nobody adds to such a chain (RFC 8617 §5.1).
  bool ended = false;
};

ArcChain collect_arc_chain(const HeaderFields& header);

// What the seal of `set` covers before its own field: in a whole chain, all sets up to it are given to this one after
// the other (RFC 8617 §5.1.1: relaxed, results, message signature, seal).
void append_arc_set(std::string& out, const ArcSet& set);
// The same of the set whose seal is verified: its b= is left out.
void append_arc_set_to_verify(std::string& out, const ArcSet& set);

}  // namespace mailrig::auth
