#include "fakes/report_format/quoted_reply.h"

#include <algorithm>
#include <array>

#include "fakes/mail/text.h"

namespace mailrig::report_format {
namespace {

// What reporters write behind a reply, in the same breath.
constexpr std::array<std::string_view, 7> behind_replies = {
    " (in reply to ",                 // Postfix
    " (delivery attempts: ",          // Amazon SES
    " (state ",                       // Gmail
    ") (expanded from: ",             // Sendmail
    " . (#",                          // qmail
    " Giving up on ",                 // qmail
    " I'm not going to try again; ",  // qmail
};

constexpr std::array<std::string_view, 12> gave_up_wordings = {
    "retry timeout exceeded",                                           // Exim
    "retry time not reached for any host after a long failure period",  // Exim
    "all hosts have been failing for a long time",                      // Exim
    "in the queue too long",                                            // qmail
    "after multiple retries, giving up",                                // Yahoo
    "envelope expired",                                                 // OpenSMTPD
    "host not found, try again",               // Postfix: the resolver's TRY_AGAIN, which is never final at once
    "did not accept our requests to connect",  // Gmail
    "queue.expired",                           // Exchange
    "message expired",                         // Exchange
    "delivery time expired",                   // RFC 3463 §3.5, X.4.7
    "no delivery until now; giving up",        // our own (dsn.h)
};

bool is_reply_code(std::string_view text) {
  // RFC 5321 §4.2.1; no 3yz, which never is a server's last word.
  return text.size() >= 3 && (text[0] == '2' || text[0] == '4' || text[0] == '5') && text[1] >= '0' && text[1] <= '5' &&
         mail::is_digit(text[2]);
}

// Whether a code at `at` would be the beginning of a reply, not a number in a sentence.
bool may_begin_reply(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (before == '#') return true;  // Exchange: "#550 5.1.1 …"
  return before == ' ' && at >= 2 && (text[at - 2] == ':' || text[at - 2] == ';');
}

// The first place where a reply begins; npos when there is none.
std::size_t find_reply(std::string_view text) {
  for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
    if (!is_reply_code(text.substr(at))) continue;
    const std::string_view rest = text.substr(at + 3);
    const bool code_ends = rest.empty() || rest.front() == ' ' || rest.front() == '-' || rest.starts_with(": ");
    if (code_ends && may_begin_reply(text, at)) return at;
    // IronPort: "5.1.0 - Unknown address error 550-'5.1.1 …'".
    if (rest.starts_with("-'") && at > 0 && text[at - 1] == ' ') return at;
  }
  return std::string_view::npos;
}

// "(reason: 550 …)": the parenthesis that closes was opened before the reply.
std::string_view without_unopened_parenthesis(std::string_view text) {
  const bool unopened = std::count(text.begin(), text.end(), ')') > std::count(text.begin(), text.end(), '(');
  if (unopened && text.ends_with(')')) text.remove_suffix(1);
  return text;
}

// Yahoo names the phase: "550 No such user [RCPT_TO]".
std::string_view without_phase(std::string_view text) {
  const std::size_t open = text.rfind(" [");
  if (open == std::string_view::npos || !text.ends_with(']')) return text;
  const std::string_view name = text.substr(open + 2, text.size() - open - 3);
  const bool phase = std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
  return phase ? text.substr(0, open) : text;
}

// "first 550-second 550 last" becomes three lines.
std::string split_lines(std::string_view text, std::string_view code) {
  const std::string inner = " " + std::string(code) + "-";
  const std::string last = " " + std::string(code) + " ";
  std::string lines;
  for (;;) {
    const std::size_t at = std::min(text.find(inner), text.find(last));
    lines += mail::trim(text.substr(0, at));
    if (at == std::string_view::npos) return lines;
    const bool more = text.substr(at).starts_with(inner);
    text.remove_prefix(at + inner.size());
    lines += '\n';
    if (!more) return lines.append(mail::trim(text));
  }
}

std::string_view token_at(std::string_view text, std::size_t at) {
  text = text.substr(at);
  return text.substr(0, text.find_first_of(" [:,;()<>"));
}

std::string as_host(std::string_view token) {
  while (token.ends_with('.')) token.remove_suffix(1);
  return token.find('.') == std::string_view::npos ? std::string() : std::string(token);
}

}  // namespace

