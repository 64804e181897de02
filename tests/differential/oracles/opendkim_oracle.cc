// OpenDKIM's library for tests/differential, in the lines of auth_driver.cc: sign and verify.
#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <string>

// The header is C's, with C's name for bool.
#define _Bool bool
extern "C" {
#include <opendkim/dkim.h>
}

#include "fakes/auth/tag_list.h"
#include "fakes/base/check.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/header.h"

namespace {

using namespace mailrig;
namespace json = boost::json;

std::map<std::string, std::string> keys;  // of the request that is being answered

DKIM_CBSTAT find_key(DKIM*, DKIM_SIGINFO* signature, u_char* buffer, size_t size) {
  const auto* selector = reinterpret_cast<const char*>(dkim_sig_getselector(signature));
  const auto* domain = reinterpret_cast<const char*>(dkim_sig_getdomain(signature));
  const auto found = keys.find(std::string(selector) + "._domainkey." + domain);
  if (found == keys.end() || found->second.size() >= size) return DKIM_CBSTAT_NOTFOUND;
  std::memcpy(buffer, found->second.c_str(), found->second.size() + 1);
  return DKIM_CBSTAT_CONTINUE;
}

u_char* octets(std::string& text) {
  return reinterpret_cast<u_char*>(text.data());
}

std::string text(const json::object& request, std::string_view key) {
  return std::string(request.at(key).as_string());
}

dkim_canon_t method(const json::object& request, std::string_view key) {
  return text(request, key) == "simple" ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED;
}

// Header fields without their last line end, the body in one piece.
DKIM_STAT feed(DKIM* dkim, const std::string& message) {
  mail::HeaderReader reader(message);
  while (const auto field = reader.next()) {
    std::string raw(field->raw);
    while (!raw.empty() && (raw.back() == '\n' || raw.back() == '\r')) raw.pop_back();
    const DKIM_STAT status = dkim_header(dkim, octets(raw), raw.size());
    if (status != DKIM_STAT_OK) return status;
  }
  const DKIM_STAT status = dkim_eoh(dkim);
  if (status != DKIM_STAT_OK) return status;
  std::string body = message.substr(reader.body_offset());
  const DKIM_STAT hashed = body.empty() ? DKIM_STAT_OK : dkim_body(dkim, octets(body), body.size());
  return hashed == DKIM_STAT_OK ? dkim_eom(dkim, nullptr) : hashed;
}

json::object sign(DKIM_LIB* library, const json::object& request) {
  std::string pem = text(request, "pem");
  std::string selector = text(request, "selector");
  std::string domain = text(request, "domain");
  const std::string message = *auth::decode_base64(text(request, "message"));
  DKIM_STAT status = DKIM_STAT_OK;
  DKIM* dkim =
      dkim_sign(library, reinterpret_cast<const u_char*>("id"), nullptr, octets(pem), octets(selector), octets(domain),
                method(request, "header"), method(request, "body"), DKIM_SIGN_RSASHA256, -1, &status);
  CHECK(dkim != nullptr);
  status = feed(dkim, message);
  u_char* field = nullptr;
  size_t size = 0;
  if (status == DKIM_STAT_OK) status = dkim_getsighdr_d(dkim, 16, &field, &size);
  json::object answer{{"message", ""}, {"status", static_cast<int>(status)}};
  if (status == DKIM_STAT_OK) {
    std::string value(reinterpret_cast<const char*>(field), size);
    // As its milter writes it: line ends within the field become CRLF.
    std::string folded;
    for (const char c : value) {
      if (c == '\n' && (folded.empty() || folded.back() != '\r')) folded += '\r';
      folded += c;
    }
    answer["message"] = mail::base64("DKIM-Signature: " + folded + "\r\n" + message);
  }
  dkim_free(dkim);
  return answer;
}

json::object verify(DKIM_LIB* library, const json::object& request) {
  keys.clear();
  for (const auto& [name, record] : request.at("keys").as_object()) {
    keys[std::string(std::string_view(name))] = std::string(record.as_string());
  }
  DKIM_STAT status = DKIM_STAT_OK;
  DKIM* dkim = dkim_verify(library, reinterpret_cast<const u_char*>("id"), nullptr, &status);
  CHECK(dkim != nullptr);
  status = feed(dkim, *auth::decode_base64(text(request, "message")));
  dkim_free(dkim);
  return {{"result", status == DKIM_STAT_OK ? "pass" : "fail"}, {"reason", dkim_getresultstr(status)}};
}

}  // namespace

int main() {
  DKIM_LIB* library = dkim_init(nullptr, nullptr);
  CHECK(library != nullptr);
  CHECK(dkim_set_key_lookup(library, find_key) == DKIM_STAT_OK);
  for (std::string line; std::getline(std::cin, line);) {
    const json::object request = json::parse(line).as_object();
    const json::object answer = text(request, "do") == "sign" ? sign(library, request) : verify(library, request);
    std::cout << json::serialize(answer) << std::endl;
  }
  dkim_close(library);
  return 0;
}
