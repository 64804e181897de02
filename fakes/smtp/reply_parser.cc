#include "fakes/smtp/reply_parser.h"

#include <algorithm>

#include "fakes/mail/text.h"

namespace mailrig::smtp {

ReplyParser::Status ReplyParser::next(std::string_view& input) {
  if (complete_) reset();
  while (!input.empty()) {
    // A bare LF is taken for a line end here: unlike in a server, nothing can be smuggled past anybody with it, and
    // homemade servers do send it.
    const std::size_t lf = input.find('\n');
    const std::string_view part = input.substr(0, lf);
    line_.append(part.substr(0, std::min(part.size(), line_bytes_max - line_.size())));
    if (lf == std::string_view::npos) {
      input = {};
      break;
    }
    input.remove_prefix(lf + 1);
    const Line kind = take_line();
    line_.clear();
    if (kind == Line::malformed) return Status::malformed;
    if (kind == Line::last) {
      complete_ = true;
      return Status::complete;
    }
  }
  return Status::incomplete;
}

// Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
ReplyParser::Line ReplyParser::take_line() {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !mail::is_digit(line[1]) || !mail::is_digit(line[2])) {
    return Line::malformed;
  }
  const auto code = static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return Line::malformed;
  // §4.2.1: all lines of a reply carry the same code.
  if (lines_ > 0 && code != reply_.code) return Line::malformed;
  if (++lines_ > lines_max) return Line::malformed;
  reply_.code = code;
  if (lines_ > 1) reply_.text += '\n';
  reply_.text += line.substr(std::min<std::size_t>(4, line.size()));
  return line.size() > 3 && line[3] == '-' ? Line::continued : Line::last;
}

void ReplyParser::reset() {
  line_.clear();
  reply_.code = 0;
  reply_.text.clear();
  lines_ = 0;
  complete_ = false;
}

}  // namespace mailrig::smtp
