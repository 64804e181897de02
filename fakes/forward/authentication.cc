#include "fakes/forward/authentication.h"

#include "fakes/auth/authentication_results.h"
#include "fakes/base/stable_hash.h"
#include "fakes/mail/header.h"

namespace mailrig::forward {
namespace {

std::string_view domain_part(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? address : address.substr(at + 1);
}

}  // namespace

std::string authentication_results(const policy::Session& session, std::string_view host) {
  if (const auto told = mail::find_field(session.authentication.results_field, "Authentication-Results")) {
    return mail::unfold(*told);
  }
  return auth::format_authentication_payload({.authserv_id = std::string(host), .methods = {}});
}

std::uint64_t results_key(std::string_view text) {
  const auto results = auth::parse_authentication_results(text);
  if (!results) return stable_hash(text);
  std::uint64_t key = stable_hash(results->authserv_id);
  for (const auth::AuthenticationMethod& method : results->methods) {
    key = combine(key, stable_hash(method.result, stable_hash(method.method)));
    for (const auto& property : method.properties) {
      key = combine(key, stable_hash(domain_part(property.value), stable_hash(property.name)));
    }
  }
  return key;
}

}  // namespace mailrig::forward
