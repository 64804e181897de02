#include "fakes/auth/authentication_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::size_t result_line_octets_max = 78;

// "Keyword" of RFC 5321 §4.1.2: letters, digits and inner hyphens.
bool is_keyword_character(char c) {
  return mail::is_letter_or_digit(c) || c == '-';
}

bool is_keyword(std::string_view text) {
  return !text.empty() && text.back() != '-' && std::all_of(text.begin(), text.end(), is_keyword_character);
}

// "token" of RFC 2045 §5.1; UTF-8 beyond ASCII as RFC 8601 §2.2 takes it over from RFC 6532.
bool is_token_character(char c) {
  return !mail::is_ascii(c) ||
         (c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos);
}

// "atext" of RFC 5322 §3.2.3 and the dot: what a local part is made of when it is not quoted.
bool is_local_part_character(char c) {
  return !mail::is_ascii(c) || mail::is_letter_or_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain_character(char c) {
  return !mail::is_ascii(c) || mail::is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

bool has_dot_errors(std::string_view text) {
  return text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos;
}

// "domain-name" of RFC 6376 §3.5 has two labels at least. Names with underscores exist and are let through.
bool is_domain_name(std::string_view text) {
  return !has_dot_errors(text) && text.find('.') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), is_domain_character);
}

// Without quotes: [ [ local-part ] "@" ] domain-name.
bool is_plain_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || !is_domain_name(text.substr(at + 1))) return false;
  const std::string_view local = text.substr(0, at);
  return local.empty() || (!has_dot_errors(local) && std::all_of(local.begin(), local.end(), is_local_part_character));
}

