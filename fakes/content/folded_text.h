// Text in the form in which words are looked for, whatever was done to hide them or to lay them out. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mailrig::content {

// UTF-8 in, UTF-8 out, never longer. Full-width letters, digits and marks become ASCII; zero-width and soft characters
// go; runs of blanks become one, and none stays between Chinese characters ("代 开 发 票"); runs of line ends become
// one LF. Letters keep their case.
std::string folded(std::string_view text);

// Of plain text, whose lines are wrapped: a single line end becomes a blank, an empty line stays a line end.
std::string unwrapped(std::string_view text);

}  // namespace mailrig::content
