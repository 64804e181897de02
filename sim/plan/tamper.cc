#include "sim/plan/tamper.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "fakes/mail/header.h"

namespace mailrig::plan {
namespace {

bool is_within(char c, char first, char last) {
  return first <= c && c <= last;
}

bool is_letter_or_digit(char c) {
  return is_within(c, '0', '9') || is_within(c, 'a', 'z') || is_within(c, 'A', 'Z');
}

// Its neighbour: of a hexadecimal digit another one, so that encoded text stays encoded text.
char neighbour(char c) {
  constexpr std::string_view last_of_their_kind = "9fFzZ";
  return static_cast<char>(last_of_their_kind.find(c) == std::string_view::npos ? c + 1 : c - 1);
}

std::span<char> subject_of(std::string& message) {
  const auto value = mail::find_field(message, "Subject");
  if (!value) return {};
  return std::span(message).subspan(static_cast<std::size_t>(value->data() - message.data()), value->size());
}

}  // namespace

bool tamper(std::string& message, scenario::Tamper what) {
  std::span<char> where;
  if (what == scenario::Tamper::header) where = subject_of(message);
  if (what == scenario::Tamper::body) where = std::span(message).subspan(mail::body_offset(message));
  const auto middle = where.begin() + static_cast<std::ptrdiff_t>(where.size() / 2);
  auto octet = std::find_if(middle, where.end(), is_letter_or_digit);
  if (octet == where.end()) octet = std::find_if(where.begin(), middle, is_letter_or_digit);
  if (octet == where.end() || !is_letter_or_digit(*octet)) return false;
  *octet = neighbour(*octet);
  return true;
}

}  // namespace mailrig::plan
