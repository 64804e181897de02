#include <fmt/format.h>

#include "fakes/auth/key.h"
#include "fakes/auth/key_record.h"
#include "fakes/diagnose/domain_checks.h"

namespace mailrig::diagnose {
namespace {

constexpr int rsa_bits_advised = 2048;  // RFC 8301 §3.2

std::string new_key(std::string_view domain) {
  return fmt::format("mailrig dkim keygen --domain {} --selector NEW; publish the record it prints, then sign with it",
                     domain);
}

void check_key(std::string_view domain, const std::string& name, const std::string& text, Findings& findings) {
  const auth::KeyRecord record = auth::parse_key_record(text);
  if (record.revoked) {
    findings.error("dkim-revoked", name, shown(text) + " (an empty p= revokes the key: its signatures fail)",
                   "sign with another selector's key: " + new_key(domain));
    return;
  }
  if (!record.fault.empty()) {
    findings.error("dkim-broken", name, fmt::format("{}: {}", shown(text), shown(record.fault)),
                   "publish the record as the key's owner made it, in strings of at most 255 octets that join without "
                   "a gap; for a new one: " +
                       new_key(domain));
    return;
  }
  const int bits = record.key ? record.key->bits() : 0;
  if (record.type == auth::KeyType::rsa && bits < auth::rsa_bits_min) {
    findings.error("dkim-weak", name, fmt::format("RSA with {} bits; verifiers refuse under 1024 (RFC 8301)", bits),
                   new_key(domain));
  } else if (record.type == auth::KeyType::rsa && bits < rsa_bits_advised) {
    findings.warning("dkim-short", name, fmt::format("RSA with {} bits; 2048 are advised (RFC 8301)", bits),
                     new_key(domain));
  }
  if (record.testing) {
    findings.warning("dkim-testing", name, "t=y: verifiers treat failing mail as if it were unsigned",
                     "publish the record without t=y");
  }
  if (!record.allows_sha256) {
    findings.error("dkim-no-sha256", name, "h= does not allow sha256, and nobody takes sha1 (RFC 8301)",
                   "publish the record without h=");
  }
  if (!record.for_email) {
    findings.error("dkim-not-email", name, "s= does not name email", "publish the record without s=");
  }
}

}  // namespace

DkimSelectors common_selectors() {
  return {{"default", "s1", "s2", "selector1", "selector2", "dkim", "mail", "k1", "k2", "google", "qcloud",
           "aliyun-cn-hangzhou", "aliyun-ap-southeast-1", "smtp", "mx", "20230601"},
          true};
}

void check_dkim_keys(dns::Resolver& resolver, std::string_view domain, const DkimSelectors& selectors,
                     Findings& findings) {
  bool any = false;
  std::string tried;
  for (const std::string& selector : selectors.names) {
    const std::string name = fmt::format("{}._domainkey.{}", selector, domain);
    tried += (tried.empty() ? "" : ", ") + selector;
    // A probe that is not answered is no fault of the domain's.
    Findings ignored;
    const dns::Answer answer = ask(resolver, name, dns::Type::txt, selectors.probed ? ignored : findings);
    const std::vector<std::string> texts = answer.texts();
    if (answer.temporary()) continue;
    any = any || !texts.empty();
    if (texts.empty() && !selectors.probed) {
      findings.error("dkim-missing", name, fmt::format("TXT: {}", absence(answer)),
                     "publish the key's record there: " + new_key(domain));
    }
    if (texts.size() > 1) {
      findings.warning(
          "dkim-several", name,
          fmt::format("{} records; which one verifiers take is undefined (RFC 6376 §3.6.2.2)", texts.size()),
          "leave one record");
    }
    for (const std::string& text : texts) check_key(domain, name, text, findings);
  }
  if (!any && selectors.probed) {
    findings.advice("dkim-unknown", std::string(domain), "none of the common selectors has a key: " + tried,
                    "name yours with --selector; without a key mail goes unsigned: " + new_key(domain));
  }
}

}  // namespace mailrig::diagnose
