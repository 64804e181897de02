#include "fakes/smtp/command.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fakes/mail/text.h"
#include "fakes/smtp/path.h"
#include "fakes/smtp/words.h"

namespace mailrig::smtp {
namespace {

constexpr Refusal parameter_not_known = "555 5.5.4 MAIL FROM/RCPT TO parameters not recognized or not implemented";
constexpr Refusal parameter_malformed = "501 5.5.4 Syntax error in parameters";
constexpr Refusal smtputf8_needed = "553 5.6.7 Non-ASCII addresses not permitted without SMTPUTF8";

struct VerbName {
  std::string_view name;
  Verb verb;
};

// The frequent ones first. The unimplemented ones: RFC 5321 §4.1.1.7 (EXPN), RFC 821 (SEND, SOML, SAML, TURN),
// RFC 1985, 2645, 4954.
constexpr std::array verbs = {
    VerbName{"RCPT", Verb::rcpt},          VerbName{"MAIL", Verb::mail},          VerbName{"DATA", Verb::data},
    VerbName{"EHLO", Verb::ehlo},          VerbName{"QUIT", Verb::quit},          VerbName{"RSET", Verb::rset},
    VerbName{"BDAT", Verb::bdat},          VerbName{"HELO", Verb::helo},          VerbName{"STARTTLS", Verb::starttls},
    VerbName{"NOOP", Verb::noop},          VerbName{"VRFY", Verb::vrfy},          VerbName{"HELP", Verb::help},
    VerbName{"EXPN", Verb::unimplemented}, VerbName{"AUTH", Verb::unimplemented}, VerbName{"ETRN", Verb::unimplemented},
    VerbName{"ATRN", Verb::unimplemented}, VerbName{"TURN", Verb::unimplemented}, VerbName{"SEND", Verb::unimplemented},
    VerbName{"SOML", Verb::unimplemented}, VerbName{"SAML", Verb::unimplemented},
};

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return value;
}

struct Parameter {
  std::string_view whole{}, keyword{}, value{};
  bool has_value = false;
};

// esmtp-keyword ["=" esmtp-value] (RFC 5321 §4.1.2)
std::optional<Parameter> parse_parameter(std::string_view word) {
  Parameter parameter{.whole = word};
  const std::size_t equals = word.find('=');
  parameter.keyword = word.substr(0, equals);
  if (equals != std::string_view::npos) {
    parameter.has_value = true;
    parameter.value = word.substr(equals + 1);
    if (parameter.value.empty()) return std::nullopt;
  }
  const auto in_keyword = [](char c) { return mail::is_letter_or_digit(c) || c == '-'; };
  const auto in_value = [](char c) { return c > ' ' && c <= '~' && c != '='; };
  if (parameter.keyword.empty() || parameter.keyword.front() == '-') return std::nullopt;
  if (!std::all_of(parameter.keyword.begin(), parameter.keyword.end(), in_keyword)) return std::nullopt;
  if (!std::all_of(parameter.value.begin(), parameter.value.end(), in_value)) return std::nullopt;
  return parameter;
}

// "FROM:" or "TO:", then the path. The grammar has no blank behind the colon, but too many clients send one for any
// server to refuse it.
std::optional<Path> take_labelled_path(std::string_view& argument, std::string_view label, PathKind kind) {
  if (!mail::equals_ignoring_case(argument.substr(0, label.size()), label)) return std::nullopt;
  argument = mail::trim(argument.substr(label.size()));
  auto path = take_path(argument, kind);
  if (path && !argument.empty() && !mail::is_wsp(argument.front())) return std::nullopt;
  return path;
}

// NOTIFY=NEVER, or any of SUCCESS, FAILURE and DELAY (RFC 3461 §4.1).
bool is_notify_value(std::string_view value) {
  if (mail::equals_ignoring_case(value, "NEVER")) return true;
  for (;;) {
    const std::size_t comma = value.find(',');
    const std::string_view word = value.substr(0, comma);
    if (!mail::equals_ignoring_case(word, "SUCCESS") && !mail::equals_ignoring_case(word, "FAILURE") &&
        !mail::equals_ignoring_case(word, "DELAY"))
      return false;
    if (comma == std::string_view::npos) return true;
    value.remove_prefix(comma + 1);
  }
}

// Keeps a parameter; false when it was given before.
bool keep_once(std::string_view& kept, const Parameter& parameter) {
  if (!kept.empty()) return false;
  kept = parameter.whole;
  return true;
}

Refusal take_body(const Parameter& parameter, const Extensions& offered, MailCommand& command) {
  if (mail::equals_ignoring_case(parameter.value, "7BIT")) return {};
  command.eight_bit = true;
  if (mail::equals_ignoring_case(parameter.value, "8BITMIME")) return {};
  command.binary = true;
  // RFC 5321 §4.2.2: 504 is for a parameter whose value is known and not done.
  if (mail::equals_ignoring_case(parameter.value, "BINARYMIME"))
    return offered.binary_mime ? Refusal{} : "504 5.5.4 BINARYMIME not offered";
  return parameter_malformed;
}

// What earlier parameters of the same command have said; each may stand once (RFC 5321 §4.1.1.11).
struct MailSeen {
  std::string_view size, body, smtputf8;
};

Refusal take_mail_parameter(const Parameter& parameter, const Extensions& offered, MailSeen& seen,
                            MailCommand& command) {
  const auto named = [&](std::string_view keyword) { return mail::equals_ignoring_case(parameter.keyword, keyword); };
  if (offered.size && named("SIZE")) {
    const auto size = parse_number(parameter.value);
    if (!size || !keep_once(seen.size, parameter)) return parameter_malformed;
    command.declared_size = *size;
    return {};
  }
  if (offered.eight_bit_mime && named("BODY")) {
    return keep_once(seen.body, parameter) ? take_body(parameter, offered, command) : parameter_malformed;
  }
  if (offered.smtputf8 && named("SMTPUTF8")) {
    if (parameter.has_value || !keep_once(seen.smtputf8, parameter)) return parameter_malformed;
    command.smtputf8 = true;
    return {};
  }
  if (offered.dsn && named("RET")) {
    const bool valid =
        mail::equals_ignoring_case(parameter.value, "FULL") || mail::equals_ignoring_case(parameter.value, "HDRS");
    return valid && keep_once(command.ret, parameter) ? Refusal{} : parameter_malformed;
  }
  if (offered.dsn && named("ENVID")) {
    return parameter.has_value && keep_once(command.envid, parameter) ? Refusal{} : parameter_malformed;
  }
  return parameter_not_known;
}

Refusal take_rcpt_parameter(const Parameter& parameter, const Extensions& offered, RcptCommand& command) {
  const auto named = [&](std::string_view keyword) { return mail::equals_ignoring_case(parameter.keyword, keyword); };
  if (offered.dsn && named("NOTIFY")) {
    return is_notify_value(parameter.value) && keep_once(command.notify, parameter) ? Refusal{} : parameter_malformed;
  }
  if (offered.dsn && named("ORCPT")) {
    const bool valid = parameter.value.find(';') != std::string_view::npos;
    return valid && keep_once(command.orcpt, parameter) ? Refusal{} : parameter_malformed;
  }
  return parameter_not_known;
}

}  // namespace

