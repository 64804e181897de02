#include <fmt/format.h>

#include <optional>

#include "fakes/auth/dmarc_lookup.h"
#include "fakes/auth/dmarc_record.h"
#include "fakes/auth/dmarc_report_destination.h"
#include "fakes/auth/organizational_domain.h"
#include "fakes/auth/tag_list.h"
#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/zone_line.h"
#include "fakes/mail/text.h"

namespace mailrig::diagnose {
namespace {

bool looks_like_dmarc(std::string_view text) {
  const std::string squeezed = mail::to_lower(auth::without_white_space(text.substr(0, 64)));
  return squeezed.starts_with("v=dmarc") || squeezed.starts_with("dmarc1");
}

std::string dmarc_line(std::string_view domain, std::string_view text) {
  return zone_line(dns::Record::txt(fmt::format("_dmarc.{}", domain), text));
}

std::string first_dmarc_record(std::string_view domain) {
  return dmarc_line(domain, fmt::format("v=DMARC1; p=none; rua=mailto:dmarc@{}", domain));
}

void check_destinations(dns::Resolver& resolver, std::string_view domain, const auth::DmarcRecord& record,
                        Findings& findings) {
  const std::string subject = fmt::format("_dmarc.{}", domain);
  std::vector<auth::DmarcReportUri> uris = record.rua;
  uris.insert(uris.end(), record.ruf.begin(), record.ruf.end());
  for (const auth::DmarcReportUri& uri : uris) {
    const auth::ReportDestination destination = auth::check_report_destination(resolver, domain, uri);
    if (destination.consent == auth::ReportConsent::temporary) {
      findings.error("dns-no-answer", uri.host(), shown(destination.reason),
                     "make this name answer; until then no report goes there");
    }
    if (destination.consent != auth::ReportConsent::refused) continue;
    if (uri.host().empty()) {
      findings.error("dmarc-uri", subject, fmt::format("{}: {}", shown(uri.uri), shown(destination.reason)),
                     "name a mailbox: mailto:dmarc@" + std::string(domain));
      continue;
    }
    findings.error(
        "dmarc-rua-unauthorised", subject,
        fmt::format("{}: {}; reports are not sent there", shown(uri.uri), shown(destination.reason)),
        fmt::format("{} must publish: {}", uri.host(),
                    zone_line(dns::Record::txt(fmt::format("{}._report._dmarc.{}", domain, uri.host()), "v=DMARC1"))));
  }
}

void check_tags(std::string_view domain, const auth::DmarcRecord& record, Findings& findings) {
  const std::string subject = fmt::format("_dmarc.{}", domain);
  const std::string text = shown(record.text);
  if (!record.p.value) {
    findings.error("dmarc-no-policy", subject,
                   fmt::format("{}: {}", text, record.p.present ? "p= is invalid" : "no p="),
                   "publish a policy: " + first_dmarc_record(domain));
  } else if (*record.p.value == auth::DmarcPolicy::none) {
    findings.advice("dmarc-p-none", subject, text + " (failing mail is delivered all the same)",
                    "once the reports show that all your mail passes: " +
                        dmarc_line(domain, fmt::format("v=DMARC1; p=quarantine; rua=mailto:dmarc@{}", domain)));
  }
  if (record.sp.invalid() || record.np.invalid()) {
    findings.warning("dmarc-subdomain-policy", subject, text + ": sp= or np= is invalid and ignored",
                     "use none, quarantine or reject");
  }
  if (record.testing) findings.advice("dmarc-testing", subject, text + ": t=y softens the policy", "remove t=y");
  if (record.pct < 100) {
    findings.warning("dmarc-pct", subject,
                     fmt::format("{}: pct={} is ignored since RFC 9989, and by others applied", text, record.pct),
                     "remove pct=");
  }
  const auto tags = auth::TagList::parse(record.text);
  for (const std::string_view name : {"rua", "ruf"}) {
    const auto& uris = name == "rua" ? record.rua : record.ruf;
    if (tags.value(name) && uris.empty()) {
      findings.error("dmarc-uri", subject, fmt::format("{}: {}= holds no usable URI", text, name),
                     fmt::format("{}=mailto:dmarc@{}", name, domain));
    } else if (name == "rua" && uris.empty()) {
      findings.advice("dmarc-no-rua", subject, text + ": nobody gets the aggregate reports",
                      fmt::format("add rua=mailto:dmarc@{}", domain));
    }
  }
}

void check_misplaced(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  Findings ignored;  // check_spf_record() asks the same
  for (const std::string& text : ask(resolver, domain, dns::Type::txt, ignored).texts()) {
    if (!looks_like_dmarc(text)) continue;
    findings.error("dmarc-misplaced", std::string(domain), fmt::format("TXT {}: {}", domain, shown(text)),
                   "receivers look one label lower; move it: " + dmarc_line(domain, text));
  }
}

}  // namespace

void check_dmarc_record(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  check_misplaced(resolver, domain, findings);
  const std::string name = fmt::format("_dmarc.{}", domain);
  const dns::Answer answer = ask(resolver, name, dns::Type::txt, findings);
  if (answer.temporary()) return;
  std::vector<auth::DmarcRecord> records;
  std::optional<std::string> malformed;
  for (const std::string& text : answer.texts()) {
    if (auto record = auth::parse_dmarc_record(text)) {
      records.push_back(std::move(*record));
    } else if (looks_like_dmarc(text)) {
      malformed = text;
    }
  }
  if (records.size() > 1) {
    std::string evidence = fmt::format("{} records, so that all are discarded (RFC 9989 §4.10):", records.size());
    for (const auth::DmarcRecord& record : records) evidence += fmt::format(" \"{}\"", shown(record.text));
    findings.error("dmarc-several", name, std::move(evidence), "leave one: " + dmarc_line(domain, records[0].text));
    return;
  }
  if (records.size() == 1) {
    check_tags(domain, records.front(), findings);
    check_destinations(resolver, domain, records.front(), findings);
    return;
  }
  if (malformed) {
    findings.error("dmarc-syntax", name, fmt::format("{}: a record begins exactly with v=DMARC1;", shown(*malformed)),
                   first_dmarc_record(domain));
    return;
  }
  // A subdomain lives under its organization's record.
  const auto dmarc_domain = auth::dmarc_name(domain);
  auth::DmarcLookup lookup(resolver);
  if (dmarc_domain && !auth::walk_dmarc_tree(lookup, *dmarc_domain).policy_domain.empty()) return;
  findings.error("dmarc-missing", name, fmt::format("TXT: {}", absence(answer)),
                 "publish: " + first_dmarc_record(domain));
}

}  // namespace mailrig::diagnose
