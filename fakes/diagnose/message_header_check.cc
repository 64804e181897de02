#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>

#include "fakes/auth/dkim_signature.h"
#include "fakes/auth/from_header.h"
#include "fakes/auth/tag_list.h"
#include "fakes/content/list_fields.h"
#include "fakes/diagnose/header_date.h"
#include "fakes/diagnose/message_checks.h"
#include "fakes/mail/charset.h"
#include "fakes/mail/encoded_words.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::diagnose {
namespace {

constexpr std::size_t line_octets_max = 998;  // RFC 5322 §2.1.1
constexpr std::size_t subject_characters_max = 998;
constexpr std::size_t subject_characters_advised = 78;
constexpr auto date_ahead_max = std::chrono::hours(24);
constexpr auto date_behind_max = std::chrono::hours(24 * 7);

// RFC 5322 §3.6 and RFC 2045 §3: these may stand once.
constexpr std::string_view single_fields[] = {"sender",
                                              "reply-to",
                                              "to",
                                              "cc",
                                              "bcc",
                                              "message-id",
                                              "in-reply-to",
                                              "references",
                                              "subject",
                                              "date",
                                              "mime-version",
                                              "content-type",
                                              "content-transfer-encoding"};

void check_from(std::string_view message, Findings& findings) {
  const auth::FromHeader from = auth::read_from_header(message);
  switch (from.fault) {
    case auth::FromFault::none:
      return;
    case auth::FromFault::missing_field:
      findings.error("header-from-missing", "From", "the message has no From field", "add From: NAME <user@domain>");
      return;
    case auth::FromFault::several_fields:
      findings.error("header-from-several", "From", shown(from.reason), "leave one From field (RFC 5322 §3.6)");
      return;
    case auth::FromFault::several_domains:
      findings.error("header-from-several", "From", shown(from.reason),
                     "write from one domain; receivers refuse several");
      return;
    case auth::FromFault::too_long:
    case auth::FromFault::malformed:
    case auth::FromFault::no_address:
    case auth::FromFault::unusable_domain:
      findings.error("header-from-unusable", "From", shown(from.reason),
                     "write From: NAME <user@domain>, the name quoted where it has special characters");
      return;
  }
}

void check_date(const std::string_view* value, const MessageSettings& settings, Findings& findings) {
  const std::string wanted = "Date: " + to_rfc5322_date(settings.now);
  if (value == nullptr) {
    findings.error("header-date-missing", "Date", "the message has no Date field", "add, when it is sent, " + wanted);
    return;
  }
  const auto date = parse_header_date(*value);
  if (!date) {
    findings.warning("header-date-invalid", "Date", shown(mail::unfold(*value)), "write it as in " + wanted);
    return;
  }
  if (*date > later(settings.now, date_ahead_max) || later(*date, date_behind_max) < settings.now) {
    findings.warning("header-date-off", "Date",
                     fmt::format("{}; now it is {}", shown(mail::unfold(*value)), to_rfc5322_date(settings.now)),
                     "set the sending machine's clock and time zone");
  }
}

void check_message_id(const std::string_view* value, std::string_view message, Findings& findings) {
  const auto domain = auth::read_from_header(message).author_domain().value_or("DOMAIN");
  if (value == nullptr) {
    findings.error("header-message-id-missing", "Message-ID",
                   "the message has no Message-ID field; Gmail refuses such mail",
                   fmt::format("add Message-ID: <UNIQUE@{}>", domain));
    return;
  }
  const std::string id = mail::unfold(*value);
  const auto at = id.find('@');
  if (!id.starts_with('<') || !id.ends_with('>') || at == std::string::npos || at == 1 || at + 2 == id.size() ||
      id.find_first_of(" \t") != std::string::npos) {
    findings.warning("header-message-id-invalid", "Message-ID", shown(id),
                     fmt::format("write it as <UNIQUE@{}> (RFC 5322 §3.6.4)", domain));
  }
}

void check_subject(const std::string_view* value, Findings& findings) {
  if (value == nullptr || mail::trim(*value).empty()) {
    findings.advice("header-subject-missing", "Subject", "the message has no subject", "write one");
    return;
  }
  const std::size_t characters = mail::count_characters(mail::decode_encoded_words(*value));
  const std::string evidence = fmt::format("{} characters", characters);
  if (characters > subject_characters_max) {
    findings.error("subject-too-long", "Subject", evidence + "; providers refuse more than 998",
                   "at most 78 characters");
  } else if (characters > subject_characters_advised) {
    findings.advice("subject-long", "Subject", evidence, "at most 78 characters, so that people can read it in a list");
  }
}

void check_octets(const mail::HeaderField& field, Findings& findings) {
  const std::string name = shown(field.name);
  for (std::string_view rest = field.raw; !rest.empty();) {
    const std::string_view line = mail::take_line(rest);
    if (line.size() > line_octets_max) {
      findings.error("header-long-line", name, fmt::format("a line of {} octets; 998 are allowed", line.size()),
                     "fold the field: a line end before a blank (RFC 5322 §2.2.3)");
    }
  }
  if (mail::is_ascii(field.raw)) return;
  if (mail::is_utf8(field.raw)) {
    findings.warning("header-utf8", name,
                     shown(mail::unfold(field.value)) + " (raw UTF-8, which only SMTPUTF8 carries)",
                     "write it as encoded words: =?UTF-8?B?...?= (RFC 2047)");
  } else {
    findings.error("header-8bit", name, shown(mail::unfold(field.value)) + " (octets in an unknown character set)",
                   "write it as encoded words that name the character set: =?UTF-8?B?...?= (RFC 2047)");
  }
}

}  // namespace

