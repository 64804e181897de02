// Who is behind a domain: "the domain at the top of the namespace hierarchy for that domain while having the same
// administrative authority". RFC 9989 finds it by walking up the DNS (§4.10), RFC 7489 in a list of public suffixes
// (§3.2).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/auth/dmarc_lookup.h"
#include "fakes/base/result.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

// What one walk found. The two domains may differ: a public suffix has a say where the organization has none.
struct DmarcTreeWalk {
  std::string organizational_domain;  // the domain itself, where the walk determines none
  std::string policy_domain;          // whose record applies to the domain; empty: no record on the way
  bool temporary = false;  // an answer was missing: neither is known, unless the domain's own record was found
};

// At most eight questions (RFC 9989 §4.10), fewer where the lookup has answers already. `domain` is a dmarc_name.
DmarcTreeWalk walk_dmarc_tree(DmarcLookup& lookup, std::string_view domain);

// The organizational domain by tree walk, for whoever wants nothing else. None when `domain` is no host name or the
// DNS did not answer.
std::optional<std::string> organizational_domain(dns::Resolver& resolver, std::string_view domain);

// The list of publicsuffix.org as libpsl holds it. Immutable, safe to share.
class PublicSuffixList {
 public:
  // The newer of the list that was built into libpsl and the one installed with the system.
  static const PublicSuffixList& newest();
  // In the format of publicsuffix.org, or compiled for libpsl.
  static Result<PublicSuffixList> from_file(const std::string& file);

  // The public suffix and one label more, in A-labels. None for a public suffix itself and for what is no name.
  std::optional<std::string> organizational_domain(std::string_view domain) const;

 private:
  explicit PublicSuffixList(std::shared_ptr<const void> list) : list_(std::move(list)) {}

  std::shared_ptr<const void> list_;  // a psl_ctx_t, which only the source file knows
};

}  // namespace mailrig::auth
