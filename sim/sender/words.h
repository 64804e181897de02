// Looking for words in a reply. Pure.
#pragma once

#include <algorithm>
#include <string_view>

#include "fakes/mail/text.h"

namespace mailrig::sender {

// `words` in lower case; letters of the text count whatever their case, and the end of a line as a space.
inline bool has_words(std::string_view text, std::string_view words) {
  const auto same = [](char in_text, char in_words) {
    return (in_text == '\n' ? ' ' : mail::to_lower(in_text)) == in_words;
  };
  return std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

}  // namespace mailrig::sender
