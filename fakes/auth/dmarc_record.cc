#include "fakes/auth/dmarc_record.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "fakes/mail/address.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

std::string_view trimmed_wsp(std::string_view text) {
  while (!text.empty() && mail::is_wsp(text.front())) text.remove_prefix(1);
  while (!text.empty() && mail::is_wsp(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the text up to the next separator away, and the separator with it.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return head;
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// RFC 3986 §2.1: every "%" has two digits behind it.
bool has_whole_escapes(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (at + 2 >= text.size() || mail::hex_value(text[at + 1]) < 0 || mail::hex_value(text[at + 2]) < 0) return false;
  }
  return true;
}

// Of text with whole escapes.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%')) {
    decoded += text.substr(0, at);
    decoded += static_cast<char>(mail::hex_value(text[at + 1]) * 16 + mail::hex_value(text[at + 2]));
    text.remove_prefix(at + 3);
  }
  return decoded += text;
}

bool is_uri_scheme(std::string_view text) {
  return !text.empty() && mail::is_letter(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
    return mail::is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

// The characters of RFC 3986 §2; "!" has been taken for a size before and "," and ";" for separators.
bool is_uri_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return mail::is_letter_or_digit(c) || std::string_view("-._~:/?#[]@$&'()*+=%").find(c) != std::string_view::npos;
  });
}

std::optional<mail::Address> mailto_address(std::string_view uri) {
  constexpr std::string_view scheme = "mailto:";
  if (!mail::equals_ignoring_case(uri.substr(0, scheme.size()), scheme)) return std::nullopt;
  uri.remove_prefix(scheme.size());
  uri = uri.substr(0, uri.find('?'));
  if (!has_whole_escapes(uri)) return std::nullopt;
  return mail::parse_address(percent_decoded(uri));
}

