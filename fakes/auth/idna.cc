#include "fakes/auth/idna.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "fakes/base/domain_name.h"
#include "fakes/dns/name.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

bool has_blank_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return mail::is_ascii(c) && (c <= ' ' || c == 0x7f); });
}

// `domain` is UTF-8 without NUL.
std::optional<std::string> convert_u_labels(std::string_view domain) {
  char* converted = nullptr;
  const int status = idn2_to_ascii_8z(std::string(domain).c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(converted, [](void* memory) { idn2_free(memory); });
  if (status != IDN2_OK) return std::nullopt;
  return std::string(converted);
}

}  // namespace

std::optional<std::string> to_a_labels(std::string_view domain) {
  if (auto plain = dns::plain_name(domain)) return plain;
  if (domain.size() > u_label_name_octets_max || has_blank_or_control(domain)) return std::nullopt;
  std::optional<std::string> name;
  if (mail::is_ascii(domain)) {
    name = mail::to_lower(domain);
  } else {
    if (!mail::is_utf8(domain)) return std::nullopt;
    name = convert_u_labels(domain);
    // UTS #46 maps some characters to blanks or signs that are none of a host's.
    if (!name || !mail::is_ascii(*name) || has_blank_or_control(*name)) return std::nullopt;
  }
  if (!name->empty() && name->back() == '.') name->pop_back();
  if (!has_name_lengths(*name)) return std::nullopt;
  return name;
}

}  // namespace mailrig::auth
