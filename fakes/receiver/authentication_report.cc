#include "fakes/receiver/authentication_report.h"

#include <utility>

#include "fakes/auth/authentication_results.h"

namespace mailrig::receiver {
namespace {

using auth::AuthenticationMethod;

// RFC 6008 §4: as much of b= as tells signatures apart.
constexpr std::size_t signature_octets_shown = 8;

AuthenticationMethod iprev_method(const policy::Session& session) {
  return {.method = "iprev",
          .result = std::string(to_string(session.network.iprev)),
          .properties = {{"policy", "iprev", session.client_ip.to_string()}}};
}

AuthenticationMethod spf_method(auth::SpfOutcome outcome, const char* identity, std::string domain) {
  AuthenticationMethod method{.method = "spf", .result = std::string(to_string(outcome))};
  if (!domain.empty()) method.properties.push_back({"smtp", identity, std::move(domain)});
  return method;
}

AuthenticationMethod dkim_method(const auth::SignatureVerdict& signature) {
  AuthenticationMethod method{
      .method = "dkim", .result = std::string(to_string(signature.result)), .reason = signature.reason};
  if (!signature.domain.empty()) method.properties.push_back({"header", "d", signature.domain});
  if (!signature.selector.empty()) method.properties.push_back({"header", "s", signature.selector});
  if (!signature.value.empty()) {
    method.properties.push_back({"header", "b", signature.value.substr(0, signature_octets_shown)});
  }
  return method;
}

AuthenticationMethod arc_method(const auth::ArcOutcome& arc) {
  AuthenticationMethod method{.method = "arc", .result = std::string(to_string(arc.result)), .reason = arc.reason};
  if (arc.result == auth::ArcResult::pass) {
    method.properties.push_back({"header", "oldest-pass", std::to_string(arc.oldest_pass)});
  }
  return method;
}

AuthenticationMethod dmarc_method(const policy::AuthenticationFacts& found) {
  AuthenticationMethod method{.method = "dmarc", .result = std::string(to_string(found.dmarc))};
  if (found.dmarc == auth::DmarcResult::fail) {
    method.properties.push_back({"policy", "dmarc", std::string(to_string(found.disposition))});
  }
  if (!found.author_domain.empty()) method.properties.push_back({"header", "from", found.author_domain});
  return method;
}

}  // namespace

std::string authentication_field(std::string_view authserv_id, const policy::Session& session,
                                 const auth::DkimOutcome& dkim, const auth::ArcOutcome& arc) {
  const policy::AuthenticationFacts& found = session.authentication;
  auth::AuthenticationResults results;
  results.authserv_id = authserv_id.empty() ? "localhost" : authserv_id;
  results.methods.push_back(iprev_method(session));
  const bool null_sender = session.mail_from.empty();
  results.methods.push_back(spf_method(found.spf, null_sender ? "helo" : "mailfrom", found.spf_domain));
  if (!null_sender && found.spf_helo != auth::SpfOutcome::none) {
    results.methods.push_back(spf_method(found.spf_helo, "helo", session.helo));
  }
  for (const auth::SignatureVerdict& signature : dkim.signatures) results.methods.push_back(dkim_method(signature));
  if (dkim.signatures.empty()) results.methods.push_back({.method = "dkim", .result = "none"});
  if (arc.result != auth::ArcResult::none) results.methods.push_back(arc_method(arc));
  results.methods.push_back(dmarc_method(found));
  return format_authentication_results(results);
}

}  // namespace mailrig::receiver
