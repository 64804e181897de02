// Replies as rules look for words in them. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "fakes/mail/text.h"

namespace mailrig::sender {

// In lower case, and the end of a line is a space.
inline std::string plain_words(std::string_view reply_text) {
  std::string words = mail::to_lower(reply_text);
  std::replace(words.begin(), words.end(), '\n', ' ');
  return words;
}

}  // namespace mailrig::sender
