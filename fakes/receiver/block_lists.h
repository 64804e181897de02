// Block lists in the DNS (RFC 5782), as providers ask them: about a client's address and about domains. An address is
// asked for reversed below the list's zone; an A record in 127.0.0.0/8 means listed, and a TXT record may say why.
// Pure but for the resolver.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/ip_address.h"
#include "fakes/dns/resolver.h"
#include "fakes/policy/network_facts.h"

namespace mailrig::receiver {

// Zones, lower case, asked in this order until one has what is looked for.
struct BlockLists {
  std::vector<std::string> addresses;  // "zen.spamhaus.example"
  std::vector<std::string> domains;    // "dbl.spamhaus.example"
  std::vector<std::string> helo;       // likewise, for the HELO name
};

// Without lists nothing is asked. A list that does not answer counts as one that says nothing, unless no other has it.
policy::ListingFacts look_up(dns::Resolver& resolver, const std::vector<std::string>& lists, const IpAddress& client);
policy::ListingFacts look_up(dns::Resolver& resolver, const std::vector<std::string>& lists, std::string_view domain);

}  // namespace mailrig::receiver