std::string single_spaced(std::string_view text, std::size_t octets_max) {
  std::string line;
  bool blank = false;
  for (const char c : mail::trim(text)) {
    if (mail::is_wsp(c) || c == '\r' || c == '\n') {
      blank = true;
      continue;
    }
    if (line.size() + (blank ? 1 : 0) >= octets_max) break;
    if (blank) line += ' ';
    blank = false;
    line += c;
  }
  return line;
}

std::optional<smtp::Reply> quoted_reply(std::string_view text) {
  const std::size_t at = find_reply(text);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view code = text.substr(at, 3);
  smtp::Reply reply;
  reply.code = static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  std::string_view rest = text.substr(at + 3);
  if (rest.starts_with("-'")) {
    rest.remove_prefix(2);
    reply.text = rest.substr(0, rest.find('\''));
    return reply;
  }
  for (const std::string_view behind : behind_replies) rest = rest.substr(0, rest.find(behind));
  rest = without_phase(without_unopened_parenthesis(mail::trim(rest)));
  const bool several_lines = rest.starts_with('-');
  if (several_lines || rest.starts_with(':')) rest.remove_prefix(1);
  rest = mail::trim(rest);
  // Gmail writes the code in front of a reply that has it already.
  if (rest.starts_with(code) && rest.size() > 3 && (rest[3] == ' ' || rest[3] == '-')) rest = rest.substr(4);
  reply.text = several_lines ? split_lines(rest, code) : std::string(rest);
  return reply;
}

std::string quoted_host(std::string_view text) {
  // Postfix and Exim: "host NAME [IP]"; Gmail: "by NAME. [IP]"; Postfix: "connect to NAME[IP]"; qmail has IPs alone.
  constexpr std::array<std::string_view, 5> before = {"host ", "by ", "connect to ", "Connected to ", "via "};
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(') continue;
    const std::string_view rest = text.substr(at);
    const auto* const word = std::find_if(before.begin(), before.end(),
                                          [&](std::string_view candidate) { return rest.starts_with(candidate); });
    if (word == before.end()) continue;
    const std::string_view token = token_at(rest, word->size());
    const std::string_view behind = rest.substr(word->size() + token.size());
    const bool server = behind.starts_with('[') || behind.starts_with(" [") || behind.starts_with(" said") ||
                        behind.starts_with(" but ");
    if (std::string host = as_host(token); server && !host.empty()) return host;
  }
  // qmail: "192.0.2.1 does not like recipient".
  const std::size_t end = std::min(text.find(" does not like "), text.find(" failed after I sent "));
  if (end == std::string_view::npos) return {};
  const std::size_t blank = text.substr(0, end).rfind(' ');
  return as_host(text.substr(0, end).substr(blank == std::string_view::npos ? 0 : blank + 1));
}

std::string quoted_origin(std::string_view text) {
  for (const std::string_view phrase : {"generated from ", "expanded from: ", "expanded from "}) {
    const std::size_t at = text.find(phrase);
    if (at == std::string_view::npos) continue;
    std::string_view address = text.substr(at + phrase.size());
    if (address.starts_with('<')) address.remove_prefix(1);
    address = address.substr(0, address.find_first_of(" <>()"));
    if (address.find('@') != std::string_view::npos) return std::string(address);
  }
  return {};
}

std::string quoted_status(std::string_view text) {
  for (std::size_t at = text.find("(#"); at != std::string_view::npos; at = text.find("(#", at + 1)) {
    const std::string_view inside = text.substr(at + 2);
    const auto code = smtp::parse_enhanced_code(inside.substr(0, inside.find(')')));
    if (code) return code->to_string();
  }
  return {};
}

bool says_gave_up(std::string_view text) {
  const std::string lower = mail::to_lower(text);
  return std::any_of(gave_up_wordings.begin(), gave_up_wordings.end(),
                     [&](std::string_view wording) { return lower.find(wording) != std::string::npos; });
}

}  // namespace mailrig::report_format
