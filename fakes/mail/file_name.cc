#include "fakes/mail/file_name.h"

#include <string_view>

#include "fakes/mail/charset.h"
#include "fakes/mail/encoded_words.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

std::string from_percent(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape = text[at] == '%' && text.size() - at > 2;
    const int high = escape ? hex_value(text[at + 1]) : -1;
    const int low = escape ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) {
      bytes += text[at];
      continue;
    }
    bytes += static_cast<char>(high << 4 | low);
    at += 2;
  }
  return bytes;
}

// RFC 2231 §4: charset'language'percent-encoded.
std::string from_extended(std::string_view value) {
  const std::size_t charset_end = value.find('\'');
  const std::size_t language_end =
      charset_end == std::string_view::npos ? charset_end : value.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return from_percent(value);
  const std::string bytes = from_percent(value.substr(language_end + 1));
  const Decoded decoded = decode_charset(bytes, value.substr(0, charset_end));
  return decoded.known ? decoded.text : bytes;
}

// RFC 2231 §3: name*0, name*1*, …; the pieces are put together before the whole is decoded.
std::string joined_pieces(const Parameters& parameters, const std::string& name) {
  std::string value;
  bool extended = false;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string piece = name + "*" + std::to_string(i);
    std::string_view text = find_parameter(parameters, piece);
    if (text.empty()) {
      text = find_parameter(parameters, piece + "*");
      extended = extended || !text.empty();
    }
    if (text.empty()) break;
    value += text;
  }
  return extended ? from_extended(value) : value;
}

std::string named(const Parameters& parameters, const std::string& name) {
  if (const auto extended = find_parameter(parameters, name + "*"); !extended.empty()) return from_extended(extended);
  if (const auto plain = find_parameter(parameters, name); !plain.empty()) return decode_encoded_words(plain);
  return joined_pieces(parameters, name);
}

}  // namespace

std::string file_name(const Part& part) {
  if (const auto field = find_field(part.header, "Content-Disposition")) {
    std::string name = named(parse_parameters(*field), "filename");
    if (!name.empty()) return name;
  }
  return named(part.type.parameters, "name");
}

}  // namespace mailrig::mail
