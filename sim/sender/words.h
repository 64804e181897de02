// Looking for words in a reply. Pure.
#pragma once

#include <algorithm>
#include <string_view>

namespace mailrig::sender {

// `words` in lower case; letters of the text count whatever their case, and the end of a line as a space.
inline bool has_words(std::string_view text, std::string_view words) {
  const auto same = [](char in_text, char in_words) {
    if (in_text >= 'A' && in_text <= 'Z') in_text = static_cast<char>(in_text - 'A' + 'a');
    if (in_text == '\n') in_text = ' ';
    return in_text == in_words;
  };
  return std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

}  // namespace mailrig::sender
