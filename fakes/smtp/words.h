// Cutting lines into words, for the SMTP parsers.
#pragma once

#include <string_view>

#include "fakes/mail/text.h"

namespace mailrig::smtp {

// Cuts the first word off `text`, and the blanks on both sides of it. Empty when there is none left.
inline std::string_view take_word(std::string_view& text) {
  text = mail::trim(text);
  const std::size_t end = text.find_first_of(" \t");
  const std::string_view word = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : mail::trim(text.substr(end));
  return word;
}

}  // namespace mailrig::smtp
