#include <fmt/format.h>

#include <algorithm>

#include "fakes/auth/spf.h"
#include "fakes/auth/spf_record.h"
#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/zone_line.h"

namespace mailrig::diagnose {
namespace {

using auth::SpfDirective;
using auth::SpfMechanism;
using auth::SpfQualifier;

// RFC 7208 §4.6.4.
constexpr int spf_lookups_max = 10;
constexpr int spf_void_lookups_max = 2;
// Where counting stops: a record this far over the limit needs no exact number.
constexpr int spf_lookups_counted_max = 60;

const SpfDirective* all_of(const auth::SpfRecord& record) {
  const auto found = std::find_if(record.directives.begin(), record.directives.end(),
                                  [](const SpfDirective& term) { return term.mechanism == SpfMechanism::all; });
  return found == record.directives.end() ? nullptr : &*found;
}

void check_terms(std::string_view domain, const std::string& text, const auth::SpfRecord& record, Findings& findings) {
  const std::string subject(domain);
  const SpfDirective* all = all_of(record);
  const auto with_soft_all = [&](std::string_view instead_of) {
    std::string mended = text;
    if (instead_of.empty()) {
      mended += " ~all";
    } else {
      mended.replace(mended.find(instead_of), instead_of.size(), "~all");
    }
    return "publish: " + zone_line(dns::Record::txt(subject, mended));
  };
  if (all == nullptr) {
    if (record.redirect.text.empty()) {
      findings.warning("spf-no-all", subject, shown(text) + " (clients that it does not name are \"neutral\")",
                       with_soft_all({}));
    }
  } else if (all->qualifier == SpfQualifier::pass) {
    findings.error("spf-all-pass", subject, shown(text) + " (the whole internet may send as this domain)",
                   with_soft_all(all->text));
  } else if (all->qualifier == SpfQualifier::neutral) {
    findings.warning("spf-all-neutral", subject, shown(text) + " (protects nobody: clients it does not name pass by)",
                     with_soft_all(all->text));
  }
  for (const SpfDirective& term : record.directives) {
    if (term.mechanism != SpfMechanism::ptr) continue;
    findings.warning("spf-ptr", subject, fmt::format("{} (slow, and RFC 7208 §5.5 says not to use it)", term.text),
                     fmt::format("name the addresses instead of \"{}\": ip4:ADDRESS or a:HOST", term.text));
  }
}

void check_cost(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  const std::string subject(domain);
  auth::SpfIdentity identity;
  // 240.0.0.0/4 is reserved (RFC 1112 §4): no record means it, so all terms are reached.
  identity.client_ip = *IpAddress::parse("240.0.0.1");
  identity.mail_from = "postmaster@" + subject;
  identity.helo = subject;
  auth::SpfOptions options;
  options.explain = false;
  options.limits.lookups = spf_lookups_counted_max;
  options.limits.void_lookups = spf_lookups_counted_max;
  const auth::SpfResult result = auth::check_spf(resolver, identity, options);
  if (result.lookups > spf_lookups_max) {
    findings.error(
        "spf-lookups", subject,
        fmt::format("{}{} terms ask the DNS, {} are allowed (RFC 7208 §4.6.4): receivers stop with permerror",
                    result.lookups >= spf_lookups_counted_max ? "at least " : "", result.lookups, spf_lookups_max),
        "replace include, a and mx terms by the ip4 and ip6 networks behind them, or drop services that no "
        "longer send");
  } else if (result.lookups > spf_lookups_max - 2) {
    findings.advice("spf-lookups-near", subject,
                    fmt::format("{} of {} allowed DNS terms are used", result.lookups, spf_lookups_max),
                    "drop what no longer sends before another service is added");
  }
  if (result.void_lookups > spf_void_lookups_max) {
    findings.error("spf-void", subject,
                   fmt::format("{} questions bring nothing, {} are allowed (RFC 7208 §4.6.4)", result.void_lookups,
                               spf_void_lookups_max),
                   "remove the terms whose names do not exist (see `mailrig spf check`)");
  } else if (result.void_lookups > 0) {
    findings.warning("spf-void-some", subject, fmt::format("{} question(s) bring nothing", result.void_lookups),
                     "remove the terms whose names do not exist (see `mailrig spf check`)");
  }
  if (result.result == auth::SpfOutcome::permerror && result.lookups < spf_lookups_counted_max) {
    findings.error("spf-broken", subject, "the evaluation ends in permerror: " + shown(result.problem),
                   "correct or remove the term that it names");
  }
  if (result.result == auth::SpfOutcome::temperror) {
    findings.error("dns-no-answer", subject, "SPF: " + shown(result.problem),
                   "make these names answer; receivers defer mail until they do");
  }
}

}  // namespace

std::string merged_spf_record(const std::vector<std::string>& records) {
  std::string merged = "v=spf1";
  std::vector<std::string> seen;
  const auto add = [&](std::string term) {
    if (std::find(seen.begin(), seen.end(), term) != seen.end()) return;
    merged += " " + term;
    seen.push_back(std::move(term));
  };
  std::string explanation;
  bool hard = false;
  bool soft = false;
  for (const std::string& text : records) {
    const auto record = auth::parse_spf_record(text);
    if (!record) continue;
    for (const SpfDirective& term : record->directives) {
      if (term.mechanism == SpfMechanism::all) {
        hard = hard || term.qualifier == SpfQualifier::fail;
        soft = soft || term.qualifier != SpfQualifier::fail;
      } else {
        add(std::string(term.text.starts_with('+') ? term.text.substr(1) : term.text));
      }
    }
    // What another record decides comes before "all"; a redirect would never be reached.
    if (!record->redirect.value.empty()) add(fmt::format("include:{}", record->redirect.value));
    if (explanation.empty()) explanation = record->explanation.text;
  }
  // "+all" and "?all" are nobody's wish for the whole.
  merged += hard && !soft ? " -all" : " ~all";
  if (!explanation.empty()) merged += " " + explanation;
  return merged;
}

void check_spf_record(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  const std::string subject(domain);
  const dns::Answer answer = ask(resolver, domain, dns::Type::txt, findings);
  if (answer.temporary()) return;
  std::vector<std::string> records;
  for (std::string& text : answer.texts()) {
    if (auth::is_spf_record(text)) records.push_back(std::move(text));
  }
  if (records.empty()) {
    findings.error("spf-missing", subject, fmt::format("TXT {}: no record begins with v=spf1", subject),
                   "publish, with the addresses you send from: " +
                       zone_line(dns::Record::txt(subject, "v=spf1 mx ip4:ADDRESS ~all")));
    return;
  }
  if (records.size() > 1) {
    std::string evidence =
        fmt::format("{} SPF records, so that receivers stop with permerror (RFC 7208 §4.5):", records.size());
    for (const std::string& text : records) evidence += fmt::format(" \"{}\"", shown(text));
    findings.error("spf-several", subject, std::move(evidence),
                   "remove them and publish one: " + zone_line(dns::Record::txt(subject, merged_spf_record(records))));
    return;
  }
  const auto record = auth::parse_spf_record(records.front());
  if (!record) {
    findings.error("spf-syntax", subject, fmt::format("{}: {}", shown(records.front()), shown(record.error().message)),
                   "correct this term; until then the whole record is void (permerror)");
    return;
  }
  check_terms(domain, records.front(), *record, findings);
  check_cost(resolver, domain, findings);
}

}  // namespace mailrig::diagnose
