#include "fakes/policy/reply_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fakes/base/ip_address.h"
#include "fakes/base/number_text.h"
#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

// Longest value a sender may bring into a reply: RFC 5321 §4.5.3.1.3 bounds paths to 256 octets.
constexpr std::size_t value_bytes_max = 256;

enum class Placeholder : std::uint8_t {
  ip,
  netblock,
  rcpt,
  rcpt_local,
  rcpt_dom,
  from,
  from_dom,
  hdr_dom,
  helo,
  host,
  sess,
  hex8,
  n,
  unix,
  ts,
  rfcdate,
  msgid,
  bytes,
  spf_verdict,
  dkim_verdict,
  dmarc_verdict,
  rbl,
  reason,
  dkim_dom,
};
constexpr std::array<std::string_view, 24> placeholder_names = {
    "ip",          "netblock",     "rcpt",          "rcpt_local", "rcpt_dom", "from",    "from_dom", "hdr_dom", "helo",
    "host",        "sess",         "hex8",          "n",          "unix",     "ts",      "rfcdate",  "msgid",   "bytes",
    "spf_verdict", "dkim_verdict", "dmarc_verdict", "rbl",        "reason",   "dkim_dom"};

std::optional<Placeholder> parse_placeholder(std::string_view name) {
  for (std::size_t i = 0; i < placeholder_names.size(); ++i) {
    if (placeholder_names[i] == name) return static_cast<Placeholder>(i);
  }
  return std::nullopt;
}

// Values come from senders: nothing in them may end a line or run on for ever.
void append_value(std::string& out, std::string_view value) {
  const auto ends_lines = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const std::size_t begin = out.size();
  out += value.substr(0, value_bytes_max);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), ends_lines, '?');
}

std::string netblock(const IpAddress& ip) {
  const int length = ip.is_v6() ? 64 : 24;
  return fmt::format("{}/{}", ip.network(length).to_string(), length);
}

void append(std::string& out, Placeholder placeholder, const ReplyContext& context) {
  switch (placeholder) {
    case Placeholder::ip:
      return append_value(out, context.ip ? context.ip->to_string() : std::string());
    case Placeholder::netblock:
      return append_value(out, context.ip ? netblock(*context.ip) : std::string());
    case Placeholder::rcpt:
      return append_value(out, context.rcpt);
    case Placeholder::rcpt_local:
      return append_value(out, split_address(context.rcpt).local_part);
    case Placeholder::rcpt_dom:
      return append_value(out, split_address(context.rcpt).domain);
    case Placeholder::from:
      return append_value(out, context.from);
    case Placeholder::from_dom:
      return append_value(out, split_address(context.from).domain);
    case Placeholder::hdr_dom:
      return append_value(out, context.header_domain);
    case Placeholder::helo:
      return append_value(out, context.helo);
    case Placeholder::host:
      return append_value(out, context.host);
    case Placeholder::sess:
      return append_hex(out, context.token, 16);
    // Different pieces of the same token, so that a reply that shows several does not repeat itself.
    case Placeholder::hex8:
      return append_hex(out, (context.token >> 16) & 0xffffffff, 8);
    case Placeholder::n:
      return append_decimal(out, (context.token >> 8) % 1'000'000);
    case Placeholder::unix:
      return append_decimal(out, std::chrono::floor<std::chrono::seconds>(context.now).time_since_epoch().count());
    case Placeholder::ts:
      return append_value(out, to_rfc3339(context.now));
    case Placeholder::rfcdate:
      return append_value(out, to_rfc5322_date(context.now));
    case Placeholder::msgid:
      return append_value(out, context.message_id);
    case Placeholder::bytes:
      return append_decimal(out, context.bytes);
    case Placeholder::rbl:
      return append_value(out, context.list);
    case Placeholder::reason:
      return append_value(out, context.list_reason);
    case Placeholder::dkim_dom:
      return append_value(out, context.dkim_domain);
    case Placeholder::spf_verdict:
      return append_value(out, context.spf_passes ? "Pass" : "Fail");
    case Placeholder::dkim_verdict:
      return append_value(out, context.dkim_passes ? "Pass" : "Fail");
    case Placeholder::dmarc_verdict:
      return append_value(out, context.dmarc_passes ? "Pass" : "Fail");
  }
}

