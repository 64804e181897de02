#include "fakes/auth/key_lookup.h"

namespace mailrig::auth {

KeyAnswer find_keys(dns::Resolver& resolver, KeyCache* cache, std::string_view selector, std::string_view domain,
                    std::size_t records_max) {
  dns::Question question;
  question.type = dns::Type::txt;
  question.name.reserve(selector.size() + domain.size() + 12);
  question.name.append(selector).append("._domainkey.").append(domain);

  const dns::Answer answer = resolver.lookup(question);
  KeyAnswer found;
  found.cost = answer.cost;
  found.ttl_s = answer.ttl_s();
  found.temporary = answer.temporary();
  if (found.temporary) return found;
  for (const dns::Record& record : answer.answers) {
    const auto* txt = std::get_if<dns::Txt>(&record.data);
    if (txt == nullptr) continue;
    if (found.records.size() == records_max) break;
    const std::string text = txt->joined();
    found.records.push_back(cache ? cache->get(text) : std::make_shared<KeyRecord>(parse_key_record(text)));
  }
  return found;
}

}  // namespace mailrig::auth