// What a header may carry: printable, blanks in one form, UTF-8 whole.
std::string sanitized(std::string_view text) {
  std::string clean;
  while (!text.empty() && clean.size() < authentication_value_octets_max) {
    const std::size_t length = mail::utf8_length(text);
    if (length == 0) {
      clean += '?';
    } else if (length > 1) {
      clean += text.substr(0, length);
    } else if (mail::trim(text.substr(0, 1)).empty()) {
      clean += ' ';
    } else {
      clean += text.front() > ' ' && text.front() < 0x7f ? text.front() : '?';
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

std::string quoted_value(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

bool is_value_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string as_value(std::string_view text) {
  std::string clean = sanitized(text);
  return is_value_token(clean) ? clean : quoted_value(clean);
}

std::string as_property_value(std::string_view text) {
  std::string clean = sanitized(text);
  return is_value_token(clean) || is_plain_address(clean) ? clean : quoted_value(clean);
}

// Puts words into lines.
class ResultFolder {
 public:
  explicit ResultFolder(std::size_t column) : column_(column) {}

  // Separated from the word before by a blank or a fold.
  void word(std::string_view text) {
    if (text_.empty()) {
      append(text);
    } else if (column_ + 1 + text.size() + 1 > result_line_octets_max) {  // a semicolon may follow
      new_line({});
      append_folded(text);
    } else {
      append(" ");
      append(text);
    }
  }
  void new_line(std::string_view text) {
    text_ += "\r\n\t";
    column_ = 1;
    append(text);
  }
  // Quoted strings fold in front of their blanks, which then belong to both the fold and the string.
  void append_folded(std::string_view text) {
    while (!text.empty()) {
      const std::size_t word_at = std::min(text.find_first_not_of(' '), text.size() - 1);
      const std::string_view piece = text.substr(0, text.find(' ', word_at + 1));
      if (word_at > 0 && column_ + piece.size() > result_line_octets_max) {
        text_ += "\r\n";
        column_ = 0;
      }
      append(piece);
      text.remove_prefix(piece.size());
    }
  }
  void append(std::string_view text) {
    text_ += text;
    column_ += text.size();
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t column_;
};

std::string keyword_of(std::string_view text) {
  CHECK(is_keyword(text));
  return std::string(text);
}

std::string versioned(std::string name, std::uint32_t version, std::string_view separator) {
  if (version != 1) name += fmt::format("{}{}", separator, version);
  return name;
}

class ResultsParser {
 public:
  explicit ResultsParser(std::string_view text) : text_(text) {}

  std::optional<AuthenticationResults> parse() {
    AuthenticationResults results;
    skip_cfws();
    auto id = value();
    if (!id || id->empty()) return std::nullopt;
    results.authserv_id = std::move(*id);
    if (skip_cfws() && at_ < text_.size() && mail::is_digit(text_[at_])) {
      const auto version = number();
      if (!version) return std::nullopt;
      results.version = *version;
      skip_cfws();
    }
    if (broken_ || !take(';')) return std::nullopt;
    skip_cfws();
    if (!no_result()) {
      do {
        auto method = resinfo();
        if (!method) return std::nullopt;
        results.methods.push_back(std::move(*method));
      } while (take(';'));
    }
    skip_cfws();
    if (broken_ || at_ != text_.size()) return std::nullopt;
    return results;
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // True when there was any.
  bool skip_cfws() {
    const std::size_t start = at_;
    while (at_ < text_.size()) {
      if (text_[at_] == '(') {
        const std::size_t end = mail::end_of_comment(text_, at_);
        broken_ = broken_ || end == std::string_view::npos;
        at_ = std::min(end, text_.size());
      } else if (mail::is_wsp(text_[at_]) || skip_fold()) {
        ++at_;
      } else {
        break;
      }
    }
    return at_ > start;
  }

  // A line end is white space only in front of white space. Ends at the line end's last character.
  bool skip_fold() {
    std::size_t end = at_;
    if (end < text_.size() && text_[end] == '\r') ++end;
    if (end + 1 >= text_.size() || text_[end] != '\n' || !mail::is_wsp(text_[end + 1])) return false;
    at_ = end;
    return true;
  }

  // "none", when it is not the method of a result.
  bool no_result() {
    const std::size_t start = at_;
    const auto word = keyword();
    if (word && *word == "none") {
      skip_cfws();
      if (at_ == text_.size()) return true;
    }
    at_ = start;
    return false;
  }

  std::optional<std::string> keyword() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_keyword_character(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (!is_keyword(word)) return std::nullopt;
    return mail::to_lower(word);
  }

  std::optional<std::uint32_t> number() {
    std::uint32_t result = 0;
    const auto [end, fault] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), result);
    if (fault != std::errc()) return std::nullopt;
    at_ = static_cast<std::size_t>(end - text_.data());
    return result;
  }

  std::optional<std::string> quoted_string() {
    std::string content;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return content;
      }
      if (c == '\\') {
        if (++at_ == text_.size()) return std::nullopt;
        c = text_[at_];
      } else if ((c == '\r' || c == '\n') && skip_fold()) {
        continue;  // the white space behind it belongs to the content
      }
      if ((c < ' ' && c != '\t' && mail::is_ascii(c)) || c == 0x7f) return std::nullopt;
      content += c;
    }
    return std::nullopt;
  }

  // value = token / quoted-string
  std::optional<std::string> value() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted_string();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_token_character(text_[at_])) ++at_;
    if (at_ == start) return std::nullopt;
    return std::string(text_.substr(start, at_ - start));
  }

  // value / [ [ local-part ] "@" ] domain-name; the longer reading wins. CFWS is around it.
  std::optional<std::string> property_value() {
    skip_cfws();
    const std::size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      auto content = quoted_string();
      if (!content || at_ == text_.size() || text_[at_] != '@') return content;
      auto domain = at_domain();
      if (!domain) return std::nullopt;
      return *content + *domain;
    }
    while (at_ < text_.size() && is_local_part_character(text_[at_])) ++at_;
    const std::string_view local = text_.substr(start, at_ - start);
    if (at_ < text_.size() && text_[at_] == '@' && (local.empty() || !has_dot_errors(local))) {
      if (auto domain = at_domain()) return std::string(local) + *domain;
    }
    at_ = start;
    return value();
  }

  // "@" domain-name, the sign included.
  std::optional<std::string> at_domain() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && is_domain_character(text_[at_])) ++at_;
    const std::string_view domain = text_.substr(start, at_ - start);
    if (!is_domain_name(domain.substr(1))) return std::nullopt;
    return std::string(domain);
  }

  std::optional<AuthenticationMethod> resinfo() {
    AuthenticationMethod info;
    skip_cfws();
    auto method = keyword();
    if (!method) return std::nullopt;
    info.method = std::move(*method);
    skip_cfws();
    if (take('/')) {
      skip_cfws();
      const auto version = number();
      if (!version) return std::nullopt;
      info.version = *version;
      skip_cfws();
    }
    if (!take('=')) return std::nullopt;
    skip_cfws();
    auto result = keyword();
    if (!result) return std::nullopt;
    info.result = std::move(*result);
    bool separated = skip_cfws();
    bool reason_allowed = true;
    while (at_ < text_.size() && text_[at_] != ';') {
      auto word = separated ? keyword() : std::nullopt;
      if (!word) return std::nullopt;
      skip_cfws();
      if (reason_allowed && *word == "reason" && take('=')) {
        skip_cfws();
        auto reason = value();
        if (!reason) return std::nullopt;
        info.reason = std::move(*reason);
        separated = skip_cfws();
      } else {
        auto property = propspec(std::move(*word));
        if (!property) return std::nullopt;
        info.properties.push_back(std::move(*property));
        skip_cfws();
        separated = true;  // the grammar needs nothing between two properties
      }
      reason_allowed = false;
    }
    return info;
  }

  // Behind the type: "." property "=" pvalue.
  std::optional<AuthenticationProperty> propspec(std::string type) {
    if (!take('.')) return std::nullopt;
    skip_cfws();
    auto name = keyword();
    if (!name) return std::nullopt;
    skip_cfws();
    if (!take('=')) return std::nullopt;
    auto content = property_value();
    if (!content) return std::nullopt;
    return AuthenticationProperty{std::move(type), std::move(*name), std::move(*content)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool broken_ = false;  // a comment without an end
};

}  // namespace

