// Command lines (RFC 5321 §4.1) turned into typed commands, and the replies that refuse what is wrong with them.
// Everything returned points into the line that was given. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "fakes/smtp/extensions.h"

namespace mailrig::smtp {

enum class Verb : std::uint8_t {
  unknown,
  unimplemented,  // a verb of SMTP or a registered extension that this server does not do
  helo,
  ehlo,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  vrfy,
  help,
  quit,
  starttls,
};

// A reply line that refuses a command, "501 5.5.4 …"; empty when there is nothing to refuse.
using Refusal = std::string_view;

// Of a RCPT whose path is none; a server may word it in its own way.
inline constexpr Refusal bad_recipient_syntax = "501 5.1.3 Bad recipient address syntax";

struct Command {
  Verb verb = Verb::unknown;
  std::string_view argument;  // without blanks around it
  Refusal refusal;            // the line is no command at all; `verb` is unknown then
};

Command parse_command(std::string_view line);

struct MailCommand {
  std::string_view reverse_path;  // without angle brackets; empty is the null sender
  std::uint64_t declared_size = 0;
  bool smtputf8 = false;
  bool eight_bit = false;
  bool binary = false;
  std::string_view ret, envid;  // "RET=HDRS", "ENVID=…" as received (RFC 3461 §4.3, §4.4)
};

// The argument of MAIL. A parameter of an extension that is not offered is refused with 555 (RFC 5321 §4.1.1.11).
Refusal parse_mail(std::string_view argument, const Extensions& offered, MailCommand& command);

struct RcptCommand {
  std::string_view forward_path;   // without angle brackets
  std::string_view notify, orcpt;  // "NOTIFY=FAILURE", "ORCPT=…" as received (RFC 3461 §4.1, §4.2)
};

// The argument of RCPT. `smtputf8`: the transaction was begun with that parameter.
Refusal parse_rcpt(std::string_view argument, const Extensions& offered, bool smtputf8, RcptCommand& command);

struct BdatCommand {
  std::uint64_t bytes = 0;
  bool last = false;
};

// The argument of BDAT (RFC 3030 §2).
Refusal parse_bdat(std::string_view argument, BdatCommand& command);

}  // namespace mailrig::smtp
