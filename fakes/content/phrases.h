// Words and phrases that filters have learnt from spam, in English and Chinese. Pure; the table is constant.
#pragma once

#include <string_view>
#include <vector>

namespace mailrig::content {

struct Phrase {
  std::string_view text;  // lower case, folded
  // Phrases that honest mail does not have; the others are words of advertising, which count when there are many.
  bool spam = false;
};

// The distinct phrases of the text, which must be folded, in order of appearance; of phrases that overlap the one that
// begins first, and of those the longest. Linear in the text.
std::vector<Phrase> phrases_in(std::string_view folded_text);

}  // namespace mailrig::content
