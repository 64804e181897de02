// Finds the public keys of a selector in the DNS (RFC 6376 §3.6.2.1: <selector>._domainkey.<domain>). DKIM and ARC ask
// the same way. Not thread-safe, as the resolver and the cache are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/key_record.h"
#include "fakes/base/instant.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

struct KeyAnswer {
  bool temporary = false;  // the DNS did not answer: ask again later
  // In the order of the answer, unusable ones included. Empty: there is no record of this name.
  std::vector<std::shared_ptr<KeyRecord>> records;
  Duration cost{};
  std::uint32_t ttl_s = 0;
};

// `domain` and `selector` in A-labels. Of more than `records_max` records (RFC 6376 §6.1.2 item 4 leaves the choice to
// us) the first ones count. `cache` may be null.
KeyAnswer find_keys(dns::Resolver& resolver, KeyCache* cache, std::string_view selector, std::string_view domain,
                    std::size_t records_max);

}  // namespace mailrig::auth
