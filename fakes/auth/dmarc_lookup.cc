#include "fakes/auth/dmarc_lookup.h"

#include <algorithm>
#include <utility>

#include "fakes/auth/idna.h"
#include "fakes/base/domain_name.h"
#include "fakes/dns/name.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {

std::optional<std::string> dmarc_name(std::string_view domain) {
  if (auto plain = dns::plain_name(domain)) return plain;
  const auto name = to_a_labels(domain);
  return name ? dns::plain_name(*name) : std::nullopt;
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
  constexpr std::string_view label = "_dmarc.";
  // A name too long for the DNS cannot hold a record.
  if (label.size() + domain.size() > name_octets_max) return policy;
  std::string name;
  name.reserve(label.size() + domain.size());
  name.append(label).append(domain);

  const dns::Answer answer = ask({std::move(name), dns::Type::txt});
  if (answer.temporary()) {
    policy.status = DmarcAnswer::Status::temporary;
    return policy;
  }
  for (const dns::Record& answered : answer.answers) {
    const auto* txt = std::get_if<dns::Txt>(&answered.data);
    if (txt == nullptr) continue;
    auto record = parse_dmarc_record(txt->joined());
    if (!record) continue;
    if (policy.status != DmarcAnswer::Status::none) {
      policy = {DmarcAnswer::Status::several, nullptr};
      break;
    }
    policy = {DmarcAnswer::Status::one, std::make_shared<const DmarcRecord>(*std::move(record))};
  }
  return policy;
}

std::optional<bool> DmarcLookup::exists(std::string_view domain) {
  const dns::Answer answer = ask({std::string(domain), dns::Type::a});
  if (answer.temporary()) return std::nullopt;
  return answer.rcode != dns::Rcode::nxdomain;
}

}  // namespace mailrig::auth
