#include "fakes/smtp/extensions.h"

#include <charconv>

#include "fakes/mail/text.h"
#include "fakes/smtp/words.h"

namespace mailrig::smtp {

void Extensions::add(std::string_view ehlo_line) {
  const std::string_view keyword = take_word(ehlo_line);
  if (mail::equals_ignoring_case(keyword, "PIPELINING")) {
    pipelining = true;
  } else if (mail::equals_ignoring_case(keyword, "SIZE")) {
    size = true;
    const char* const end = ehlo_line.data() + ehlo_line.size();
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(ehlo_line.data(), end, value);
    if (error == std::errc() && rest == end) size_max = value;
  } else if (mail::equals_ignoring_case(keyword, "8BITMIME")) {
    eight_bit_mime = true;
  } else if (mail::equals_ignoring_case(keyword, "SMTPUTF8")) {
    smtputf8 = true;
  } else if (mail::equals_ignoring_case(keyword, "STARTTLS")) {
    starttls = true;
  } else if (mail::equals_ignoring_case(keyword, "CHUNKING")) {
    chunking = true;
  } else if (mail::equals_ignoring_case(keyword, "BINARYMIME")) {
    binary_mime = true;
  } else if (mail::equals_ignoring_case(keyword, "DSN")) {
    dsn = true;
  }
}

}  // namespace mailrig::smtp