// Calls `literal(text)` and `placeholder(name)` in the order of `text`.
template <class Literal, class Name>
void walk(std::string_view text, Literal literal, Name name) {
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return literal(text);
    literal(text.substr(0, open));
    name(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
}

struct Line {
  std::uint16_t code = 0;
  bool last = true;
  std::string_view text;
};

// "550-5.1.1 text" or "550 5.1.1 text".
std::optional<Line> parse_line(std::string_view line) {
  Line parsed;
  const auto [end, error] =
      std::from_chars(line.data(), line.data() + std::min<std::size_t>(line.size(), 3), parsed.code);
  if (error != std::errc() || end != line.data() + 3) return std::nullopt;
  // RFC 5321 §4.2: the first digit is 2 to 5, the second 0 to 5.
  if (parsed.code < 200 || parsed.code > 559 || parsed.code / 10 % 10 > 5) return std::nullopt;
  if (line.size() == 3) return parsed;
  if (line[3] != ' ' && line[3] != '-') return std::nullopt;
  parsed.last = line[3] == ' ';
  parsed.text = line.substr(4);
  return parsed;
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

}  // namespace

Result<void> check_placeholders(std::string_view text) {
  Result<void> result;
  const auto ignore = [](std::string_view) {};
  walk(text, ignore, [&result](std::string_view name) {
    if (result && !parse_placeholder(name)) {
      result =
          Error{fmt::format("unknown placeholder '{{{}}}'; valid: {{{}}}", name, fmt::join(placeholder_names, "} {"))};
    }
  });
  return result;
}

std::string fill_placeholders(std::string_view text, const ReplyContext& context) {
  std::string out;
  out.reserve(text.size() + 64);
  walk(
      text, [&out](std::string_view literal) { out += literal; },
      [&](std::string_view name) {
        if (const auto placeholder = parse_placeholder(name)) return append(out, *placeholder, context);
        out.append("{").append(name).append("}");
      });
  return out;
}

Result<ReplyTemplate> parse_reply(std::string key, Event event, std::span<const std::string> lines) {
  ReplyTemplate reply;
  reply.key = std::move(key);
  reply.event = event;
  if (lines.empty()) return Error{"expected a reply such as '421 4.7.0 Try again later', found an empty list"};
  if (lines.size() == 1 && lines.front().empty()) {
    reply.close = true;
    return reply;
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = parse_line(lines[i]);
    if (!line) {
      return Error{
          fmt::format("'{}' is no SMTP reply; expected a code from 200 to 559, then a space and the text, such "
                      "as '421 4.7.0 Try again later'; '' closes the connection without a word",
                      lines[i])};
    }
    if (has_control_character(line->text)) {
      return Error{"a reply must not contain control characters; write a reply of several lines as a list"};
    }
    if (i > 0 && line->code != reply.code) {
      return Error{fmt::format("all lines of a reply carry the same code; found {} after {}", line->code, reply.code)};
    }
    if (line->last != (i + 1 == lines.size())) {
      return Error{
          fmt::format("in a reply of several lines all but the last have '-' after the code ('550-text', then "
                      "'550 text'); found '{}'",
                      lines[i])};
    }
    if (auto placeholders = check_placeholders(line->text); !placeholders) return placeholders.error();
    reply.code = line->code;
    if (i > 0) reply.text += '\n';
    reply.text += line->text;
  }
  reply.close = reply.code == 421;
  return reply;
}

smtp::Reply ReplyTemplate::render(const ReplyContext& context) const {
  return {code, fill_placeholders(text, context)};
}

}  // namespace mailrig::policy
