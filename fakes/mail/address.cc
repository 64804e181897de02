#include "fakes/mail/address.h"

#include <algorithm>

#include "fakes/base/domain_name.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

// Longer lists are cut off: the first mailbox stands far in front of this.
constexpr std::size_t field_octets_max = 65'536;

// RFC 5322 §3.2.3; UTF-8 beyond ASCII as RFC 6532 §3.2 extends it.
bool is_atext(char c) {
  return is_letter(c) || is_digit(c) || !is_ascii(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
  bool dot_allowed = false;
  for (const char c : text) {
    if (c == '.' ? !dot_allowed : !is_atext(c)) return false;
    dot_allowed = c != '.';
  }
  return dot_allowed;
}

// Takes the quoted string at the front of `text` (RFC 5321 §4.1.2) and returns what it stands for.
std::optional<std::string> take_quoted_string(std::string_view& text) {
  std::string content;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      return content;
    }
    if (c == '\\') {
      if (++i == text.size()) return std::nullopt;
      c = text[i];
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    content += c;
  }
  return std::nullopt;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > label_octets_max || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || !is_ascii(c); });
}

// RFC 5321 §4.1.3; what the brackets contain is for whoever connects to it.
bool is_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '[' && c != ']' && c != '\\'; });
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// Reads the tokens of a mailbox list (RFC 5322 §3.2, §3.4) up to the end of its first mailbox.
class MailboxReader {
 public:
  explicit MailboxReader(std::string_view text) : text_(text) {}

  std::optional<Mailbox> read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '(') {
        if (!skip_comment()) return std::nullopt;
      } else if (c == '"') {
        if (!take_quoted()) return std::nullopt;
      } else if (c == '[') {
        take_literal();
      } else if (c == '<') {
        return angle_address();
      } else if (c == ':') {  // all before was a group's name
        forget();
        ++at_;
      } else if (c == ',' || c == ';') {
        if (!bare_.empty()) break;
        forget();
        ++at_;
      } else {
        take_character(c);
      }
    }
    return finish({}, bare_);
  }

 private:
  bool skip_comment() {
    at_ = end_of_comment(text_, at_);
    return at_ != std::string_view::npos;
  }

  bool take_quoted() {
    std::string_view rest = text_.substr(at_);
    const auto content = take_quoted_string(rest);
    if (!content) return false;
    const std::size_t length = text_.size() - at_ - rest.size();
    bare_ += text_.substr(at_, length);
    name_ += *content;
    at_ += length;
    return true;
  }

  // Between brackets no other sign has its meaning.
  void take_literal() {
    const std::size_t end = std::min(text_.find(']', at_), text_.size() - 1);
    bare_ += text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
  }

  void take_character(char c) {
    if (!is_wsp(c)) bare_ += c;
    name_ += c;
    ++at_;
  }

  std::optional<Mailbox> angle_address() {
    const std::string name(trim(name_));
    forget();
    for (++at_; at_ < text_.size() && text_[at_] != '>';) {
      const char c = text_[at_];
      if (c == '(') {
        if (!skip_comment()) return std::nullopt;
      } else if (c == '"') {
        if (!take_quoted()) return std::nullopt;
      } else if (c == '[') {
        take_literal();
      } else if (c == ':') {  // an obsolete route before the address (RFC 5322 §4.4)
        forget();
        ++at_;
      } else {
        take_character(c);
      }
    }
    if (at_ >= text_.size()) return std::nullopt;
    return finish(name, bare_);
  }

  void forget() {
    bare_.clear();
    name_.clear();
  }

  static std::optional<Mailbox> finish(std::string name, std::string_view address_text) {
    auto address = parse_address(address_text);
    if (!address) return std::nullopt;
    return Mailbox{std::move(name), std::move(*address)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string bare_;  // since the last separator, as an addr-spec: blanks and comments removed, quotes kept
  std::string name_;  // the same as a display name: quotes removed, blanks kept
};

}  // namespace

bool Address::needs_smtputf8() const {
  return !is_ascii(local) || !is_ascii(domain);
}

std::string Address::to_string() const {
  std::string text = is_dot_atom(local) ? local : quoted(local);
  text += '@';
  text += domain;
  return text;
}

bool is_domain(std::string_view text) {
  if (is_literal(text)) return true;
  if (text.empty() || text.size() > name_octets_max) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > address_octets_max || !is_utf8(text)) return std::nullopt;
  Address address;
  if (!text.empty() && text.front() == '"') {
    auto local = take_quoted_string(text);
    if (!local) return std::nullopt;
    address.local = std::move(*local);
  } else {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || !is_dot_atom(text.substr(0, at))) return std::nullopt;
    address.local = text.substr(0, at);
    text.remove_prefix(at);
  }
  if (text.empty() || text.front() != '@' || !is_domain(text.substr(1))) return std::nullopt;
  address.domain = to_lower(text.substr(1));
  return address;
}

std::optional<Mailbox> first_mailbox(std::string_view field_value) {
  return MailboxReader(field_value.substr(0, field_octets_max)).read();
}

}  // namespace mailrig::mail
