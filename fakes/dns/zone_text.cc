#include "fakes/dns/zone_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "fakes/dns/ldns_records.h"
#include "fakes/dns/name.h"
#include "fakes/dns/zone_scanner.h"

namespace mailrig::dns {
namespace {

bool same_word(std::string_view a, std::string_view upper_case) {
  if (a.size() != upper_case.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char upper = a[i] >= 'a' && a[i] <= 'z' ? static_cast<char>(a[i] - 'a' + 'A') : a[i];
    if (upper != upper_case[i]) return false;
  }
  return true;
}

// "3600", or sums of units as BIND reads them: "1h30m", "2W". RFC 2181 §8 bounds a TTL to 31 bits.
std::optional<std::uint32_t> parse_ttl(std::string_view text) {
  constexpr std::uint64_t ttl_s_max = 0x7fffffff;
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::uint64_t unit = 1;
    if (!text.empty()) {
      switch (text.front()) {
        case 's':
        case 'S':
          break;
        case 'm':
        case 'M':
          unit = 60;
          break;
        case 'h':
        case 'H':
          unit = 3600;
          break;
        case 'd':
        case 'D':
          unit = 86400;
          break;
        case 'w':
        case 'W':
          unit = 604800;
          break;
        default:
          return std::nullopt;
      }
      text.remove_prefix(1);
    }
    total += number * unit;
    if (total > ttl_s_max) return std::nullopt;
  }
  return static_cast<std::uint32_t>(total);
}

bool is_preference(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size();
}

std::string_view expected_rdata(Type type) {
  switch (type) {
    case Type::a:
      return "one IPv4 address, such as 192.0.2.1";
    case Type::aaaa:
      return "one IPv6 address, such as 2001:db8::1";
    case Type::mx:
      return "a preference of 0 to 65535 and one host name, such as '10 mx1'";
    case Type::ns:
    case Type::cname:
    case Type::ptr:
      return "one domain name, with a dot at its end unless it is relative to the origin";
    case Type::txt:
      return "strings of at most 255 bytes, in quotes where they hold blanks or semicolons";
    case Type::soa:
      return "mname, rname, serial, refresh, retry, expire and minimum";
    default:
      return "what its specification says, or '\\# <bytes> <hex>' (RFC 3597)";
  }
}

// Types that only a question or a transfer can have (RFC 6895 §3.1), and OPT.
bool is_meta(std::uint16_t type) {
  return (type >= 128 && type <= 255) || type == LDNS_RR_TYPE_OPT;
}

// 0 for what is no type.
std::uint32_t type_number(const std::string& name) {
  const auto number = static_cast<std::uint32_t>(ldns_get_rr_type_by_name(name.c_str()));
  return number > UINT16_MAX ? 0 : number;
}

class ZoneReader {
 public:
  ZoneReader(std::string_view text, const std::string& file_name, std::string_view origin)
      : scanner_(text, file_name), file_name_(file_name), origin_(origin), owner_(origin_) {}

  Result<std::vector<PlacedRecord>> read() {
    while (true) {
      auto entry = scanner_.next();
      if (!entry) return entry.error();
      if (!*entry) return std::move(records_);
      const bool directive = !(*entry)->owner_omitted && (*entry)->tokens.front().text.starts_with('$');
      auto done = directive ? obey(**entry) : read_record(**entry);
      if (!done) return done.error();
    }
  }

 private:
  using Tokens = std::span<const ZoneToken>;

  Error error(const ZoneToken& where, std::string message) const {
    return {std::move(message), file_name_, where.line, where.column};
  }

  // The text of a name as an absolute one.
  std::optional<std::string> absolute(std::string_view name) const {
    if (name == "@") return origin_;
    auto canonical = canonical_name(name);
    const bool relative = canonical && ldns_dname_str_absolute(std::string(name).c_str()) == 0;
    if (!relative || origin_.empty()) return canonical;
    return canonical_name(*canonical + "." + origin_);
  }

  Result<void> obey(const ZoneEntry& entry) {
    const ZoneToken& directive = entry.tokens.front();
    const bool one_value = entry.tokens.size() == 2;
    const ZoneToken& value = entry.tokens.back();
    if (same_word(directive.text, "$ORIGIN")) {
      const auto name = one_value ? absolute(value.text) : std::nullopt;
      if (!name) return error(value, "$ORIGIN: expected one domain name, such as 'shop.example.'");
      origin_ = *name;
      return {};
    }
    if (same_word(directive.text, "$TTL")) {
      const auto ttl = one_value ? parse_ttl(value.text) : std::nullopt;
      if (!ttl) return error(value, "$TTL: expected a time, such as 3600 or 1h");
      ttl_s_ = *ttl;
      return {};
    }
    if (same_word(directive.text, "$INCLUDE")) {
      return error(directive, "$INCLUDE is not supported; put the records of that file here");
    }
    return error(directive, fmt::format("unknown directive '{}'; known are $ORIGIN and $TTL", directive.text));
  }

