// What a receiver found out about the client's address: its name, and the block lists that have it. Known from the
// first moment of the connection, and kept with the session.
#pragma once

#include <cstdint>
#include <string>

#include "fakes/auth/iprev.h"

namespace mailrig::policy {

// Whether a block list in the DNS (RFC 5782) has an address or a domain.
enum class Listing : std::uint8_t { unchecked, clean, listed, temporary_error };

struct ListingFacts {
  Listing status = Listing::unchecked;
  std::string list;    // "zen.spamhaus.example"; empty unless listed
  std::string reason;  // the list's TXT record; may be empty

  // Texts keep their memory.
  void forget() {
    status = Listing::unchecked;
    list.clear();
    reason.clear();
  }

  friend bool operator==(const ListingFacts&, const ListingFacts&) = default;
};

struct NetworkFacts {
  auth::IprevOutcome iprev = auth::IprevOutcome::permerror;
  std::string reverse_name;  // confirmed by the forward zone; empty: none is
  ListingFacts listing;      // of the client's address
};

}  // namespace mailrig::policy
