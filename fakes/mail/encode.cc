#include "fakes/mail/encode.h"

#include <algorithm>

#include "fakes/mail/decode.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

constexpr std::size_t encoded_line_max = 76;       // RFC 2045 §6.7 (5), §6.8
constexpr std::size_t base64_line_bytes = 57;      // of content in a full line
constexpr std::size_t encoded_word_max = 75;       // RFC 2047 §2
constexpr std::size_t encoded_word_line_max = 76;  // RFC 2047 §2
constexpr std::size_t header_line_preferred = 78;  // RFC 5322 §2.1.1
constexpr std::size_t header_line_max = 998;       // RFC 5322 §2.1.1
constexpr std::string_view word_prefix_base64 = "=?UTF-8?B?";
constexpr std::string_view word_prefix_quoted = "=?UTF-8?Q?";
constexpr std::string_view word_suffix = "?=";
constexpr std::size_t word_room = encoded_word_max - word_prefix_base64.size() - word_suffix.size();

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data() + before;
  // By value: writing characters could change what is looked at through a reference.
  const auto octet = [from = bytes.data()](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(from[i]);
  };
  const std::size_t size = bytes.size();
  std::size_t i = 0;
  for (; i + 2 < size; i += 3) {
    const std::uint32_t group = octet(i) << 16 | octet(i + 1) << 8 | octet(i + 2);
    *to++ = base64_alphabet[group >> 18];
    *to++ = base64_alphabet[group >> 12 & 0x3f];
    *to++ = base64_alphabet[group >> 6 & 0x3f];
    *to++ = base64_alphabet[group & 0x3f];
  }
  if (i == size) return;
  const bool two = i + 1 < size;
  const std::uint32_t group = octet(i) << 16 | (two ? octet(i + 1) << 8 : 0);
  *to++ = base64_alphabet[group >> 18];
  *to++ = base64_alphabet[group >> 12 & 0x3f];
  if (two) *to = base64_alphabet[group >> 6 & 0x3f];
}

void append_escaped(std::string& out, char c) {
  const auto octet = static_cast<unsigned char>(c);
  out += '=';
  out += "0123456789ABCDEF"[octet >> 4];
  out += "0123456789ABCDEF"[octet & 0xf];
}

// One line of text, without its end, as quoted-printable lines joined by soft breaks.
void append_quoted_printable_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size();
    // RFC 2045 §6.7 (3): a blank may not end a line.
    const bool literal = is_wsp(c) ? !last : c > ' ' && c < 0x7f && c != '=';
    const std::size_t width = literal ? 1 : 3;
    // A soft break needs the 76th column for its "=", unless the line ends here.
    if (column + width > encoded_line_max - (last ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    if (literal) {
      out += c;
    } else {
      append_escaped(out, c);
    }
    column += width;
  }
}

// RFC 2047 §5 (3): what may stand for itself in any place an encoded word may be.
bool is_plain_in_word(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!*+-/").find(c) != std::string_view::npos;
}

std::size_t quoted_width(std::string_view character) {
  std::size_t width = 0;
  for (const char c : character) width += is_plain_in_word(c) || c == ' ' ? 1 : 3;
  return width;
}

void append_quoted_word(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == ' ') {
      out += '_';
    } else if (is_plain_in_word(c)) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
}

// How much of `text` goes into one word with room for `room` encoded characters: whole characters, at least one.
std::size_t word_content(std::string_view text, EncodedWordForm form, std::size_t room) {
  std::size_t length = 0;
  std::size_t width = 0;
  while (length < text.size()) {
    const std::size_t character = std::max<std::size_t>(utf8_length(text.substr(length)), 1);
    width = form == EncodedWordForm::base64 ? (length + character + 2) / 3 * 4
                                            : width + quoted_width(text.substr(length, character));
    if (width > room && length > 0) break;
    length += character;
  }
  return length;
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  append_base64(text, bytes);
  return text;
}