// obs-dmarc-report-size: digits and perhaps a unit, a power of 1024 (RFC 7489 §6.2).
std::optional<std::uint64_t> report_size(std::string_view text) {
  int shift = 0;
  if (!text.empty() && mail::is_letter(text.back())) {
    const std::size_t unit = std::string_view("kmgt").find(mail::to_lower(text.back()));
    if (unit == std::string_view::npos) return std::nullopt;
    shift = 10 * (static_cast<int>(unit) + 1);
    text.remove_suffix(1);
  }
  const auto number = whole_number(text);
  if (!number || *number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return std::uint64_t{*number} << shift;
}

std::optional<DmarcReportUri> report_uri(std::string_view text) {
  DmarcReportUri result;
  const std::size_t size_mark = text.find('!');
  if (size_mark != std::string_view::npos) {
    result.report_bytes_max = report_size(text.substr(size_mark + 1));
    if (!result.report_bytes_max) return std::nullopt;
    text = text.substr(0, size_mark);
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
  if (!is_uri_scheme(text.substr(0, colon)) || !is_uri_text(text.substr(colon + 1)) || !has_whole_escapes(text)) {
    return std::nullopt;
  }
  if (mail::equals_ignoring_case(text.substr(0, colon), "mailto") && !mailto_address(text)) return std::nullopt;
  result.uri = text;
  return result;
}

std::vector<DmarcReportUri> report_uris(std::string_view list) {
  std::vector<DmarcReportUri> uris;
  while (!list.empty() && uris.size() < DmarcRecord::report_uris_max) {
    if (auto uri = report_uri(trimmed_wsp(take_until(list, ',')))) uris.push_back(std::move(*uri));
  }
  return uris;
}

// "0" or "1", "d" and "s", each once, in any order (dmarc-fo).
std::optional<DmarcFailureOptions> failure_options(std::string_view list) {
  DmarcFailureOptions options{false, false, false, false};
  const auto set = [](bool& option) { return !option && (option = true); };
  while (true) {
    const bool last = list.find(':') == std::string_view::npos;
    const std::string_view item = trimmed_wsp(take_until(list, ':'));
    const char c = item.size() == 1 ? mail::to_lower(item.front()) : '\0';
    const bool understood = (c == '0' && !options.any_failed && set(options.all_failed)) ||
                            (c == '1' && !options.all_failed && set(options.any_failed)) ||
                            (c == 'd' && set(options.dkim)) || (c == 's' && set(options.spf));
    if (!understood) return std::nullopt;
    if (last) return options;
  }
}

std::optional<DmarcPolicy> policy_named(std::string_view name) {
  for (const auto policy : {DmarcPolicy::none, DmarcPolicy::quarantine, DmarcPolicy::reject}) {
    if (mail::equals_ignoring_case(name, to_string(policy))) return policy;
  }
  return std::nullopt;
}

// Which tags we know; also their place in the table of those already seen.
constexpr std::array<std::string_view, 14> known_dmarc_tags = {"v",    "p",   "sp",  "np", "psd", "t",  "adkim",
                                                               "aspf", "rua", "ruf", "fo", "pct", "rf", "ri"};

void set_dmarc_tag(DmarcRecord& record, std::string_view name, std::string_view value) {
  const auto is = [value](std::string_view other) { return mail::equals_ignoring_case(value, other); };
  if (name == "p") {
    record.p = {true, policy_named(value)};
  } else if (name == "sp") {
    record.sp = {true, policy_named(value)};
  } else if (name == "np") {
    record.np = {true, policy_named(value)};
  } else if (name == "psd") {
    record.psd = is("y") ? DmarcPsd::yes : is("n") ? DmarcPsd::no : DmarcPsd::unsaid;
  } else if (name == "t") {
    record.testing = is("y");
  } else if (name == "adkim") {
    record.adkim = is("s") ? DmarcAlignment::strict : DmarcAlignment::relaxed;
  } else if (name == "aspf") {
    record.aspf = is("s") ? DmarcAlignment::strict : DmarcAlignment::relaxed;
  } else if (name == "rua") {
    record.rua = report_uris(value);
  } else if (name == "ruf") {
    record.ruf = report_uris(value);
  } else if (name == "fo") {
    record.fo = failure_options(value).value_or(DmarcFailureOptions{});
  } else if (name == "pct") {
    const auto percent = whole_number(value);
    record.pct = percent && *percent <= 100 ? static_cast<int>(*percent) : 100;
  } else if (name == "rf") {
    record.rf = value.empty() ? "afrf" : mail::to_lower(value);
  } else if (name == "ri") {
    record.ri_s = whole_number(value).value_or(86'400);
  }
}

}  // namespace

std::string_view to_string(DmarcPolicy policy) {
  switch (policy) {
    case DmarcPolicy::none:
      return "none";
    case DmarcPolicy::quarantine:
      return "quarantine";
    case DmarcPolicy::reject:
      return "reject";
  }
  return {};
}

DmarcPolicy softened(DmarcPolicy policy) {
  return policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
}

std::string DmarcReportUri::host() const {
  if (const auto address = mailto_address(uri)) return address->domain;
  const std::size_t authority_at = uri.find("://");
  if (authority_at == std::string::npos) return {};
  std::string_view authority = std::string_view(uri).substr(authority_at + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  return mail::to_lower(authority.substr(0, authority.find(':')));
}

std::optional<DmarcRecord> parse_dmarc_record(std::string_view text) {
  std::string_view rest = text;
  // dmarc-version: no white space before "v", and its value is the only one whose case matters.
  const std::string_view version = take_until(rest, ';');
  const std::size_t equals = version.find('=');
  if (version.empty() || mail::to_lower(version.front()) != 'v' || equals == std::string_view::npos) {
    return std::nullopt;
  }
  if (trimmed_wsp(version.substr(0, equals)).size() != 1 || trimmed_wsp(version.substr(equals + 1)) != "DMARC1") {
    return std::nullopt;
  }

  DmarcRecord record;
  record.text = text;
  std::array<bool, known_dmarc_tags.size()> seen{};
  seen.front() = true;
  while (!rest.empty()) {
    const std::string_view tag = take_until(rest, ';');
    const std::size_t value_at = tag.find('=');
    if (value_at == std::string_view::npos) continue;
    const std::string_view written_name = trimmed_wsp(tag.substr(0, value_at));
    const auto known = std::find_if(known_dmarc_tags.begin(), known_dmarc_tags.end(), [written_name](auto name) {
      return mail::equals_ignoring_case(name, written_name);
    });
    if (known == known_dmarc_tags.end()) continue;
    bool& seen_before = seen[static_cast<std::size_t>(known - known_dmarc_tags.begin())];
    set_dmarc_tag(record, *known, seen_before ? std::string_view() : trimmed_wsp(tag.substr(value_at + 1)));
    seen_before = true;
  }
  return record;
}

}  // namespace mailrig::auth
