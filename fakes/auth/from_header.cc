#include "fakes/auth/from_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/auth/dmarc_lookup.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

struct FromToken {
  enum class Kind : std::uint8_t { word, quoted, literal, special };
  Kind kind = Kind::word;
  std::string_view text;

  bool is(char special) const { return kind == Kind::special && text.front() == special; }
};

constexpr std::string_view from_specials = "<>@,;:.";

// The tokens of RFC 5322 §3.2, comments and blanks removed. Everything else in a phrase is taken for part of a word, as
// display names are often written without the quotes they need: "[Shop] News", raw 8-bit text.
class FromLexer {
 public:
  explicit FromLexer(std::string_view text) : text_(text) {}

  // None at the end, or at a comment or quoted string without an end.
  std::optional<FromToken> next() {
    skip_blanks_and_comments();
    if (broken_ || at_ == text_.size()) return std::nullopt;
    const std::size_t start = at_;
    const char c = text_[at_];
    FromToken token;
    if (c == '"') {
      token.kind = FromToken::Kind::quoted;
      skip_quoted();
    } else if (c == '[' && after_at_sign_) {
      token.kind = FromToken::Kind::literal;
      at_ = std::min(text_.find(']', at_), text_.size() - 1) + 1;
    } else if (from_specials.find(c) != std::string_view::npos) {
      token.kind = FromToken::Kind::special;
      ++at_;
    } else {
      while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    }
    if (broken_) return std::nullopt;
    token.text = text_.substr(start, at_ - start);
    after_at_sign_ = token.is('@');
    return token;
  }

  bool broken() const { return broken_; }

 private:
  static bool is_word_character(char c) {
    return !mail::is_wsp(c) && c != '"' && c != '(' && from_specials.find(c) == std::string_view::npos;
  }

  void skip_blanks_and_comments() {
    while (at_ < text_.size() && (mail::is_wsp(text_[at_]) || text_[at_] == '(')) {
      at_ = text_[at_] == '(' ? mail::end_of_comment(text_, at_) : at_ + 1;
    }
    broken_ = at_ == std::string_view::npos;
  }

  void skip_quoted() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    }
    broken_ = true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool after_at_sign_ = false;
  bool broken_ = false;
};

// Mailbox list → domains, one list element at a time.
class FromFieldReader {
 public:
  FromFieldReader(std::string_view unfolded, FromHeader& out) : lexer_(unfolded), out_(out) {}

  void read() {
    bool in_angle = false;
    while (const auto token = lexer_.next()) {
      if (token->is('<')) in_angle = true;
      if (token->is('>')) in_angle = false;
      if (!in_angle && token->is(':')) {
        // All before was a group's name, which has no address in it.
        if (holds('@') || holds('<')) return malformed();
        element_.clear();
      } else if (!in_angle && (token->is(',') || token->is(';'))) {
        take_element();
      } else {
        element_.push_back(*token);
      }
    }
    if (lexer_.broken() || in_angle) return malformed();
    take_element();
    if (addresses_ == 0) set_fault(FromFault::no_address, "the From field holds no address");
  }

 private:
  using Tokens = std::vector<FromToken>;

  bool holds(char special) const {
    return std::any_of(element_.begin(), element_.end(), [special](const FromToken& t) { return t.is(special); });
  }

  void set_fault(FromFault fault, std::string reason) {
    if (out_.fault != FromFault::none) return;
    out_.fault = fault;
    out_.reason = std::move(reason);
  }

  void malformed() { set_fault(FromFault::malformed, "the From field is not well-formed"); }

  void take_element() {
    const auto open = std::find_if(element_.begin(), element_.end(), [](const auto& t) { return t.is('<'); });
    if (open != element_.end()) {
      take_angle_address(open + 1);
    } else if (holds('>')) {
      malformed();
    } else if (holds('@')) {
      take_address(element_.begin(), element_.end());
    }  // else a name without an address: "Doe, John <john@example.com>" has such a part, which hides nothing
    element_.clear();
  }

