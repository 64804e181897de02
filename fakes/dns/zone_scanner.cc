#include "fakes/dns/zone_scanner.h"

#include <utility>

namespace mailrig::dns {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool ends_word(char c) {
  return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')' || c == '"';
}

}  // namespace

void ZoneScanner::advance() {
  if (here() == '\n') {
    ++line_;
    column_ = 0;
  }
  ++column_;
  ++at_;
}

void ZoneScanner::skip_comment() {
  while (!at_end() && here() != '\n') advance();
}

Error ZoneScanner::error(std::string message, int line, int column) const {
  return {std::move(message), file_name_, line, column};
}

Result<ZoneToken> ZoneScanner::quoted() {
  ZoneToken token{{}, line_, column_};
  const std::size_t begin = at_;
  advance();
  while (!at_end() && here() != '"' && here() != '\n') {
    if (here() == '\\') advance();
    if (!at_end() && here() != '\n') advance();
  }
  if (at_end() || here() == '\n') {
    return error("this quote is never closed; close it on the same line", token.line, token.column);
  }
  advance();
  token.text = text_.substr(begin, at_ - begin);
  return token;
}

ZoneToken ZoneScanner::word() {
  ZoneToken token{{}, line_, column_};
  const std::size_t begin = at_;
  while (!at_end() && !ends_word(here())) {
    const bool escape = here() == '\\';
    advance();
    if (escape && !at_end() && here() != '\n') advance();
  }
  token.text = text_.substr(begin, at_ - begin);
  return token;
}

Result<std::optional<ZoneEntry>> ZoneScanner::next() {
  ZoneEntry entry;
  std::vector<ZoneToken> open;  // parentheses that wait for their partner
  while (!at_end()) {
    const char c = here();
    if (c == '\n') {
      advance();
      if (open.empty() && !entry.tokens.empty()) return std::optional(std::move(entry));
    } else if (is_blank(c)) {
      if (column_ == 1 && open.empty()) entry.owner_omitted = true;
      advance();
    } else if (c == ';') {
      skip_comment();
    } else if (c == '(') {
      open.push_back({{}, line_, column_});
      advance();
    } else if (c == ')') {
      if (open.empty()) return error("this ')' has no '(' before it", line_, column_);
      open.pop_back();
      advance();
    } else {
      if (column_ == 1 && open.empty()) entry.owner_omitted = false;  // blank lines before do not count
      if (c == '"') {
        const auto token = quoted();
        if (!token) return token.error();
        entry.tokens.push_back(*token);
      } else {
        entry.tokens.push_back(word());
      }
    }
  }
  if (!open.empty()) return error("this '(' is never closed", open.back().line, open.back().column);
  if (entry.tokens.empty()) return std::optional<ZoneEntry>();
  return std::optional(std::move(entry));
}

}  // namespace mailrig::dns
