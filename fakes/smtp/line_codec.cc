#include "fakes/smtp/line_codec.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mailrig::smtp {
namespace {

constexpr std::size_t npos = std::string_view::npos;

// Position of the first LF at or after `from`. memchr looks at dozens of bytes at a time, which is what makes large
// messages cheap.
std::size_t find_lf(std::string_view text, std::size_t from) {
  if (from >= text.size()) return npos;
  const void* const found = std::memchr(text.data() + from, '\n', text.size() - from);
  return found == nullptr ? npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// How many bytes stand behind the last LF; all of them where there is none.
std::size_t bytes_behind_last_lf(std::string_view text) {
  const void* const found = text.empty() ? nullptr : memrchr(text.data(), '\n', text.size());
  if (found == nullptr) return text.size();
  return static_cast<std::size_t>(text.data() + text.size() - static_cast<const char*>(found)) - 1;
}

// Position of the LF of the first CRLF at or after `from`.
std::size_t find_crlf(std::string_view text, std::size_t from) {
  std::size_t lf = find_lf(text, from);
  while (lf != npos && (lf == from || text[lf - 1] != '\r')) lf = find_lf(text, lf + 1);
  return lf;
}

}  // namespace

LineSplitter::Status LineSplitter::next(std::string_view& input, std::string_view& line) {
  const std::size_t lf = find_crlf(input, 0);
  if (lf == npos) {
    if (input.size() >= line_bytes_max_) discarding_ = true;
    if (discarding_) {
      // A CR at the very end may be the first half of the line's end.
      const bool keep_cr = !input.empty() && input.back() == '\r';
      input.remove_prefix(input.size() - (keep_cr ? 1 : 0));
    }
    return Status::incomplete;
  }
  line = input.substr(0, lf - 1);
  input.remove_prefix(lf + 1);
  if (std::exchange(discarding_, false) || lf + 1 > line_bytes_max_) return Status::too_long;
  return Status::complete;
}

void ContentBuffer::start(Limits limits, std::uint64_t bytes_expected) {
  constexpr std::uint64_t reserve_max = 1 << 20;
  drop();
  limits_ = limits;
  over_budget_ = false;
  size_ = 0;
  line_bytes_ = 0;
  line_over_limit_ = false;
  bytes_.reserve(static_cast<std::size_t>(std::min({bytes_expected, limits.bytes_max, reserve_max})));
}

void ContentBuffer::append(std::string_view bytes) {
  size_ += bytes.size();
  if (limits_.line_bytes_max > 0) {
    const std::size_t unended = bytes_behind_last_lf(bytes);
    line_bytes_ = unended == bytes.size() ? line_bytes_ + unended : unended;
    if (line_bytes_ > limits_.line_bytes_max) line_over_limit_ = true;
  }
  if (over_limit() || line_over_limit_ || over_budget_) return drop();
  if (limits_.budget != nullptr && !limits_.budget->take(bytes.size())) {
    over_budget_ = true;
    return drop();
  }
  bytes_.append(bytes);
}

std::string ContentBuffer::take() {
  if (limits_.budget != nullptr) limits_.budget->give_back(bytes_.size());
  return std::exchange(bytes_, std::string());
}

void ContentBuffer::drop() {
  if (limits_.budget != nullptr) limits_.budget->give_back(bytes_.size());
  std::string().swap(bytes_);  // assigning an empty string would keep the memory
}

bool DotDecoder::decode(std::string_view& input, ContentBuffer& content) {
  while (!input.empty()) {
    const char next = input.front();
    switch (at_) {
      case At::line_start:
        if (next == '.') {
          at_ = At::dot;
          input.remove_prefix(1);
          continue;
        }
        at_ = At::middle;
        break;
      case At::dot:
        if (next == '\r') {
          at_ = At::dot_cr;
          input.remove_prefix(1);
          continue;
        }
        at_ = At::middle;  // The dot was there for transparency and is dropped.
        break;
      case At::dot_cr:
        if (next == '\n') {
          at_ = At::line_start;
          input.remove_prefix(1);
          return true;
        }
        content.append("\r");
        at_ = At::middle_cr;
        break;
      case At::middle:
      case At::middle_cr:
        break;
    }
    take_text(input, content);
  }
  return false;
}

// Copies up to the next dot that begins a line, in one piece: lines without one need no decision.
void DotDecoder::take_text(std::string_view& input, ContentBuffer& content) {
  for (std::size_t lf = find_lf(input, 0); lf != npos; lf = find_lf(input, lf + 1)) {
    const bool crlf = lf > 0 ? input[lf - 1] == '\r' : at_ == At::middle_cr;
    if (!crlf) continue;
    const std::size_t line = lf + 1;
    if (line < input.size() && input[line] != '.') continue;
    at_ = line < input.size() ? At::dot : At::line_start;
    content.append(input.substr(0, line));
    input.remove_prefix(std::min(line + 1, input.size()));
    return;
  }
  at_ = input.back() == '\r' ? At::middle_cr : At::middle;
  content.append(input);
  input = {};
}

bool DotEncoder::stuffed_at(std::size_t position) const {
  if (content_[position] != '.') return false;
  return position == 0 || (position >= 2 && content_[position - 1] == '\n' && content_[position - 2] == '\r');
}

void DotEncoder::encode(std::size_t bytes, std::string& out) {
  if (done_) return;
  const std::size_t end = position_ + std::min(bytes, content_.size() - position_);
  const std::string_view upto = content_.substr(0, end);
  std::size_t copied = position_;
  if (copied < end && stuffed_at(copied)) out.push_back('.');
  for (std::size_t lf = find_lf(upto, copied); lf != npos; lf = find_lf(upto, lf + 1)) {
    if (lf + 1 == end || !stuffed_at(lf + 1)) continue;
    out.append(upto.substr(copied, lf + 1 - copied)).push_back('.');
    copied = lf + 1;
  }
  out.append(upto.substr(copied));
  position_ = end;
  if (position_ < content_.size()) return;
  if (!content_.empty() && !content_.ends_with("\r\n")) out.append("\r\n");
  out.append(".\r\n");
  done_ = true;
}

bool has_bare_newline(std::string_view content) {
  std::size_t at = content.find_first_of("\r\n");
  while (at != npos) {
    if (content.substr(at, 2) != "\r\n") return true;
    at = content.find_first_of("\r\n", at + 2);
  }
  return false;
}

std::size_t longest_line_bytes(std::string_view content) {
  std::size_t longest = 0;
  std::size_t start = 0;
  for (std::size_t lf = find_crlf(content, 0); lf != npos; lf = find_crlf(content, start)) {
    longest = std::max(longest, lf + 1 - start);
    start = lf + 1;
  }
  return std::max(longest, content.size() - start);
}

}  // namespace mailrig::smtp
