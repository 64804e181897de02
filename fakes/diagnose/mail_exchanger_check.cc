#include <fmt/format.h>

#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/zone_line.h"

namespace mailrig::diagnose {
namespace {

std::string wanted_mx(std::string_view domain) {
  return "publish: " + zone_line(dns::Record::mx(std::string(domain), 10, fmt::format("mx1.{}", domain))) +
         ", with an address for that host";
}

// RFC 1034 §3.6.2: where a CNAME stands, nothing else may. Servers that answer ANY show both; others show the CNAME.
bool check_alias(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  Findings ignored;
  const std::string subject(domain);
  const dns::Answer alias = ask(resolver, domain, dns::Type::cname, ignored);
  const auto targets = alias.targets(dns::Type::cname);
  if (targets.empty()) return false;
  std::string beside;
  for (const dns::Record& record : ask(resolver, domain, dns::Type::any, ignored).answers) {
    if (record.name != subject || record.type == dns::Type::cname) continue;
    beside += (beside.empty() ? "" : ", ") + dns::to_string(record.type);
  }
  if (!beside.empty()) {
    findings.error("mx-beside-cname", subject,
                   fmt::format("a CNAME to {} beside {}: resolvers see the one or the other", targets[0], beside),
                   "remove the CNAME, and give the name A or AAAA records if it needs an address");
  } else {
    findings.warning("mx-domain-alias", subject,
                     fmt::format("a CNAME to {}: its own MX and TXT records cannot stand here", targets[0]),
                     "remove the CNAME and publish MX and TXT records at this name");
  }
  return true;
}

void check_exchanger(dns::Resolver& resolver, const std::string& domain, const dns::Mx& mx, Findings& findings) {
  const std::string evidence = fmt::format("MX {} {}", mx.preference, mx.exchange);
  if (IpAddress::parse(mx.exchange)) {
    findings.error("mx-address-literal", domain, evidence + ": an MX names a host, never an address (RFC 1035 §3.3.9)",
                   fmt::format("publish: {} and {}", zone_line(dns::Record::mx(domain, mx.preference, "mx1." + domain)),
                               zone_line(dns::Record::address("mx1." + domain, *IpAddress::parse(mx.exchange)))));
    return;
  }
  Findings ignored;
  const auto targets = ask(resolver, mx.exchange, dns::Type::cname, ignored).targets(dns::Type::cname);
  if (!targets.empty()) {
    findings.error("mx-cname", domain, fmt::format("{}, which is a CNAME to {} (RFC 2181 §10.3)", evidence, targets[0]),
                   "publish: " + zone_line(dns::Record::mx(domain, mx.preference, targets[0])));
  }
  const dns::Answer v4 = ask(resolver, mx.exchange, dns::Type::a, findings);
  const dns::Answer v6 = ask(resolver, mx.exchange, dns::Type::aaaa, findings);
  if (v4.temporary() || v6.temporary() || !v4.addresses().empty() || !v6.addresses().empty()) return;
  findings.error("mx-no-address", domain, fmt::format("{}: the host has no address ({})", evidence, absence(v4)),
                 fmt::format("publish: {}. 3600 IN A ADDRESS", mx.exchange));
}

}  // namespace

void check_mail_exchangers(dns::Resolver& resolver, std::string_view domain, std::string_view role,
                           Findings& findings) {
  const std::string subject(domain);
  const bool alias = check_alias(resolver, domain, findings);
  const dns::Answer answer = ask(resolver, domain, dns::Type::mx, findings);
  if (answer.temporary()) return;
  if (answer.rcode == dns::Rcode::nxdomain && !alias) {
    findings.error("mx-no-domain", subject, fmt::format("{}: the domain does not exist", role), wanted_mx(domain));
    return;
  }
  const std::vector<dns::Mx> exchangers = answer.mail_exchangers();
  if (exchangers.empty()) {
    findings.error("mx-missing", subject,
                   fmt::format("{}: no MX record, so that replies and bounces are lost or go to the web server", role),
                   wanted_mx(domain));
    return;
  }
  for (const dns::Mx& mx : exchangers) {
    if (mx.exchange.empty()) {
      findings.error("mx-null", subject,
                     fmt::format("{}: a null MX says that the domain takes no mail (RFC 7505), and receivers refuse "
                                 "mail from such a domain",
                                 role),
                     wanted_mx(domain));
      continue;
    }
    check_exchanger(resolver, subject, mx, findings);
  }
}

}  // namespace mailrig::diagnose
