// What a provider does with one message in every state of its authentication: SPF and DKIM each passing for the
// author's domain, passing for another, failing or absent; under every DMARC policy; from a bulk sender and from one
// that is none. Everything but authentication is kept out of the way. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakes/receiver/profile.h"

namespace mailrig::rehearsal {

struct MatrixRow {
  std::string_view spf, dkim;  // "aligned", "unaligned", "fail", "none"
  std::string_view dmarc;      // "absent", "none", "quarantine", "reject"
  bool bulk = false;
  std::string outcome;  // "inbox", "spam", or the reply's code and enhanced code: "550 5.7.26"
};

// 128 rows, always in the same order.
std::vector<MatrixRow> authentication_matrix(const receiver::Profile& profile);

}  // namespace mailrig::rehearsal
