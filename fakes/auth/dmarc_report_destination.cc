#include "fakes/auth/dmarc_report_destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fakes/auth/dmarc_lookup.h"
#include "fakes/dns/name.h"

namespace mailrig::auth {
namespace {

// None when the DNS did not say.
std::optional<std::string> organization_behind(DmarcLookup& lookup, const std::string& name,
                                               const DmarcSettings& settings) {
  if (settings.method == DmarcMethod::tree_walk) {
    DmarcTreeWalk walk = walk_dmarc_tree(lookup, name);
    if (walk.temporary) return std::nullopt;
    return std::move(walk.organizational_domain);
  }
  const PublicSuffixList& list =
      settings.public_suffixes != nullptr ? *settings.public_suffixes : PublicSuffixList::newest();
  return list.organizational_domain(name).value_or(name);
}

ReportDestination decided(ReportConsent consent, std::string reason) {
  ReportDestination result;
  result.consent = consent;
  result.reason = std::move(reason);
  return result;
}

ReportDestination ask_for_consent(DmarcLookup& lookup, const std::string& policy_domain, const std::string& destination,
                                  const DmarcReportUri& uri) {
  const std::string name = fmt::format("{}._report._dmarc.{}", policy_domain, destination);
  if (!dns::canonical_name(name)) {
    return decided(ReportConsent::refused, fmt::format("{} is too long for the DNS", name));
  }
  const dns::Answer answer = lookup.texts(name);
  if (answer.temporary()) {
    return decided(ReportConsent::temporary, fmt::format("the DNS did not answer about {}", name));
  }
  bool consents = false;
  std::vector<DmarcReportUri> instead;
  for (const std::string& text : answer.texts()) {
    auto record = parse_dmarc_record(text);
    if (!record) continue;
    consents = true;
    if (instead.empty()) instead = std::move(record->rua);
  }
  if (!consents)
    return decided(ReportConsent::refused, fmt::format("{} does not consent: nothing at {}", destination, name));
  // "The overriding URI MUST use the same destination host", or there is no report to either.
  for (const DmarcReportUri& other : instead) {
    if (dmarc_name(other.host()) != destination) {
      return decided(ReportConsent::refused, fmt::format("{} names another host instead: {}", name, other.uri));
    }
  }
  ReportDestination result = decided(ReportConsent::given, fmt::format("{} consents at {}", destination, name));
  result.uris = instead.empty() ? std::vector{uri} : std::move(instead);
  return result;
}

ReportDestination judge(DmarcLookup& lookup, std::string_view policy_domain, const DmarcReportUri& uri,
                        const DmarcSettings& settings) {
  const auto policy_name = dmarc_name(policy_domain);
  const auto destination = dmarc_name(uri.host());
  if (!policy_name || !destination) {
    return decided(ReportConsent::refused, fmt::format("{} names no host to ask", uri.uri));
  }
  const auto ours = organization_behind(lookup, *policy_name, settings);
  const auto theirs = ours ? organization_behind(lookup, *destination, settings) : std::nullopt;
  if (!theirs) {
    return decided(ReportConsent::temporary,
                   fmt::format("the DNS did not answer about {}", lookup.questions().back().name));
  }
  if (*ours == *theirs) {
    ReportDestination result = decided(ReportConsent::same_organization,
                                       fmt::format("{} and {} both belong to {}", *policy_name, *destination, *ours));
    result.uris.push_back(uri);
    return result;
  }
  return ask_for_consent(lookup, *policy_name, *destination, uri);
}

}  // namespace

ReportDestination check_report_destination(dns::Resolver& resolver, std::string_view policy_domain,
                                           const DmarcReportUri& uri, const DmarcSettings& settings) {
  DmarcLookup lookup(resolver);
  ReportDestination result = judge(lookup, policy_domain, uri, settings);
  result.questions = lookup.questions();
  result.cost = lookup.cost();
  result.ttl_s = lookup.ttl_s();
  return result;
}

}  // namespace mailrig::auth