std::optional<std::string_view> AuthenticationMethod::property(std::string_view type, std::string_view name) const {
  for (const AuthenticationProperty& candidate : properties) {
    if (candidate.type == type && candidate.name == name) return candidate.value;
  }
  return std::nullopt;
}

std::string format_authentication_payload(const AuthenticationResults& results, std::size_t column) {
  CHECK(!results.authserv_id.empty());
  ResultFolder folder(column);
  folder.word(versioned(as_value(results.authserv_id), results.version, " "));
  if (results.methods.empty()) {
    folder.append(";");
    folder.word("none");
  }
  for (const AuthenticationMethod& info : results.methods) {
    folder.append(";");
    folder.new_line(versioned(keyword_of(info.method), info.version, "/") + '=' + keyword_of(info.result));
    if (!info.reason.empty()) folder.word("reason=" + as_value(info.reason));
    for (const AuthenticationProperty& property : info.properties) {
      folder.word(keyword_of(property.type) + '.' + keyword_of(property.name) + '=' +
                  as_property_value(property.value));
    }
  }
  return folder.take();
}

std::string format_authentication_results(const AuthenticationResults& results) {
  const std::string name = "Authentication-Results: ";
  return name + format_authentication_payload(results, name.size()) + "\r\n";
}

std::optional<AuthenticationResults> parse_authentication_results(std::string_view value) {
  value = mail::trim(value);
  if (value.size() > authentication_results_octets_max || !mail::is_utf8(value)) return std::nullopt;
  return ResultsParser(value).parse();
}

}  // namespace mailrig::auth
