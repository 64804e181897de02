// DMARC: whether a message may use the domain in its From field, and what that domain's owner wants done otherwise.
// RFC 9989 with its tree walk; RFC 7489 with public suffix list and pct for receivers that have not moved on.
// What SPF and DKIM found is handed in; only policy records are looked up here.
//
// Thread rule: one call, one thread; any number of calls at once, as far as the resolver allows it. Work and memory are
// bounded: see DmarcSettings::walks_max; everything else is linear in the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/dmarc_record.h"
#include "fakes/auth/organizational_domain.h"
#include "fakes/base/instant.h"
#include "fakes/dns/record.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

// RFC 8601 §2.7 spells them as RFC 9989 §9.2 registers them.
enum class DmarcResult : std::uint8_t { none, pass, fail, temperror, permerror };
std::string_view to_string(DmarcResult result);

// What DMARC needs to know of an SPF or DKIM result.
enum class IdentifierCheck : std::uint8_t {
  failed,          // anything but a pass: fail, softfail, neutral, none, policy, permerror
  passed,          // the domain is an authenticated identifier
  temporary_error  // it might have been one
};

struct DmarcIdentifier {
  IdentifierCheck check = IdentifierCheck::failed;
  std::string domain;  // of MAIL FROM (with a null path, of HELO: RFC 7208 §2.4), or d=
};

struct DmarcInput {
  std::string author_domain;  // of the From field (fakes/auth/from_header.h)
  DmarcIdentifier spf;
  std::vector<DmarcIdentifier> dkim;  // one for each signature
};

enum class DmarcMethod : std::uint8_t {
  tree_walk,          // RFC 9989
  public_suffix_list  // RFC 7489: knows pct, and neither np, psd nor t
};

struct DmarcSettings {
  DmarcMethod method = DmarcMethod::tree_walk;
  // RFC 7489 §6.6.4: the message's lot, 0 to 99. The policy is applied in full when this is less than pct.
  int pct_draw = 0;
  // Organizational domains of all authenticated identifiers and of the author are found out, for whoever wants to
  // read them. Otherwise only where alignment depends on it (RFC 9989 §4.10.2).
  bool explain = false;
  // So many different identifiers are walked from; further ones count as not aligned unless they are the author
  // domain itself. Receivers that verify a hundred thousand signatures need not walk for each.
  std::size_t walks_max = 16;
  const PublicSuffixList* public_suffixes = nullptr;  // null: PublicSuffixList::newest()
};

struct DmarcIdentifierResult {
  std::string domain;                 // in A-labels; as given, when it is no host name
  std::string organizational_domain;  // empty: it made no difference, or the DNS did not say
  // Authenticated, and the author's. Without DmarcSettings::explain, no signature is walked for once one is aligned.
  bool aligned = false;
};

// Why the disposition is milder than the policy.
enum class DmarcSoftening : std::uint8_t {
  none,
  test_mode,   // t=y
  sampled_out  // pct
};

struct DmarcEvaluation {
  DmarcResult result = DmarcResult::none;
  // What to do with the message as its author's domain wants it: `none` unless the result is fail.
  DmarcPolicy disposition = DmarcPolicy::none;
  // What the record says for this author domain, before t and pct; nothing unless the result is fail.
  std::optional<DmarcPolicy> policy;
  DmarcSoftening softened_by = DmarcSoftening::none;

  std::string author_domain;                  // in A-labels
  std::string policy_domain;                  // where the record stands; empty: none
  std::string organizational_domain;          // the author's; empty: it made no difference, or is not known
  std::shared_ptr<const DmarcRecord> record;  // null: none

  bool spf_aligned = false;
  bool dkim_aligned = false;  // at least one signature is
  DmarcIdentifierResult spf;
  std::vector<DmarcIdentifierResult> dkim;  // as in the input

  std::string reason;  // for a person; never empty
  std::vector<dns::Question> questions;
  Duration cost{};
  std::uint32_t ttl_s = 0;  // how long all this holds
};

DmarcEvaluation evaluate_dmarc(dns::Resolver& resolver, const DmarcInput& input, const DmarcSettings& settings = {});

}  // namespace mailrig::auth
