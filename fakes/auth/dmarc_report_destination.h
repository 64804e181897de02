// May a DMARC report go where the record says? A domain that wants its reports elsewhere needs the consent of that
// elsewhere, published in the DNS (RFC 9990 §4 "Verifying External Destinations", RFC 7489 §7.1); otherwise anybody
// could have the world send its reports to a victim.
//
// Thread rule: one call, one thread; any number of calls at once, as far as the resolver allows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/dmarc.h"
#include "fakes/auth/dmarc_record.h"
#include "fakes/base/instant.h"
#include "fakes/dns/record.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

enum class ReportConsent : std::uint8_t {
  same_organization,  // none is needed
  given,
  refused,   // the URI must be ignored
  temporary  // the DNS did not say
};

struct ReportDestination {
  ReportConsent consent = ReportConsent::refused;
  // Where to send: the URI handed in, or those of the same host that the destination wants instead. Empty unless
  // consent is given or not needed.
  std::vector<DmarcReportUri> uris;
  std::string reason;  // for a person; never empty
  std::vector<dns::Question> questions;
  Duration cost{};
  std::uint32_t ttl_s = 0;  // how long all this holds
};

// `policy_domain` is where the record was found, `uri` one of its rua or ruf. Of the settings, `method` and
// `public_suffixes` count.
ReportDestination check_report_destination(dns::Resolver& resolver, std::string_view policy_domain,
                                           const DmarcReportUri& uri, const DmarcSettings& settings = {});

}  // namespace mailrig::auth