void check_message_header(std::string_view message, const MessageSettings& settings, Findings& findings) {
  struct Occurrence {
    std::size_t count = 0;
    std::string_view first;  // its value
  };
  std::map<std::string, Occurrence, std::less<>> fields;
  mail::HeaderReader reader(message);
  while (const auto field = reader.next()) {
    Occurrence& occurrence = fields[mail::to_lower(field->name)];
    if (++occurrence.count == 1) occurrence.first = field->value;
    check_octets(*field, findings);
  }
  const auto value = [&](const char* name) {
    const auto found = fields.find(std::string_view(name));
    return found == fields.end() ? nullptr : &found->second.first;
  };
  check_from(message, findings);
  check_date(value("date"), settings, findings);
  check_message_id(value("message-id"), message, findings);
  check_subject(value("subject"), findings);
  for (const std::string_view name : single_fields) {
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.count < 2) continue;
    findings.error("header-duplicate", std::string(name),
                   fmt::format("{} fields; RFC 5322 §3.6 has one at most", found->second.count),
                   "leave one; Gmail refuses mail with several");
  }
}

void check_unsubscribe(std::string_view message, const MessageSettings& settings, Findings& findings) {
  const content::ListFields fields = content::read_list_fields(message);
  if (!settings.bulk && !fields.list) return;
  const auto from = auth::read_from_header(message).author_domain().value_or("DOMAIN");
  const std::string wanted = fmt::format(
      "List-Unsubscribe: <https://{}/unsubscribe?TOKEN>, with List-Unsubscribe-Post: List-Unsubscribe=One-Click", from);
  if (!fields.unsubscribe) {
    findings.warning("unsubscribe-missing", "List-Unsubscribe", "bulk mail without a List-Unsubscribe field",
                     "add " + wanted + " (RFC 8058)");
    return;
  }
  if (!fields.one_click()) {
    findings.warning("unsubscribe-not-one-click", "List-Unsubscribe",
                     shown(mail::unfold(*fields.unsubscribe)) +
                         (fields.post ? "" : ", and no List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
                     "write " + wanted + " (RFC 8058)");
    return;
  }
  // RFC 8058 §4: a signature must cover both fields.
  bool is_signed = false;
  bool covered = false;
  mail::HeaderReader reader(message);
  while (const auto signature = reader.next()) {
    if (!mail::equals_ignoring_case(signature->name, "DKIM-Signature")) continue;
    const auto list = auth::TagList::parse(signature->value).value("h");
    const auto names = list ? auth::split_value(*list, ':', auth::signed_names_max) : std::nullopt;
    if (!names) continue;
    is_signed = true;
    const auto covers = [&names](std::string_view wanted_name) {
      return std::any_of(names->begin(), names->end(),
                         [&](std::string_view name) { return mail::equals_ignoring_case(name, wanted_name); });
    };
    covered = covered || (covers("List-Unsubscribe") && covers("List-Unsubscribe-Post"));
  }
  if (is_signed && !covered) {
    findings.warning(
        "unsubscribe-unsigned", "List-Unsubscribe",
        "no signature covers List-Unsubscribe and List-Unsubscribe-Post, so providers do not offer one click",
        "sign both: add list-unsubscribe:list-unsubscribe-post to h= (RFC 8058 §4)");
  }
}

}  // namespace mailrig::diagnose
