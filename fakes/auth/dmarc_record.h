// DMARC policy records as values: RFC 9989 §4.7, with the tags that RFC 7489 §6.3 had and RFC 9989 no longer lists
// (pct, rf, ri). Pure functions and values, safe to share. Reads a text of any length in one pass.
//
// Unlike the tag lists of DKIM, a fault in one tag does not spoil the record: §4.8 has it "discarded in favor of
// default values (if any) or ignored outright".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::auth {

// Ordered by severity.
enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
std::string_view to_string(DmarcPolicy policy);

// One level below: what t=y asks for (RFC 9989 §4.7), and what a message gets that pct leaves out (RFC 7489 §6.6.4).
DmarcPolicy softened(DmarcPolicy policy);

enum class DmarcAlignment : std::uint8_t { relaxed, strict };

// psd=: whether the name is a public suffix. `unsaid` is "u", the default.
enum class DmarcPsd : std::uint8_t { unsaid, yes, no };

// p=, sp= or np=.
struct DmarcPolicyTag {
  bool present = false;
  std::optional<DmarcPolicy> value;  // none when the tag is absent or says something unknown

  bool invalid() const { return present && !value; }
  friend bool operator==(const DmarcPolicyTag&, const DmarcPolicyTag&) = default;
};

struct DmarcReportUri {
  std::string uri;                                // "mailto:dmarc@shop.example", without the obsolete size
  std::optional<std::uint64_t> report_bytes_max;  // "!10m"; to be ignored under RFC 9989 (§4.8, obs-dmarc-uri)

  // Where a report would go: the domain of a mailto address or the host of a hierarchical URI, in lower case; empty
  // when the URI has none.
  std::string host() const;
  friend bool operator==(const DmarcReportUri&, const DmarcReportUri&) = default;
};

// fo=: when a failure report is wanted.
struct DmarcFailureOptions {
  bool all_failed = true;   // 0: every mechanism failed to produce an aligned pass
  bool any_failed = false;  // 1
  bool dkim = false;        // d: a signature failed, aligned or not
  bool spf = false;         // s
  friend bool operator==(const DmarcFailureOptions&, const DmarcFailureOptions&) = default;
};

struct DmarcRecord {
  // Receivers must be able to report to two (RFC 7489 §6.2); nobody needs more than these.
  static constexpr std::size_t report_uris_max = 32;

  DmarcPolicyTag p;
  DmarcPolicyTag sp;
  DmarcPolicyTag np;
  DmarcPsd psd = DmarcPsd::unsaid;
  bool testing = false;  // t=y
  DmarcAlignment adkim = DmarcAlignment::relaxed;
  DmarcAlignment aspf = DmarcAlignment::relaxed;
  std::vector<DmarcReportUri> rua;  // the valid ones
  std::vector<DmarcReportUri> ruf;
  DmarcFailureOptions fo;
  int pct = 100;
  std::string rf = "afrf";
  std::uint32_t ri_s = 86'400;

  std::string text;  // as published

  friend bool operator==(const DmarcRecord&, const DmarcRecord&) = default;
};

// None when the text is no DMARC record, that is, when it does not begin with "v=DMARC1". Tag names and values are
// compared without case, as their ABNF has it; only "DMARC1" is as it is. A tag that appears twice is ambiguous and
// counts as one with an invalid value.
std::optional<DmarcRecord> parse_dmarc_record(std::string_view text);

}  // namespace mailrig::auth
