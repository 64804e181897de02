#include "fakes/content/html_scanner.h"

#include <algorithm>
#include <array>

#include "fakes/content/html_text.h"
#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

// noscript is not among them: mail is read without scripts.
bool has_raw_text(std::string_view element) {
  static constexpr std::array<std::string_view, 8> names = {"iframe", "noembed",  "noframes", "script",
                                                            "style",  "textarea", "title",    "xmp"};
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return mail::equals_ignoring_case(element, name); });
}

}  // namespace

const std::string_view* HtmlToken::attribute(std::string_view wanted) const {
  for (const HtmlAttribute& candidate : attributes) {
    if (mail::equals_ignoring_case(candidate.name, wanted)) return &candidate.value;
  }
  return nullptr;
}

bool HtmlScanner::next(HtmlToken& token) {
  token.attributes.clear();
  token.self_closing = false;
  token.unfinished = false;
  if (!raw_element_.empty() && take_raw_text(token)) return true;
  if (at_ == html_.size()) return false;
  if (html_[at_] == '<' && at_ + 1 < html_.size()) {
    const char second = html_[at_ + 1];
    const bool closing = second == '/';
    const char first_of_name = closing ? (at_ + 2 < html_.size() ? html_[at_ + 2] : '\0') : second;
    if (mail::is_letter(first_of_name)) {
      token.kind = closing ? HtmlToken::Kind::end_tag : HtmlToken::Kind::start_tag;
      at_ += closing ? 2 : 1;
      take_tag(token);
      return true;
    }
    if (second == '!' || second == '?' || closing) {
      take_comment(token);
      return true;
    }
  }
  // A "<" that begins nothing is text.
  const std::size_t end = std::min(html_.find('<', at_ + 1), html_.size());
  token.kind = HtmlToken::Kind::text;
  token.text = html_.substr(at_, end - at_);
  at_ = end;
  return true;
}

// Up to the end tag of the element, which is a token of its own. False when there is nothing in front of it.
bool HtmlScanner::take_raw_text(HtmlToken& token) {
  const std::string_view element = raw_element_;
  raw_element_ = {};
  std::size_t end = at_;
  while (true) {
    end = html_.find("</", end);
    if (end == std::string_view::npos) {
      end = html_.size();
      break;
    }
    if (mail::equals_ignoring_case(html_.substr(end + 2, element.size()), element)) break;
    end += 2;
  }
  token.kind = HtmlToken::Kind::raw_text;
  token.text = html_.substr(at_, end - at_);
  at_ = end;
  return !token.text.empty();
}

void HtmlScanner::take_comment(HtmlToken& token) {
  const std::string_view rest = html_.substr(at_);
  std::size_t end = 0;
  if (rest.starts_with("<!--")) {
    end = rest.find("-->", 2);  // "<!-->" is a whole one
    end = end == std::string_view::npos ? rest.size() : end + 3;
  } else {
    end = rest.find('>');
    end = end == std::string_view::npos ? rest.size() : end + 1;
  }
  token.kind = HtmlToken::Kind::comment;
  token.text = rest.substr(0, end);
  at_ += end;
}

void HtmlScanner::skip_blanks() {
  while (at_ < html_.size() && is_html_blank(html_[at_])) ++at_;
}

// From the name to behind ">".
void HtmlScanner::take_tag(HtmlToken& token) {
  const std::size_t begin = at_;
  while (at_ < html_.size() && !is_html_blank(html_[at_]) && html_[at_] != '/' && html_[at_] != '>') ++at_;
  token.name = html_.substr(begin, at_ - begin);
  while (true) {
    skip_blanks();
    if (at_ == html_.size()) {
      token.unfinished = true;
      return;
    }
    if (html_[at_] == '>') break;
    if (html_[at_] == '/') {
      ++at_;
      token.self_closing = at_ < html_.size() && html_[at_] == '>';
      continue;
    }
    take_attribute(token);
  }
  ++at_;
  if (token.kind == HtmlToken::Kind::start_tag && !token.self_closing && has_raw_text(token.name)) {
    raw_element_ = token.name;
  }
}

void HtmlScanner::take_attribute(HtmlToken& token) {
  HtmlAttribute attribute;
  const std::size_t begin = at_++;  // whatever it begins with belongs to it, "=" too
  while (at_ < html_.size() && !is_html_blank(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' &&
         html_[at_] != '=') {
    ++at_;
  }
  attribute.name = html_.substr(begin, at_ - begin);
  skip_blanks();
  if (at_ < html_.size() && html_[at_] == '=') {
    ++at_;
    skip_blanks();
    const char quote = at_ < html_.size() ? html_[at_] : '\0';
    if (quote == '"' || quote == '\'') {
      const std::size_t end = std::min(html_.find(quote, at_ + 1), html_.size());
      attribute.value = html_.substr(at_ + 1, end - at_ - 1);
      at_ = std::min(end + 1, html_.size());
    } else {
      const std::size_t value_begin = at_;
      while (at_ < html_.size() && !is_html_blank(html_[at_]) && html_[at_] != '>') ++at_;
      attribute.value = html_.substr(value_begin, at_ - value_begin);
    }
  }
  if (token.attributes.size() < html_attributes_max) token.attributes.push_back(attribute);
}

}  // namespace mailrig::content
