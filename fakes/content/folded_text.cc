#include "fakes/content/folded_text.h"

#include <algorithm>

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

bool is_zero_width(char32_t code) {
  return code == 0xad || code == 0x34f || (code >= 0x200b && code <= 0x200f) || code == 0x2060 || code == 0xfeff;
}

bool is_blank(char32_t code) {
  return code == U' ' || code == U'\t' || code == U'\r' || code == 0xa0 || (code >= 0x2000 && code <= 0x200a) ||
         code == 0x3000;
}

class Folder {
 public:
  explicit Folder(std::size_t octets) { out_.reserve(octets); }

  // Most text is this, and needs no more.
  void take_visible_ascii(std::string_view word) {
    if (gap_ != '\0' && !out_.empty()) out_ += gap_;
    gap_ = '\0';
    after_han_ = false;
    out_ += word;
  }

  void take(std::string_view character) {
    const char32_t code = mail::utf8_code(character);
    if (code == U'\n' || is_blank(code)) {
      if (gap_ != '\n') gap_ = code == U'\n' ? '\n' : ' ';
      return;
    }
    if (is_zero_width(code)) return;
    const bool han = mail::is_han(code);
    if (gap_ == '\n' || (gap_ == ' ' && !(han && after_han_))) {
      if (!out_.empty()) out_ += gap_;
    }
    gap_ = '\0';
    after_han_ = han;
    if (code >= 0xff01 && code <= 0xff5e) {
      out_ += static_cast<char>(code - 0xff01 + '!');
    } else {
      out_ += character;
    }
  }

  std::string take_result() { return std::move(out_); }

 private:
  std::string out_;
  char gap_ = '\0';  // what stands between the last character and the next
  bool after_han_ = false;
};

}  // namespace

std::string folded(std::string_view text) {
  Folder folder(text.size());
  while (!text.empty()) {
    const auto word_end = std::find_if(text.begin(), text.end(), [](char c) { return !mail::is_ascii(c) || c <= ' '; });
    if (const auto word_length = static_cast<std::size_t>(word_end - text.begin())) {
      folder.take_visible_ascii(text.substr(0, word_length));
      text.remove_prefix(word_length);
      continue;
    }
    const std::size_t length = mail::utf8_length(text);
    if (length > 0) folder.take(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return folder.take_result();
}

std::string unwrapped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view line = mail::trim(mail::take_line(text));
    if (line.empty()) {
      if (!out.empty() && out.back() == ' ') out.back() = '\n';
    } else {
      out += line;
      out += ' ';
    }
  }
  return out;
}

}  // namespace mailrig::content
