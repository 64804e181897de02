// Encodings that carry any text through 7-bit mail: base64 and quoted-printable (RFC 2045 §6.7, §6.8), encoded words
// (RFC 2047), and the folding of header fields (RFC 5322 §2.2.3). Pure functions; all line ends written are CRLF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mailrig::mail {

// One unbroken line.
std::string base64(std::string_view bytes);
// Lines of at most 76 characters, each with its CRLF; nothing for nothing.
std::string base64_lines(std::string_view bytes);
// How long base64_lines(bytes) is for so many bytes.
std::uint64_t base64_lines_length(std::uint64_t bytes);

// Text whose lines end in LF or CRLF. A last line without an end stays without.
std::string quoted_printable(std::string_view text);

enum class EncodedWordForm : std::uint8_t { base64, quoted };

// `text` (UTF-8) as encoded words of at most 75 characters, split between characters and separated by blanks where
// fold_field() can break. `column` says how much of the first line is taken.
std::string encoded_words(std::string_view text, EncodedWordForm form, std::size_t column = 0);

// `text` as it may stand in an unstructured field: printable ASCII as it is, all else as encoded words in the shorter
// form.
std::string header_text(std::string_view text, std::size_t column = 0);

// `name` as it may stand before an angle address: a phrase, quoted where it has specials, or encoded words.
std::string display_name(std::string_view name);

// "Name: value" CRLF, folded at blanks into lines of at most 78 characters. What has no blanks stays in one piece up to
// 998 characters, which no line may exceed; there a blank is put in. Line ends and NUL in the value become blanks, so
// that no value can add a field.
void append_field(std::string& out, std::string_view name, std::string_view value);

}  // namespace mailrig::mail
