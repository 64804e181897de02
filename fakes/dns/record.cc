#include "fakes/dns/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mailrig::dns {

std::string to_string(Type type) {
  switch (type) {
    case Type::a:
      return "A";
    case Type::ns:
      return "NS";
    case Type::cname:
      return "CNAME";
    case Type::soa:
      return "SOA";
    case Type::ptr:
      return "PTR";
    case Type::mx:
      return "MX";
    case Type::txt:
      return "TXT";
    case Type::aaaa:
      return "AAAA";
    case Type::ds:
      return "DS";
    case Type::rrsig:
      return "RRSIG";
    case Type::nsec:
      return "NSEC";
    case Type::dnskey:
      return "DNSKEY";
    case Type::any:
      return "ANY";
  }
  return fmt::format("TYPE{}", static_cast<std::uint16_t>(type));
}

std::string to_string(Rcode rcode) {
  switch (rcode) {
    case Rcode::noerror:
      return "NOERROR";
    case Rcode::formerr:
      return "FORMERR";
    case Rcode::servfail:
      return "SERVFAIL";
    case Rcode::nxdomain:
      return "NXDOMAIN";
    case Rcode::notimp:
      return "NOTIMP";
    case Rcode::refused:
      return "REFUSED";
    case Rcode::badvers:
      return "BADVERS";
  }
  return fmt::format("RCODE{}", static_cast<std::uint16_t>(rcode));
}

Txt Txt::of(std::string_view text) {
  constexpr std::size_t string_bytes_max = 255;
  Txt txt;
  do {
    txt.strings.emplace_back(text.substr(0, string_bytes_max));
    text.remove_prefix(txt.strings.back().size());
  } while (!text.empty());
  return txt;
}

std::string Txt::joined() const {
  std::string all;
  for (const std::string& part : strings) all += part;
  return all;
}

Record Record::address(std::string name, const IpAddress& ip, std::uint32_t ttl_s) {
  return {std::move(name), ip.is_v6() ? Type::aaaa : Type::a, ttl_s, ip};
}

Record Record::mx(std::string name, std::uint16_t preference, std::string exchange, std::uint32_t ttl_s) {
  return {std::move(name), Type::mx, ttl_s, Mx{preference, std::move(exchange)}};
}

Record Record::txt(std::string name, std::string_view text, std::uint32_t ttl_s) {
  return {std::move(name), Type::txt, ttl_s, Txt::of(text)};
}

Record Record::cname(std::string name, std::string target, std::uint32_t ttl_s) {
  return {std::move(name), Type::cname, ttl_s, Target{std::move(target)}};
}

Record Record::ptr(std::string name, std::string target, std::uint32_t ttl_s) {
  return {std::move(name), Type::ptr, ttl_s, Target{std::move(target)}};
}

Record Record::ns(std::string name, std::string host, std::uint32_t ttl_s) {
  return {std::move(name), Type::ns, ttl_s, Target{std::move(host)}};
}

Record Record::soa(std::string name, Soa soa, std::uint32_t ttl_s) {
  return {std::move(name), Type::soa, ttl_s, std::move(soa)};
}

std::vector<IpAddress> Answer::addresses() const {
  std::vector<IpAddress> found;
  for (const Record& record : answers) {
    if (const auto* ip = std::get_if<IpAddress>(&record.data)) found.push_back(*ip);
  }
  return found;
}

std::vector<Mx> Answer::mail_exchangers() const {
  std::vector<Mx> found;
  for (const Record& record : answers) {
    if (const auto* mx = std::get_if<Mx>(&record.data)) found.push_back(*mx);
  }
  return found;
}

std::vector<std::string> Answer::texts() const {
  std::vector<std::string> found;
  for (const Record& record : answers) {
    if (const auto* txt = std::get_if<Txt>(&record.data)) found.push_back(txt->joined());
  }
  return found;
}

std::vector<std::string> Answer::targets(Type type) const {
  std::vector<std::string> found;
  for (const Record& record : answers) {
    if (record.type != type) continue;
    if (const auto* target = std::get_if<Target>(&record.data)) found.push_back(target->name);
  }
  return found;
}

bool Answer::holds(Type type) const {
  return std::any_of(answers.begin(), answers.end(), [type](const Record& record) { return record.type == type; });
}

std::uint32_t Answer::ttl_s() const {
  if (temporary()) return 0;
  std::uint32_t smallest = UINT32_MAX;
  for (const Record& record : answers) smallest = std::min(smallest, record.ttl_s);
  for (const Record& record : authority) {
    if (const auto* soa = std::get_if<Soa>(&record.data)) smallest = std::min({smallest, record.ttl_s, soa->minimum_s});
  }
  return smallest == UINT32_MAX ? 0 : smallest;
}

}  // namespace mailrig::dns
