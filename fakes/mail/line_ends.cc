#include "fakes/mail/line_ends.h"

#include <algorithm>

namespace mailrig::mail {

std::string with_crlf(std::string_view text) {
  std::string result;
  result.reserve(text.size() + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  while (true) {
    const std::size_t line_end = text.find_first_of("\r\n");
    result += text.substr(0, line_end);
    if (line_end == std::string_view::npos) return result;
    result += "\r\n";
    text.remove_prefix(line_end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : 1);
  }
}

}  // namespace mailrig::mail
