// Any bytes as the value of an Authentication-Results field: nothing may crash, and what was understood must be
// understood in the same way once we have written it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/auth/authentication_results.h"
#include "fakes/base/check.h"
#include "fakes/mail/header.h"

using namespace mailrig;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  // Written once, values are cut off and made printable; from then on nothing may change.
  if (const auto results = auth::parse_authentication_results(bytes)) {
    const std::string payload = auth::format_authentication_payload(*results);
    const auto read = auth::parse_authentication_results(payload);
    CHECK(read && read->methods.size() == results->methods.size());
    CHECK(auth::format_authentication_payload(*read) == payload);
  }

  // Whatever a sender puts into a value, the field stays one field and readable.
  const auth::AuthenticationResults hostile{
      "mx.example", {{"spf", "fail", std::string(bytes), {{"smtp", "mailfrom", std::string(bytes)}}}}};
  const std::string field = auth::format_authentication_results(hostile);
  mail::HeaderReader reader(field);
  const auto first = reader.next();
  CHECK(first && !reader.next() && reader.body_offset() == field.size());
  CHECK(auth::parse_authentication_results(first->value));
  return 0;
}