  void take_angle_address(Tokens::const_iterator begin) {
    const auto close = std::find_if(begin, element_.cend(), [](const auto& t) { return t.is('>'); });
    if (close == element_.cend() || close + 1 != element_.cend()) return malformed();
    // An obsolete route stands before the address and says nothing about it (RFC 5322 §4.4).
    if (begin != close && begin->is('@')) {
      const auto colon = std::find_if(begin, close, [](const auto& t) { return t.is(':'); });
      if (colon == close) return malformed();
      begin = colon + 1;
    }
    take_address(begin, close);
  }

  // local-part "@" domain. Of the local part only the shape matters here: dots where none should be are common.
  void take_address(Tokens::const_iterator begin, Tokens::const_iterator end) {
    const auto at = std::find_if(begin, end, [](const auto& t) { return t.is('@'); });
    if (at == begin || at == end || at + 1 == end || !is_dotted(begin, at)) return malformed();
    ++addresses_;
    const auto domain = at + 1;
    if (domain->kind == FromToken::Kind::literal) {
      if (domain + 1 != end) return malformed();
      return set_fault(FromFault::unusable_domain, fmt::format("{} is an address, not a domain", domain->text));
    }
    std::string name;
    for (auto token = domain; token != end; ++token) {
      if (token->kind != FromToken::Kind::word && !token->is('.')) return malformed();
      name += token->text;
    }
    if (!is_dotted(domain, end)) return malformed();
    if (auto a_labels = dmarc_name(name); a_labels && name.back() != '.') {
      keep(std::move(*a_labels));
    } else {
      set_fault(FromFault::unusable_domain, fmt::format("'{}' is no domain name", name.substr(0, 255)));
    }
  }

  // Words with dots between them; no two words side by side, no other specials.
  static bool is_dotted(Tokens::const_iterator begin, Tokens::const_iterator end) {
    bool word_allowed = true;
    for (auto token = begin; token != end; ++token) {
      if (token->kind == FromToken::Kind::special ? !token->is('.') : !word_allowed) return false;
      word_allowed = token->kind == FromToken::Kind::special;
    }
    return true;
  }

  void keep(std::string domain) {
    if (std::find(out_.domains.begin(), out_.domains.end(), domain) != out_.domains.end()) return;
    if (out_.domains.size() < from_domains_max) out_.domains.push_back(std::move(domain));
  }

  FromLexer lexer_;
  FromHeader& out_;
  Tokens element_;
  std::size_t addresses_ = 0;
};

void read_one_field(std::string_view value, FromHeader& out) {
  if (value.size() > from_field_octets_max) {
    if (out.fault == FromFault::none) {
      out.fault = FromFault::too_long;
      out.reason = fmt::format("the From field is longer than {} octets", from_field_octets_max);
    }
    return;
  }
  FromFieldReader(mail::unfold(value, from_field_octets_max), out).read();
}

FromHeader with_domains_counted(FromHeader out) {
  if (out.fault == FromFault::none && out.domains.size() > 1) {
    out.fault = FromFault::several_domains;
    out.reason =
        fmt::format("the From field has several domains, {} and {} among them", out.domains[0], out.domains[1]);
  }
  return out;
}

}  // namespace

std::optional<std::string> FromHeader::author_domain() const {
  if (fault != FromFault::none) return std::nullopt;
  return domains.front();
}

FromHeader read_from_field(std::string_view value) {
  FromHeader out;
  read_one_field(value, out);
  return with_domains_counted(std::move(out));
}

FromHeader read_from_header(std::string_view message) {
  FromHeader out;
  std::size_t fields = 0;
  mail::HeaderReader header(message);
  while (const auto field = header.next()) {
    if (!mail::equals_ignoring_case(field->name, "From")) continue;
    ++fields;
    read_one_field(field->value, out);
  }
  if (fields == 0) {
    out.fault = FromFault::missing_field;
    out.reason = "the message has no From field";
  } else if (fields > 1) {
    out.fault = FromFault::several_fields;
    out.reason = fmt::format("the message has {} From fields", fields);
  }
  return with_domains_counted(std::move(out));
}

}  // namespace mailrig::auth
