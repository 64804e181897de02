#include "fakes/forward/return_path_check.h"

namespace mailrig::forward {

std::optional<policy::Verdict> ReturnPathCheck::rcpt(Instant now, const policy::Session&,
                                                     const policy::Recipient& candidate) {
  if (!is_srs_address(candidate.address) || srs_.reverse(now, candidate.address)) return std::nullopt;
  return unknown_.refusal("rcpt");
}

}  // namespace mailrig::forward
