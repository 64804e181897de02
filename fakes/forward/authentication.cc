#include "fakes/forward/authentication.h"

#include <utility>
#include <vector>

#include "fakes/auth/authentication_results.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/dmarc.h"
#include "fakes/auth/from_header.h"
#include "fakes/auth/spf.h"
#include "fakes/base/stable_hash.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::forward {
namespace {

using auth::AuthenticationMethod;
using auth::IdentifierCheck;

IdentifierCheck identifier(std::string_view result) {
  if (result == "pass") return IdentifierCheck::passed;
  return result == "temperror" ? IdentifierCheck::temporary_error : IdentifierCheck::failed;
}

AuthenticationMethod method(std::string name, std::string_view result) {
  AuthenticationMethod method;
  method.method = std::move(name);
  method.result = result;
  return method;
}

std::string domain_part(std::string_view address) {
  const auto at = address.rfind('@');
  return std::string(at == std::string_view::npos ? address : address.substr(at + 1));
}

}  // namespace

std::string authentication_results(const policy::Session& session, std::string_view content, std::string_view host,
                                   const auth::ArcOutcome& chain, dns::Resolver& resolver, auth::KeyCache* keys,
                                   Instant now) {
  if (const auto told = mail::find_field(session.authentication.results_field, "Authentication-Results")) {
    return mail::unfold(*told);
  }
  auth::AuthenticationResults results{.authserv_id = std::string(host), .methods = {}};

  const auth::SpfResult spf =
      auth::check_spf(resolver, {.helo = session.helo, .mail_from = session.mail_from, .client_ip = session.client_ip},
                      {.receiver = host, .now = now, .explain = false});
  results.methods.push_back(method("spf", to_string(spf.result)));
  results.methods.back().properties = {session.mail_from.empty()
                                           ? auth::AuthenticationProperty{"smtp", "helo", session.helo}
                                           : auth::AuthenticationProperty{"smtp", "mailfrom", session.mail_from}};

  auth::DmarcInput input{.author_domain = {}, .spf = {identifier(to_string(spf.result)), spf.domain}, .dkim = {}};
  const auth::DkimOutcome dkim =
      auth::DkimVerifier({.clock_skew_max = Duration::max()}, keys).verify(content, resolver, now);
  if (dkim.signatures.empty()) results.methods.push_back(method("dkim", "none"));
  for (const auth::SignatureVerdict& signature : dkim.signatures) {
    results.methods.push_back(method("dkim", to_string(signature.result)));
    results.methods.back().properties = {{"header", "d", signature.domain}, {"header", "s", signature.selector}};
    input.dkim.push_back({identifier(to_string(signature.result)), signature.domain});
  }

  if (const auto author = auth::read_from_header(content).author_domain()) {
    input.author_domain = *author;
    results.methods.push_back(method("dmarc", to_string(auth::evaluate_dmarc(resolver, input).result)));
    results.methods.back().properties = {{"header", "from", *author}};
  }
  results.methods.push_back(method("arc", to_string(chain.result)));
  return auth::format_authentication_payload(results);
}

std::uint64_t results_key(std::string_view text) {
  const auto results = auth::parse_authentication_results(text);
  if (!results) return stable_hash(text);
  std::uint64_t key = stable_hash(results->authserv_id);
  for (const AuthenticationMethod& method : results->methods) {
    key = combine(key, stable_hash(method.result, stable_hash(method.method)));
    for (const auto& property : method.properties) {
      key = combine(key, stable_hash(domain_part(property.value), stable_hash(property.name)));
    }
  }
  return key;
}

}  // namespace mailrig::forward
