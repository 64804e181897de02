// What can be wrong with a domain that sends mail, one check per area. Each adds what it finds, and nothing where all
// is well. Ids begin with the area: spf-, dkim-, dmarc-, mx-, zone-, ptr-.
//
// Pure but for the resolver: as thread-safe as that is. Names are domain names in A-labels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/diagnose/finding.h"
#include "fakes/dns/resolver.h"

namespace mailrig::diagnose {

// The SPF record and all that it includes (RFC 7208), evaluated for a client that no term should match, so that every
// term is reached.
//   errors: spf-missing, spf-several, spf-syntax, spf-broken (the evaluation ends in a permerror), spf-lookups (over
//   10), spf-void (over 2 questions that bring nothing), spf-all-pass
//   warnings: spf-all-neutral, spf-no-all, spf-ptr, spf-void-some    advice: spf-lookups-near
void check_spf_record(dns::Resolver& resolver, std::string_view domain, Findings& findings);

// One SPF record in place of several that were published side by side: every mechanism once,
// in order, and the mildest of the records' "all", as somebody relied on that.
std::string merged_spf_record(const std::vector<std::string>& records);

struct DkimSelectors {
  std::vector<std::string> names;
  // Nobody said which selectors the domain has: the common ones are tried, and one without a key is no fault.
  bool probed = false;
};
// Those that sending services and MTAs use by default.
DkimSelectors common_selectors();

// The key records (RFC 6376 §3.6.1, RFC 8301).
//   errors: dkim-missing, dkim-revoked, dkim-broken, dkim-weak (under 1024 bits), dkim-no-sha256, dkim-not-email
//   warnings: dkim-short (under 2048 bits), dkim-testing, dkim-several    advice: dkim-unknown
void check_dkim_keys(dns::Resolver& resolver, std::string_view domain, const DkimSelectors& selectors,
                     Findings& findings);

// The DMARC record (RFC 9989) and whether the places it names take its reports (RFC 9990 §4).
//   errors: dmarc-missing, dmarc-syntax, dmarc-several, dmarc-misplaced, dmarc-no-policy, dmarc-uri,
//   dmarc-rua-unauthorised    warnings: dmarc-pct    advice: dmarc-p-none, dmarc-no-rua, dmarc-testing
void check_dmarc_record(dns::Resolver& resolver, std::string_view domain, Findings& findings);

// Whether the domain can receive mail (RFC 5321 §5.1), which every domain in From, Reply-To and MAIL FROM must.
// `role` says what it is: "the From address".
//   errors: mx-no-domain, mx-missing, mx-null, mx-beside-cname, mx-cname, mx-address-literal, mx-no-address
//   warnings: mx-domain-alias
void check_mail_exchangers(dns::Resolver& resolver, std::string_view domain, std::string_view role, Findings& findings);

// TTLs, SOA and DNSSEC of the zone that the domain is in.
//   warnings: zone-ttl (under 300 s), zone-soa, zone-ds-missing    advice: zone-ttl-short (under 3600 s), zone-dnssec
void check_zone(dns::Resolver& resolver, std::string_view domain, Findings& findings);
// Who answers for that zone. A scenario's world has no name servers but itself, and nothing to find here.
//   warnings: zone-ns-single, zone-ns-missing
void check_name_servers(dns::Resolver& resolver, std::string_view domain, Findings& findings);

// An address that mail is sent from: its name, and that the name leads back (RFC 8601 §3).
//   errors: ptr-missing, ptr-not-confirmed
void check_sending_address(dns::Resolver& resolver, const IpAddress& ip, std::string_view helo, Findings& findings);

}  // namespace mailrig::diagnose
