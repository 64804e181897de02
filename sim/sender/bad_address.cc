#include "sim/sender/bad_address.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "sim/sender/words.h"

namespace mailrig::sender {
namespace {

// In lower case, each from replies that providers give.
constexpr std::string_view bad_address_words[] = {
    "user unknown",
    "unknown user",
    "no such user",
    "user not found",
    "invalid user",
    "invalid recipient",
    "invalid mailbox",
    "mailbox not found",
    "mailbox unavailable",
    "user suspended",
    "account disabled",
    "mailbox disabled",
    "does not exist",
    "doesn't exist",
    "dosn't exist",
    "unknown or illegal alias",
    "not our customer",
    "account is disabled",
    "recipient not found",
    "address rejected: access denied",
    "is inactive",
    "disabled account",
    "account is blocked",
    "#5.1.0 address rejected",
    "this user doesn't have",
    "mailbox is disabled",
};

enum class Says : std::uint8_t { bad_address, something_else, nothing };

Says what_code_says(const smtp::EnhancedCode& code) {
  if (code.subject == 1) {
    // 5.1.7 and 5.1.8 are about the sender's address.
    return code.detail <= 6 || code.detail == 10 ? Says::bad_address : Says::something_else;
  }
  if (code.subject == 2 && code.detail == 1) return Says::bad_address;
  const auto is = [&](std::uint16_t subject, std::uint16_t detail) {
    return code.subject == subject && code.detail == detail;
  };
  const bool vague = code.subject == 0 || code.detail == 0 || is(4, 1) || is(7, 1);
  return vague ? Says::nothing : Says::something_else;
}

}  // namespace

bool names_bad_address(const smtp::Reply& reply) {
  if (!reply.permanent()) return false;
  if (const auto code = reply.enhanced()) {
    const Says says = what_code_says(*code);
    if (says != Says::nothing) return says == Says::bad_address;
  }
  const std::string text = plain_words(reply.text);
  return std::any_of(std::begin(bad_address_words), std::end(bad_address_words),
                     [&](std::string_view words) { return text.find(words) != std::string::npos; });
}

}  // namespace mailrig::sender
