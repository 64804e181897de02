#include "fakes/auth/dmarc_lookup.h"

#include <algorithm>
#include <utility>

#include "fakes/auth/idna.h"
#include "fakes/dns/name.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {

std::optional<std::string> dmarc_name(std::string_view domain) {
  auto name = to_a_labels(domain);
  if (!name) return std::nullopt;
  const bool is_host = std::all_of(name->begin(), name->end(), [](char c) {
    return mail::is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (!is_host) return std::nullopt;
  return name;
}

dns::Answer DmarcLookup::ask(dns::Question question) {
  dns::Answer answer = resolver_.lookup(question);
  questions_.push_back(std::move(question));
  cost_ += answer.cost;
  ttl_s_ = std::min(ttl_s_, answer.ttl_s());
  return answer;
}

const DmarcAnswer& DmarcLookup::policy_at(std::string_view domain) {
  const auto known = policies_.find(domain);
  if (known != policies_.end()) return known->second;
  DmarcAnswer& policy = policies_[std::string(domain)];
  std::string name = "_dmarc.";
  name += domain;
  // A name too long for the DNS (RFC 1035 §2.3.4) cannot hold a record.
  if (!dns::canonical_name(name)) return policy;

  const dns::Answer answer = ask({std::move(name), dns::Type::txt});
  if (answer.temporary()) {
    policy.status = DmarcAnswer::Status::temporary;
    return policy;
  }
  for (const std::string& text : answer.texts()) {
    auto record = parse_dmarc_record(text);
    if (!record) continue;
    if (policy.status != DmarcAnswer::Status::none) {
      policy = {DmarcAnswer::Status::several, std::nullopt};
      break;
    }
    policy = {DmarcAnswer::Status::one, std::move(record)};
  }
  return policy;
}

std::optional<bool> DmarcLookup::exists(std::string_view domain) {
  const dns::Answer answer = ask({std::string(domain), dns::Type::a});
  if (answer.temporary()) return std::nullopt;
  return answer.rcode != dns::Rcode::nxdomain;
}

}  // namespace mailrig::auth
