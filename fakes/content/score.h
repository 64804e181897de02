// What a content filter would make of a message: points off for everything that filters and mailbox providers are known
// to mind, each with its reason. The scale is that of mail-tester.com: 10 is faultless. The weights are those of
// fakes/content/rules.h, where each says its source or that it is assumed; filters of real providers learn theirs.
//
// Pure and deterministic. Any bytes will do: time is linear in the message, and memory is bounded, since of each
// message no more than `text_octets_max` of decoded text are looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::content {

inline constexpr std::int32_t faultless_milli = 10'000;
inline constexpr std::size_t text_octets_max = 1'048'576;
inline constexpr std::size_t link_domains_max = 100;  // further ones are left out

struct Reason {
  std::string_view id;            // of fakes/content/rules.h; lives for ever
  std::int32_t points_milli = 0;  // negative: speaks against
  std::string evidence;           // what was seen; at most 300 octets of UTF-8, of strangers
};

struct Score {
  std::int32_t milli = faultless_milli;  // 0 to faultless_milli
  std::vector<Reason> reasons;           // in the order of the rules, each rule once at most
  // Hosts that http and https links point to, in lower case, distinct, in order of appearance; no IP literals.
  std::vector<std::string> link_domains;
  // Of the text as shown. Copies of one mailing that differ in numbers, names, addresses and link targets share it.
  std::uint64_t fingerprint = 0;
  std::vector<std::string> attachment_extensions;  // lower case without the dot, distinct, in order; bounded
  bool bulk = false;         // says that it goes to many: List-Unsubscribe, List-Id, Precedence or Feedback-ID
  bool feedback_id = false;  // has a Feedback-ID field
  bool one_click = false;    // can be unsubscribed from as RFC 8058 describes
  bool unsubscribe = false;  // by header field or by a link or words that are shown
};

Score score_message(std::string_view message);

}  // namespace mailrig::content
