#include <fmt/format.h>

#include <algorithm>

#include "fakes/diagnose/message_checks.h"
#include "fakes/mail/charset.h"
#include "fakes/mail/decode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/mime.h"
#include "fakes/mail/text.h"

namespace mailrig::diagnose {
namespace {

constexpr std::size_t body_line_octets_max = 998;  // RFC 5321 §4.5.3.1.6
constexpr std::size_t text_octets_max = 10'000'000;
constexpr std::string_view utf8_remedy =
    "write Content-Type: text/plain; charset=utf-8 with Content-Transfer-Encoding: base64 (or quoted-printable)";

bool in_charset_for_chinese(std::string_view charset) {
  constexpr std::string_view suited[] = {"utf-8",  "utf8",       "gb18030", "gbk",
                                         "gb2312", "hz-gb-2312", "big5",    "big5-hkscs"};
  return std::find(std::begin(suited), std::end(suited), charset) != std::end(suited);
}

// The base64 of a part may hold nothing but its alphabet and white space; one stray octet shifts all that follows.
bool is_base64_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return mail::base64_value(c) >= 0 || c == '=' || c == '\r' || c == '\n' || mail::is_wsp(c);
  });
}

void check_text_part(const mail::Part& part, bool only_part, Findings& findings) {
  const std::string subject = only_part ? "text" : part.type.type + " part";
  const auto field = mail::find_field(part.header, "Content-Transfer-Encoding");
  const std::string encoding = field ? mail::to_lower(mail::trim(*field)) : std::string("7bit");
  const bool raw_8bit = !mail::is_ascii(part.content);
  if (encoding == "base64" && !is_base64_text(part.content)) {
    findings.warning("text-encoding-broken", subject, "octets that are no base64 stand in it",
                     "encode the part anew; nothing may stand between the lines of base64");
  }
  const std::string text = mail::decoded_content(part, text_octets_max);
  const std::string charset = mail::to_lower(part.type.parameter("charset"));
  if (!mail::is_ascii(text) && charset.empty()) {
    findings.error("text-charset-missing", subject,
                   fmt::format("text beyond ASCII{}, and no charset: every reader guesses its own",
                               mail::is_utf8(text) ? " (it is UTF-8)" : ""),
                   std::string(utf8_remedy));
  } else if (!charset.empty()) {
    const mail::Decoded decoded = mail::decode_charset(text, charset);
    if (!decoded.known) {
      findings.warning("text-charset-unknown", subject, "charset=" + shown(charset), std::string(utf8_remedy));
    } else if (decoded.invalid > 0) {
      findings.error("text-charset-mismatch", subject,
                     fmt::format("charset={}, but {} octet(s) mean nothing in it{}", shown(charset), decoded.invalid,
                                 charset != "utf-8" && mail::is_utf8(text) ? " (the text is UTF-8)" : ""),
                     "declare the character set that the text is in; " + std::string(utf8_remedy));
    } else if (mail::holds_chinese(decoded.text) && !in_charset_for_chinese(charset)) {
      findings.warning("text-charset-chinese", subject, fmt::format("Chinese text in charset={}", shown(charset)),
                       std::string(utf8_remedy));
    }
  }
  if (raw_8bit && encoding != "8bit" && encoding != "binary") {
    findings.error("text-undeclared-8bit", subject,
                   fmt::format("octets beyond ASCII, but Content-Transfer-Encoding: {}", field ? shown(encoding)
                                                                                               : "7bit "
                                                                                                 "(none is declared)"),
                   std::string(utf8_remedy));
  } else if (raw_8bit) {
    findings.warning("text-8bit", subject,
                     fmt::format("Content-Transfer-Encoding: {}; servers without 8BITMIME refuse it", shown(encoding)),
                     std::string(utf8_remedy));
  }
}

void check_lines(std::string_view body, Findings& findings) {
  std::size_t number = 0;
  while (!body.empty()) {
    ++number;
    const std::string_view line = mail::take_line(body);
    if (line.size() > body_line_octets_max) {
      findings.error("text-long-line", "body",
                     fmt::format("line {} has {} octets; 998 are allowed", number, line.size()),
                     "encode the part in quoted-printable or base64, whose lines have 76 characters");
      return;
    }
  }
}

}  // namespace

void check_message_text(std::string_view message, Findings& findings) {
  check_lines(message.substr(mail::body_offset(message)), findings);
  const std::vector<mail::Part> parts = mail::leaf_parts(message);
  bool html = false;
  bool plain = false;
  for (const mail::Part& part : parts) {
    html = html || part.type.type == "text/html";
    plain = plain || part.type.type == "text/plain";
    if (part.type.type.starts_with("text/")) check_text_part(part, parts.size() == 1, findings);
  }
  if (html && !plain) {
    findings.warning("text-plain-missing", "text/html", "HTML without a text/plain part beside it",
                     "send multipart/alternative with the same text as text/plain in front");
  }
}

}  // namespace mailrig::diagnose
