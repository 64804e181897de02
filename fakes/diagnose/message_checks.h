// What can be wrong with a message, one check per area. Each adds what it finds. Any bytes will do; work is linear in
// the message, and parts beyond the bounds of fakes/mail are not looked at. Ids begin with the area: header-, subject-,
// date-, text-, unsubscribe-, align-, content-, and the method's name.
//
// Pure but for the resolver.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/auth/spf.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/diagnose/finding.h"
#include "fakes/dns/resolver.h"

namespace mailrig::diagnose {

struct MessageSettings {
  Instant now{};
  bool bulk = false;  // it goes to many, whatever its header says
  // Of the envelope; none: what a Return-Path field says, where there is one. Empty: the null reverse-path.
  std::optional<std::string> mail_from{};
  std::string helo{};
  std::optional<IpAddress> client_ip{};  // SPF is checked when it is known
};

// RFC 5322 §3.6, and line lengths of §2.1.1.
//   errors: header-from-missing, header-from-several, header-from-unusable, header-date-missing,
//   header-message-id-missing, header-duplicate, header-8bit, header-long-line, subject-too-long (over 998 characters)
//   warnings: header-date-invalid, header-date-off, header-message-id-invalid, header-utf8
//   advice: subject-long (over 78 characters), header-subject-missing
void check_message_header(std::string_view message, const MessageSettings& settings, Findings& findings);

// RFC 8058, for mail that says it goes to many, or of which that is known.
//   warnings: unsubscribe-missing, unsubscribe-not-one-click, unsubscribe-unsigned
void check_unsubscribe(std::string_view message, const MessageSettings& settings, Findings& findings);

// Character sets, transfer encodings and lines of the text parts.
//   errors: text-charset-missing, text-charset-mismatch, text-undeclared-8bit, text-long-line
//   warnings: text-charset-unknown, text-charset-chinese, text-8bit, text-encoding-broken, text-plain-missing
void check_message_text(std::string_view message, Findings& findings);

// Whether From, Return-Path, Message-ID and the signatures' d= belong together, by the public suffix list.
//   errors: align-none (neither Return-Path nor a signature)   warnings: align-return-path, align-dkim, dkim-unsigned
//   advice: align-message-id
void check_alignment(std::string_view message, const MessageSettings& settings, Findings& findings);

// What a receiver would find: DKIM, ARC, SPF where the client is known, and DMARC.
//   errors: dkim-fail, spf-fail, dmarc-fail   warnings: dkim-unsure, arc-fail, spf-unsure, dmarc-none, dmarc-unsure
void check_authentication(std::string_view message, const MessageSettings& settings, dns::Resolver& resolver,
                          Findings& findings);

// What fakes/content minds of what the message says, unless one of the checks above says it already; the score is
// returned, of 10,000.
//   warnings: content-…, what costs a point of 10 or more   advice: content-…, what costs less; see content/rules.h
std::int32_t check_content(std::string_view message, Findings& findings);

// All of the above but check_content(); without a resolver all but check_authentication() too.
void check_message(std::string_view message, const MessageSettings& settings, dns::Resolver* resolver,
                   Findings& findings);

}  // namespace mailrig::diagnose
