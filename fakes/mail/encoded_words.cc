#include "fakes/mail/encoded_words.h"

#include <algorithm>

#include "fakes/mail/charset.h"
#include "fakes/mail/decode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

// RFC 2047 §4.2: "_" is a space, whatever its code is in the character set.
std::string from_q(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '_', ' ');
  // A space at the end is meant, though quoted-printable would drop it.
  spaced += '.';
  std::string decoded = from_quoted_printable(spaced, spaced.size());
  decoded.pop_back();
  return decoded;
}

// RFC 2047 §2 allows 75; what senders write is longer, but not without end: each search for the end must be short.
constexpr std::size_t word_octets_max = 2'000;

// "=?charset?B?text?=" at the front of `text`: its length, or 0.
std::size_t read_word(std::string_view text, std::string& out) {
  text = text.substr(0, word_octets_max);
  if (!text.starts_with("=?")) return 0;
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return 0;
  const std::size_t end = text.find("?=", charset_end + 3);
  if (end == std::string_view::npos) return 0;
  const char form = to_lower(text[charset_end + 1]);
  const std::string_view content = text.substr(charset_end + 3, end - charset_end - 3);
  if ((form != 'b' && form != 'q') || content.find_first_of(" \t") != std::string_view::npos) return 0;
  std::string_view charset = text.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));  // RFC 2231 §5: a language
  const std::string bytes = form == 'b' ? from_base64(content, content.size()) : from_q(content);
  const Decoded decoded = decode_charset(bytes, charset);
  out += decoded.known ? decoded.text : bytes;
  return end + 2;
}

}  // namespace

std::string decode_encoded_words(std::string_view field_value) {
  const std::string value = unfold(field_value);
  std::string out;
  std::string blanks;  // between two encoded words they are not shown (RFC 2047 §6.2)
  bool after_word = false;
  for (std::size_t at = 0; at < value.size();) {
    if (is_wsp(value[at])) {
      blanks += value[at++];
      continue;
    }
    std::string word;
    const std::size_t length = read_word(std::string_view(value).substr(at), word);
    if (!(after_word && length > 0)) out += blanks;
    blanks.clear();
    out += length > 0 ? word : std::string(1, value[at]);
    after_word = length > 0;
    at += std::max<std::size_t>(1, length);
  }
  return out;
}

}  // namespace mailrig::mail
