#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "fakes/auth/iprev.h"
#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/zone_line.h"
#include "fakes/dns/name.h"

namespace mailrig::diagnose {
namespace {

constexpr std::uint32_t ttl_tiny_s = 300;
constexpr std::uint32_t ttl_advised_s = 3600;
constexpr std::uint32_t negative_ttl_max_s = 86'400;  // RFC 2308 §5: more than a day is problematic

// The zone that the domain lies in, by its SOA.
std::optional<dns::Record> soa_above(dns::Resolver& resolver, std::string_view domain) {
  for (std::string_view name = domain; !name.empty(); name = dns::parent_name(name)) {
    Findings ignored;
    for (const dns::Record& record : ask(resolver, name, dns::Type::soa, ignored).answers) {
      if (record.type == dns::Type::soa && record.name == name) return record;
    }
  }
  return std::nullopt;
}

void check_ttl(dns::Resolver& resolver, std::string_view name, dns::Type type, Findings& findings) {
  Findings ignored;
  const dns::Answer answer = ask(resolver, name, type, ignored);
  if (!answer.holds(type)) return;
  const std::uint32_t ttl_s = answer.ttl_s();
  const std::string evidence = fmt::format("{} {}: TTL {} s (a cache on the way shows less than is published)", name,
                                           dns::to_string(type), ttl_s);
  const std::string remedy =
      fmt::format("publish it with a TTL of {} s; go lower only while a change is due", ttl_advised_s);
  if (ttl_s < ttl_tiny_s) {
    findings.warning("zone-ttl", std::string(name), evidence + ": every mail asks anew, and answers flap", remedy);
  } else if (ttl_s < ttl_advised_s) {
    findings.advice("zone-ttl-short", std::string(name), evidence, remedy);
  }
}

void check_apex(dns::Resolver& resolver, const dns::Record& soa, Findings& findings) {
  const std::string& apex = soa.name;
  const auto& times = std::get<dns::Soa>(soa.data);
  if (times.minimum_s > negative_ttl_max_s || times.expire_s <= times.refresh_s || times.retry_s >= times.refresh_s) {
    dns::Soa better;
    better.mname = times.mname;
    better.rname = times.rname;
    better.serial = times.serial + 1;
    findings.warning("zone-soa", apex, zone_line(soa) + ": retry < refresh < expire, and minimum at most a day",
                     "publish: " + zone_line(dns::Record::soa(apex, better)));
  }
  Findings ignored;
  const bool keys = ask(resolver, apex, dns::Type::dnskey, ignored).holds(dns::Type::dnskey);
  const bool delegation = ask(resolver, apex, dns::Type::ds, ignored).holds(dns::Type::ds);
  if (!keys) {
    findings.advice("zone-dnssec", apex, "no DNSKEY record: answers about this domain can be forged",
                    "have the DNS provider sign the zone, and the registrar publish the DS record");
  } else if (!delegation) {
    findings.warning("zone-ds-missing", apex,
                     "the zone is signed, but its parent has no DS record: nobody validates it",
                     "have the registrar publish the DS record of the zone's key");
  }
}

}  // namespace

void check_zone(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  for (const dns::Type type : {dns::Type::mx, dns::Type::txt, dns::Type::a}) {
    check_ttl(resolver, domain, type, findings);
  }
  check_ttl(resolver, fmt::format("_dmarc.{}", domain), dns::Type::txt, findings);
  if (const auto soa = soa_above(resolver, domain)) check_apex(resolver, *soa, findings);
}

void check_name_servers(dns::Resolver& resolver, std::string_view domain, Findings& findings) {
  const auto soa = soa_above(resolver, domain);
  if (!soa) return;
  const std::string& apex = soa->name;
  const auto servers = ask(resolver, apex, dns::Type::ns, findings).targets(dns::Type::ns);
  if (servers.empty()) {
    findings.warning("zone-ns-missing", apex, "no NS record at the zone's apex",
                     "publish: " + zone_line(dns::Record::ns(apex, "ns1." + apex)) + ", and a second one");
  } else if (servers.size() == 1) {
    findings.warning("zone-ns-single", apex, fmt::format("one name server, {} (RFC 1034 §4.1 wants two)", servers[0]),
                     "publish: " + zone_line(dns::Record::ns(apex, "ns2." + apex)));
  }
}

void check_sending_address(dns::Resolver& resolver, const IpAddress& ip, std::string_view helo, Findings& findings) {
  const std::string subject = ip.to_string();
  const std::string host(helo.empty() ? std::string_view("mta1.YOUR-DOMAIN") : helo);
  const auto ptr = [&](std::string name) { return zone_line(dns::Record::ptr(ip.reverse_name(), std::move(name))); };
  const dns::Answer answer = ask(resolver, ip.reverse_name(), dns::Type::ptr, findings);
  if (answer.temporary()) return;
  const auto names = answer.targets(dns::Type::ptr);
  if (names.empty()) {
    findings.error("ptr-missing", subject, fmt::format("PTR {}: {}", ip.reverse_name(), absence(answer)),
                   "have whoever owns the address publish: " + ptr(host));
    return;
  }
  const auth::IprevResult back = auth::check_iprev(resolver, ip);
  if (back.result == auth::IprevOutcome::pass) return;
  findings.error("ptr-not-confirmed", subject,
                 fmt::format("PTR {}, but that name does not lead back to {}", names.front(), subject),
                 "publish: " + zone_line(dns::Record::address(names.front(), ip)));
}

}  // namespace mailrig::diagnose
