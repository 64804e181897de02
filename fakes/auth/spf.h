// SPF (RFC 7208, RFC 8616): may this client send mail in this domain's name? The whole of check_host(), for both
// identities, with the explanation of a fail and, where asked for, a trace of every step.
//
// Pure but for the resolver: a check keeps no state, so it is as thread-safe as the resolver it is handed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/spf_trace.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

enum class SpfOutcome : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
// As RFC 8601 §2.7.2 spells them.
std::string_view to_string(SpfOutcome outcome);

enum class SpfScope : std::uint8_t { mail_from, helo };
// "mailfrom" and "helo", the identities of RFC 7208 §9.1.
std::string_view to_string(SpfScope scope);

// What an SMTP session tells. Names may be U-labels (RFC 8616 §3).
struct SpfIdentity {
  std::string helo;       // as given after HELO or EHLO
  std::string mail_from;  // without angle brackets; empty: the null reverse-path
  IpAddress client_ip;    // an IPv4-mapped IPv6 address counts as IPv4 (RFC 7208 §5)
};

// RFC 7208 §4.6.4.
struct SpfLimits {
  int lookups = 10;                             // terms (and %{p}) that ask the DNS
  int void_lookups = 2;                         // questions that brought nothing
  int mx_hosts = 10;                            // whose addresses one `mx` may ask for; more is a permerror
  int reverse_names = 10;                       // of the client that are looked at; further ones are ignored
  Duration elapsed = std::chrono::seconds(20);  // in the resolver's model time; more is a temperror
};

// Views must outlive the check.
struct SpfOptions {
  std::string_view receiver{};             // %{r}, the host that checks; empty: "unknown"
  Instant now{};                           // %{t}
  std::string_view default_explanation{};  // of a fail whose domain explains nothing (RFC 7208 §6.2)
  bool explain = true;                     // whether exp= is asked for: one DNS question more on a fail
  bool trace = false;
  SpfLimits limits{};
};

struct SpfResult {
  SpfOutcome result = SpfOutcome::none;
  SpfScope scope = SpfScope::mail_from;
  std::string domain;       // that was checked, internationalised names as A-labels
  std::string mechanism;    // that matched, as written without its qualifier; empty: none did
  std::string explanation;  // of a fail
  std::string problem;      // why there was a permerror or temperror, or no policy
  int lookups = 0;
  int void_lookups = 0;
  Duration cost{};          // of all DNS questions together
  std::uint32_t ttl_s = 0;  // how long the result may be kept: the smallest TTL among the answers used
  std::vector<SpfTraceStep> trace;
};

// The MAIL FROM identity; postmaster@HELO when the reverse-path is null (RFC 7208 §2.4).
SpfResult check_spf(dns::Resolver& resolver, const SpfIdentity& identity, const SpfOptions& options = {});

// Whether the domain says that nobody sends for it: its one SPF record is "v=spf1 -all" (RFC 7208 §10.1.2).
bool sends_no_mail(dns::Resolver& resolver, std::string_view domain);

// The HELO identity (RFC 7208 §2.3).
SpfResult check_spf_helo(dns::Resolver& resolver, const SpfIdentity& identity, const SpfOptions& options = {});

}  // namespace mailrig::auth