  Result<void> read_record(const ZoneEntry& entry) {
    Tokens rest(entry.tokens);
    if (!entry.owner_omitted) {
      const auto owner = absolute(rest.front().text);
      if (!owner) return error(rest.front(), fmt::format("'{}' is no domain name", rest.front().text));
      owner_ = *owner;
      rest = rest.subspan(1);
    }
    if (auto done = read_ttl_and_class(rest); !done) return done;
    if (rest.empty()) {
      return error(entry.tokens.back(), "expected a record type after this, such as A, MX or TXT");
    }
    const std::string type_name(rest.front().text);
    const std::uint32_t number = type_number(type_name);
    if (number == 0) {
      return error(rest.front(), fmt::format("unknown record type '{}'; write TYPE and its number if it exists "
                                             "(RFC 3597)",
                                             type_name));
    }
    const auto type = static_cast<std::uint16_t>(number);
    if (is_meta(type)) return error(rest.front(), fmt::format("a zone cannot hold {} records", type_name));
    return read_rdata(static_cast<Type>(type), entry, rest.subspan(1));
  }

  // Both are optional and come in either order.
  Result<void> read_ttl_and_class(Tokens& rest) {
    for (; !rest.empty(); rest = rest.subspan(1)) {
      const std::string_view word = rest.front().text;
      if (word.front() >= '0' && word.front() <= '9') {
        const auto ttl = parse_ttl(word);
        if (!ttl) return error(rest.front(), fmt::format("'{}' is no TTL; expected a time, such as 3600 or 1h", word));
        ttl_s_ = *ttl;
      } else if (same_word(word, "CH") || same_word(word, "HS")) {
        return error(rest.front(), fmt::format("class {} is not supported; expected IN", word));
      } else if (!same_word(word, "IN")) {
        break;
      }
    }
    return {};
  }

  Result<void> read_rdata(Type type, const ZoneEntry& entry, Tokens rdata) {
    const auto wrong = [&](const ZoneToken& where) {
      return error(where, fmt::format("wrong data for {}: expected {}", to_string(type), expected_rdata(type)));
    };
    if (rdata.empty()) return wrong(entry.tokens.back());
    // ldns takes a preference modulo 65536.
    const bool generic = rdata.front().text == "\\#";
    if (type == Type::mx && !generic && !is_preference(rdata.front().text)) return wrong(rdata.front());

    // The owner goes round ldns, whose buffer is too small for a long name written in escapes.
    std::string line = fmt::format(". {} IN TYPE{}", ttl_s_, static_cast<std::uint16_t>(type));
    for (const ZoneToken& token : rdata) line.append(" ").append(token.text);
    ldns_rr* parsed = nullptr;
    const auto origin = to_ldns_name(origin_);
    const ldns_status status = ldns_rr_new_frm_str(&parsed, line.c_str(), ttl_s_, origin.get(), nullptr);
    const Ldns<ldns_rr> owned(parsed);
    if (status != LDNS_STATUS_OK) return wrong(type == Type::mx ? rdata.back() : rdata.front());
    auto record = from_ldns(owned.get());
    if (!record) return wrong(rdata.front());
    record->name = owner_;
    const ZoneToken& start = entry.tokens.front();
    records_.push_back({std::move(*record), start.line, start.column});
    return {};
  }

  ZoneScanner scanner_;
  const std::string& file_name_;
  std::string origin_;
  std::string owner_;  // of the entry before
  std::uint32_t ttl_s_ = Record::default_ttl_s;
  std::vector<PlacedRecord> records_;
};

}  // namespace

Result<std::vector<PlacedRecord>> parse_zone_text(std::string_view text, const std::string& file_name,
                                                  std::string_view origin) {
  if (text.find('\0') != std::string_view::npos) {
    return Error{"this is no text: it holds a NUL byte; expected a master file (RFC 1035 §5)", file_name, 1, 1};
  }
  return ZoneReader(text, file_name, origin).read();
}

std::optional<Type> parse_type(std::string_view text) {
  const std::uint32_t number = type_number(std::string(text));
  if (number == 0 || is_meta(static_cast<std::uint16_t>(number))) return std::nullopt;
  return static_cast<Type>(number);
}

Result<Data> parse_data(Type type, std::string_view text) {
  if (type == Type::txt && !text.starts_with('"')) return Txt::of(text);
  const auto wrong = [&] {
    return Error{
        fmt::format("wrong data for {}: expected {}, found '{}'", to_string(type), expected_rdata(type), text)};
  };
  // A line of its own: whatever makes more of it, or less, is no value.
  if (text.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos) return wrong();
  auto parsed = parse_zone_text(fmt::format(". TYPE{} {}\n", static_cast<std::uint16_t>(type), text), "", "");
  if (!parsed || parsed->size() != 1) return wrong();
  return std::move(parsed->front().record.data);
}

}  // namespace mailrig::dns
