#include "fakes/content/fingerprint.h"

#include <algorithm>

#include "fakes/base/stable_hash.h"
#include "fakes/content/link.h"
#include "fakes/content/salutation.h"
#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t words_min = 8;  // fewer do not tell messages apart

enum class Character : std::uint8_t {
  separator,  // blanks and marks of CJK text
  letter,     // of a script that has words; ASCII marks too, which may join them
  word,       // a word of its own: Chinese, Japanese, Korean
};

Character kind_of(std::string_view character) {
  if (character.size() == 1) {
    const auto octet = static_cast<unsigned char>(character.front());
    return octet <= ' ' || octet == '<' || octet == '>' || octet == '"' ? Character::separator : Character::letter;
  }
  const char32_t code = mail::utf8_code(character);
  if (code < 0xc0 || (code >= 0x2000 && code < 0x3040) || (code >= 0xfe00 && code <= 0xffff)) {
    return Character::separator;
  }
  return code < 0x2000 ? Character::letter : Character::word;
}

// Folded text is well-formed.
std::string_view first_character(std::string_view text) {
  return text.substr(0, mail::utf8_length_of_lead(text.front()));
}

// Collects the words that are the same in every copy, in lower case and with a blank behind each.
class CommonWords {
 public:
  explicit CommonWords(Names names) : names_(std::move(names)) {}

  void add(std::string_view text) {
    while (!text.empty()) {
      std::string_view line = mail::take_line(text);
      line.remove_prefix(take_salutation(line, names_));
      add_line(line);
    }
  }

  std::size_t count() const { return count_; }
  const std::string& text() const { return text_; }

 private:
  Names names_;
  std::string text_;
  std::size_t count_ = 0;

  void add_line(std::string_view line) {
    while (!line.empty()) {
      if (const std::size_t name = names_.chinese_name(line)) {
        line.remove_prefix(name);
        continue;
      }
      const std::string_view character = first_character(line);
      switch (kind_of(character)) {
        case Character::separator:
          line.remove_prefix(character.size());
          break;
        case Character::word:
          add_word(character);
          line.remove_prefix(character.size());
          break;
        case Character::letter:
          add_chunk(take_chunk(line));
          break;
      }
    }
  }

  static std::string_view take_chunk(std::string_view& line) {
    std::size_t end = 0;
    while (end < line.size()) {
      if (mail::is_letter_or_digit(line[end])) {  // most are
        ++end;
        continue;
      }
      const std::string_view character = first_character(line.substr(end));
      if (kind_of(character) != Character::letter) break;
      end += character.size();
    }
    const std::string_view chunk = line.substr(0, end);
    line.remove_prefix(end);
    return chunk;
  }

  // What stands between blanks: a link, an address, a number or code with whatever surrounds it, or words.
  void add_chunk(std::string_view chunk) {
    if (const auto link = parse_link(chunk)) {
      add_word(site_of(link->host));
      return;
    }
    if (chunk.find("://") != std::string_view::npos) return;
    if (std::any_of(chunk.begin(), chunk.end(), [](char c) { return c == '@' || mail::is_digit(c); })) return;
    while (!chunk.empty()) {
      const auto is_mark = [](char c) { return mail::is_ascii(c) && !mail::is_letter(c) && c != '\''; };
      const auto end = std::find_if(chunk.begin(), chunk.end(), is_mark);
      const std::string_view word = chunk.substr(0, static_cast<std::size_t>(end - chunk.begin()));
      if (!word.empty() && !names_.has(word)) add_word(word);
      chunk.remove_prefix(std::min(word.size() + 1, chunk.size()));
    }
  }

  void add_word(std::string_view word) {
    const std::size_t begin = text_.size();
    text_ += word;
    std::transform(word.begin(), word.end(), text_.begin() + static_cast<std::ptrdiff_t>(begin),
                   [](char c) { return mail::to_lower(c); });
    text_ += ' ';
    ++count_;
  }
};

}  // namespace

std::uint64_t fingerprint(const FingerprintInput& input) {
  Names names;
  add_recipient_names(input.to, names);
  CommonWords words(std::move(names));
  words.add(input.text);
  if (words.count() < words_min) {
    words.add(input.subject);
    words.add(input.extra);
  }
  return stable_hash(words.text());
}

}  // namespace mailrig::content
