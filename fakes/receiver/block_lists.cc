#include "fakes/receiver/block_lists.h"

#include <algorithm>

namespace mailrig::receiver {
namespace {

using policy::Listing;
using policy::ListingFacts;

// RFC 5782 §2.1; anything else is a list's way to say that something is wrong with the question.
bool means_listed(const dns::Answer& answer) {
  const auto addresses = answer.addresses();
  return std::any_of(addresses.begin(), addresses.end(),
                     [](const IpAddress& address) { return !address.is_v6() && address.bytes()[0] == 127; });
}

ListingFacts look_up_name(dns::Resolver& resolver, const std::vector<std::string>& lists, std::string_view what) {
  ListingFacts found;
  if (lists.empty()) return found;
  found.status = Listing::clean;
  for (const std::string& list : lists) {
    const std::string name = std::string(what) + "." + list;
    const dns::Answer answer = resolver.lookup({name, dns::Type::a});
    if (means_listed(answer)) {
      const auto texts = resolver.lookup({name, dns::Type::txt}).texts();
      return {Listing::listed, list, texts.empty() ? std::string() : texts.front()};
    }
    if (answer.temporary()) found.status = Listing::temporary_error;
  }
  return found;
}

}  // namespace

ListingFacts look_up(dns::Resolver& resolver, const std::vector<std::string>& lists, const IpAddress& client) {
  if (lists.empty()) return {};
  // The labels of the reverse name without the zone that they are under: ".in-addr.arpa" or ".ip6.arpa".
  const std::string reversed = client.reverse_name();
  const std::size_t suffix = std::string_view(client.is_v6() ? ".ip6.arpa" : ".in-addr.arpa").size();
  return look_up_name(resolver, lists, std::string_view(reversed).substr(0, reversed.size() - suffix));
}

ListingFacts look_up(dns::Resolver& resolver, const std::vector<std::string>& lists, std::string_view domain) {
  return look_up_name(resolver, lists, domain);
}

}  // namespace mailrig::receiver
