// What costs how much: one row per reason. Constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mailrig::content {

enum class Rule : std::uint8_t {
  from_fault,
  date_missing,
  message_id_missing,
  subject_missing,
  subject_shouting,
  subject_exclamation,
  subject_spam_phrase,
  subject_spam_word,
  spam_phrase,
  spam_word,
  exclamation,
  body_empty,
  line_too_long,
  base64_needless,
  text_part_missing,
  html_broken,
  html_form,
  html_script,
  invisible_text,
  image_only,
  image_heavy,
  image_share,
  images_many,
  image_alt_missing,
  links_many,
  link_mismatch,
  link_shortener,
  link_ip,
  link_userinfo,
  unsubscribe_missing,
  one_click_missing,
  attachment_executable,
};

struct RuleRow {
  Rule rule;
  std::string_view id;
  std::int32_t points_milli;  // each time, negative
  std::int32_t times_max;     // how often it counts at most
  std::string_view description;
  std::string_view source;  // where the weight or the limit is from
  std::string_view remedy;
};

// In the order of the enumeration.
std::span<const RuleRow> rules();
const RuleRow& row(Rule rule);

}  // namespace mailrig::content
