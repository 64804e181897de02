// fakes/auth for tests/differential: one JSON object per line in, one out. Octets travel as base64. What can be asked
// is what the other implementations' programs beside it (oracles/) are asked:
//
//   {"do":"spf","ip","mail_from","helo","zone":{…}}                         → {"result","problem"}
//   {"do":"keygen","algorithm":"rsa-sha256|ed25519-sha256","bits"}          → {"pem","record"}
//   {"do":"sign","message","pem","domain","selector","header","body",
//    "fields":[…],"limit":N?,"now"}                                         → {"message"}
//   {"do":"verify","message","keys":{"s1._domainkey.a.example":"v=…"},"now"} → {"result","reason"} of the first
//   signature
#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/key_record.h"
#include "fakes/auth/spf.h"
#include "fakes/auth/tag_list.h"
#include "fakes/base/check.h"
#include "fakes/mail/encode.h"
#include "tests/fakes/auth/suite.h"

namespace {

using namespace mailrig;
namespace json = boost::json;

std::string text(const json::object& request, std::string_view key) {
  return std::string(request.at(key).as_string());
}

std::string octets(const json::object& request, std::string_view key) {
  return auth::decode_base64(text(request, key)).value_or(std::string());
}

Instant now_of(const json::object& request) {
  return Instant(std::chrono::seconds(request.at("now").as_int64()));
}

auth::Canonicalization method(const json::object& request, std::string_view key) {
  return text(request, key) == "simple" ? auth::Canonicalization::simple : auth::Canonicalization::relaxed;
}

json::object check_spf(const json::object& request) {
  auth::suite::Resolver resolver(request.at("zone").as_object());
  auth::SpfIdentity identity;
  identity.client_ip = *IpAddress::parse(text(request, "ip"));
  identity.mail_from = text(request, "mail_from");
  identity.helo = text(request, "helo");
  const auth::SpfResult result = auth::check_spf(resolver, identity);
  return {{"result", auth::to_string(result.result)}, {"problem", result.problem}};
}

json::object make_key(const json::object& request) {
  const auth::PrivateKey key =
      text(request, "algorithm") == "rsa-sha256"
          ? auth::PrivateKey::generate_rsa(static_cast<int>(request.at("bits").as_int64())).value()
          : auth::PrivateKey::generate_ed25519();
  return {{"pem", key.pem()}, {"record", auth::key_record_text(key)}};
}

json::object sign(const json::object& request) {
  auth::SigningOptions options;
  options.domain = text(request, "domain");
  options.selector = text(request, "selector");
  options.key = auth::PrivateKey::from_pem(text(request, "pem")).value();
  options.header = method(request, "header");
  options.body = method(request, "body");
  for (const auto& field : request.at("fields").as_array()) options.fields.emplace_back(field.as_string());
  if (const auto* limit = request.if_contains("limit")) options.body_octets_max = limit->to_number<std::uint64_t>();
  const std::string message = octets(request, "message");
  const std::string field = auth::DkimSigner::make(std::move(options)).value().sign(message, now_of(request));
  return {{"message", mail::base64(field + message)}};
}

json::object verify(const json::object& request) {
  auth::suite::Resolver resolver;
  for (const auto& [name, record] : request.at("keys").as_object()) {
    resolver.txt(std::string(std::string_view(name)), record.as_string());
  }
  const auto outcome = auth::DkimVerifier().verify(octets(request, "message"), resolver, now_of(request));
  if (outcome.signatures.empty()) return {{"result", "none"}, {"reason", ""}};
  return {{"result", to_string(outcome.signatures.front().result)}, {"reason", outcome.signatures.front().reason}};
}

json::object answer(const json::object& request) {
  const std::string what = text(request, "do");
  if (what == "spf") return check_spf(request);
  if (what == "keygen") return make_key(request);
  if (what == "sign") return sign(request);
  CHECK(what == "verify");
  return verify(request);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << json::serialize(answer(json::parse(line).as_object())) << std::endl;
  }
  return 0;
}