Command parse_command(std::string_view line) {
  if (std::any_of(line.begin(), line.end(), is_control)) {
    // A bare CR or LF most of all: it must not pass for a line end (RFC 5321 §2.3.8).
    return {.verb = Verb::unknown, .argument = {}, .refusal = "500 5.5.2 Error: control character in command"};
  }
  if (line.empty() || mail::is_wsp(line.front())) {
    return {.verb = Verb::unknown, .argument = {}, .refusal = "500 5.5.2 Error: bad syntax"};
  }
  const std::string_view word = take_word(line);
  for (const auto& [name, verb] : verbs) {
    if (mail::equals_ignoring_case(word, name)) return {.verb = verb, .argument = line, .refusal = {}};
  }
  return {.verb = Verb::unknown, .argument = line, .refusal = "500 5.5.2 Error: command not recognized"};
}

Refusal parse_mail(std::string_view argument, const Extensions& offered, MailCommand& command) {
  const auto path = take_labelled_path(argument, "FROM:", PathKind::reverse);
  if (!path) return "501 5.1.7 Bad sender address syntax";
  command.reverse_path = path->mailbox;
  MailSeen seen;
  for (std::string_view word = take_word(argument); !word.empty(); word = take_word(argument)) {
    const auto parameter = parse_parameter(word);
    if (!parameter) return parameter_malformed;
    if (const Refusal refusal = take_mail_parameter(*parameter, offered, seen, command); !refusal.empty()) {
      return refusal;
    }
  }
  return path->ascii || command.smtputf8 ? Refusal{} : smtputf8_needed;
}

Refusal parse_rcpt(std::string_view argument, const Extensions& offered, bool smtputf8, RcptCommand& command) {
  const auto path = take_labelled_path(argument, "TO:", PathKind::forward);
  if (!path) return bad_recipient_syntax;
  command.forward_path = path->mailbox;
  for (std::string_view word = take_word(argument); !word.empty(); word = take_word(argument)) {
    const auto parameter = parse_parameter(word);
    if (!parameter) return parameter_malformed;
    if (const Refusal refusal = take_rcpt_parameter(*parameter, offered, command); !refusal.empty()) return refusal;
  }
  return path->ascii || smtputf8 ? Refusal{} : smtputf8_needed;
}

Refusal parse_bdat(std::string_view argument, BdatCommand& command) {
  constexpr Refusal malformed = "501 5.5.4 Syntax: BDAT count [LAST]";
  const auto bytes = parse_number(take_word(argument));
  if (!bytes) return malformed;
  command.bytes = *bytes;
  command.last = mail::equals_ignoring_case(argument, "LAST");
  return command.last || argument.empty() ? Refusal{} : malformed;
}

}  // namespace mailrig::smtp
