#include "fakes/content/list_fields.h"

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t value_octets_max = 4'000;

}  // namespace

void ListFields::heed(const mail::HeaderField& field) {
  const auto is = [&](std::string_view name) { return mail::equals_ignoring_case(field.name, name); };
  if (is("List-Unsubscribe")) {
    if (unsubscribe) return;
    unsubscribe = field.value;
    list = true;
    https = mail::to_lower(mail::unfold(field.value, value_octets_max)).find("<https:") != std::string::npos;
  } else if (is("List-Unsubscribe-Post")) {
    const std::string value = mail::unfold(field.value, value_octets_max);
    post = post || mail::equals_ignoring_case(value, "List-Unsubscribe=One-Click");
  } else if (is("List-Id")) {
    list = true;
  } else if (is("Precedence")) {
    const std::string_view kind = mail::trim(field.value);
    list = list || mail::equals_ignoring_case(kind, "bulk") || mail::equals_ignoring_case(kind, "list") ||
           mail::equals_ignoring_case(kind, "junk");
  } else if (is("Feedback-ID")) {
    feedback_id = true;
  }
}

ListFields read_list_fields(std::string_view message) {
  ListFields fields;
  mail::HeaderReader reader(message);
  while (const auto field = reader.next()) fields.heed(*field);
  return fields;
}

}  // namespace mailrig::content