std::string base64_lines(std::string_view bytes) {
  std::string text;
  text.reserve(static_cast<std::size_t>(base64_lines_length(bytes.size())));
  for (; !bytes.empty(); bytes.remove_prefix(std::min(base64_line_bytes, bytes.size()))) {
    append_base64(text, bytes.substr(0, base64_line_bytes));
    text += "\r\n";
  }
  return text;
}

std::uint64_t base64_lines_length(std::uint64_t bytes) {
  const std::uint64_t lines = (bytes + base64_line_bytes - 1) / base64_line_bytes;
  return (bytes + 2) / 3 * 4 + lines * 2;
}

std::string quoted_printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t lf = text.find('\n');
    std::string_view line = text.substr(0, lf);
    if (lf != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    append_quoted_printable_line(result, line);
    if (lf == std::string_view::npos) break;
    result += "\r\n";
    text.remove_prefix(lf + 1);
  }
  return result;
}

std::string encoded_words(std::string_view text, EncodedWordForm form, std::size_t column) {
  constexpr std::size_t frame = word_prefix_base64.size() + word_suffix.size();
  // A first line with hardly any room left is not worth splitting for: the word will be folded to the next line.
  constexpr std::size_t room_min = 24;
  std::string words;
  std::size_t room = word_room;
  if (column + frame + room_min <= encoded_word_line_max) room = std::min(room, encoded_word_line_max - column - frame);
  while (!text.empty()) {
    const std::string_view part = text.substr(0, word_content(text, form, room));
    if (!words.empty()) words += ' ';
    if (form == EncodedWordForm::base64) {
      words += word_prefix_base64;
      append_base64(words, part);
    } else {
      words += word_prefix_quoted;
      append_quoted_word(words, part);
    }
    words += word_suffix;
    text.remove_prefix(part.size());
    room = word_room - 1;  // the blank that begins a folded line counts
  }
  return words;
}

std::string header_text(std::string_view text, std::size_t column) {
  // RFC 2047 §7: text that happens to look like an encoded word has to become one.
  if (is_printable_ascii(text) && text.find("=?") == std::string_view::npos) return std::string(text);
  const bool quoted_is_shorter = quoted_width(text) <= (text.size() + 2) / 3 * 4;
  return encoded_words(text, quoted_is_shorter ? EncodedWordForm::quoted : EncodedWordForm::base64, column);
}

std::string display_name(std::string_view name) {
  if (!is_printable_ascii(name) || name.find("=?") != std::string_view::npos) return header_text(name);
  const bool phrase = std::all_of(name.begin(), name.end(), [](char c) {
    return std::string_view("()<>[]:;@\\,.\"").find(c) == std::string_view::npos;
  });
  if (phrase) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  std::string clean(value);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  std::string text(trim(clean));
  if (!text.empty()) text.insert(text.begin(), ' ');

  out += name;
  out += ':';
  const std::size_t name_column = name.size() + 1;
  std::size_t column = name_column;
  for (std::string_view rest = text; !rest.empty();) {
    // A piece is a word with the blanks before it, which stay with it so that unfolding gives back the value.
    const std::size_t word = rest.find_first_not_of(" \t");
    std::string_view piece = rest.substr(0, rest.find_first_of(" \t", word));
    rest.remove_prefix(piece.size());
    const bool too_long = column + piece.size() > header_line_preferred;
    const bool fold_helps = column != name_column || piece.size() <= header_line_preferred;
    if (too_long && fold_helps) {
      out += "\r\n";
      column = 0;
    }
    while (column + piece.size() > header_line_max) {
      const std::string_view part = piece.substr(0, header_line_max - column);
      out += part;
      out += "\r\n ";
      column = 1;
      piece.remove_prefix(part.size());
    }
    out += piece;
    column += piece.size();
  }
  out += "\r\n";
}

}  // namespace mailrig::mail
