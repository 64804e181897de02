#include "fakes/diagnose/zone_line.h"

#include <fmt/format.h>

namespace mailrig::diagnose {
namespace {

std::string full_name(std::string_view name) {
  return fmt::format("{}.", name);
}

// RFC 1035 §5.1: quotes and backslashes are escaped, and what is not printable ASCII stands as \DDD.
std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out += fmt::format("\\{:03}", static_cast<unsigned char>(c));
    }
  }
  return out + '"';
}

std::string data_text(const dns::Record& record) {
  if (const auto* ip = std::get_if<IpAddress>(&record.data)) return ip->to_string();
  if (const auto* target = std::get_if<dns::Target>(&record.data)) return full_name(target->name);
  if (const auto* mx = std::get_if<dns::Mx>(&record.data)) {
    return fmt::format("{} {}", mx->preference, full_name(mx->exchange));
  }
  if (const auto* txt = std::get_if<dns::Txt>(&record.data)) {
    std::string out;
    for (const std::string& string : txt->strings) out += (out.empty() ? "" : " ") + quoted_string(string);
    return out;
  }
  if (const auto* soa = std::get_if<dns::Soa>(&record.data)) {
    return fmt::format("{} {} {} {} {} {} {}", full_name(soa->mname), full_name(soa->rname), soa->serial,
                       soa->refresh_s, soa->retry_s, soa->expire_s, soa->minimum_s);
  }
  // RFC 3597 §5.
  const auto& opaque = std::get<dns::Opaque>(record.data);
  std::string out = fmt::format("\\# {}", opaque.bytes.size());
  for (const char c : opaque.bytes) out += fmt::format(" {:02x}", static_cast<unsigned char>(c));
  return out;
}

}  // namespace

std::string zone_line(const dns::Record& record) {
  return fmt::format("{} {} IN {} {}", full_name(record.name), record.ttl_s, dns::to_string(record.type),
                     data_text(record));
}

}  // namespace mailrig::diagnose
