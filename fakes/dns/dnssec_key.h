// The key that signs a zone: ECDSA P-256 with SHA-256 (RFC 6605), one for everything in its zone. It comes from a seed,
// so that a world has the same keys in every run; the bytes of its signatures differ all the same.
//
// Thread rule: immutable; signing may run on many threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/dns/record.h"

struct evp_pkey_st;

namespace mailrig::dns {

// When signatures hold; whole seconds.
struct Validity {
  Instant from{};
  Instant until{};
};

class ZoneKey {
 public:
  // The apex is canonical.
  static ZoneKey make(std::string apex, const Draw& draw);

  const std::string& apex() const { return apex_; }
  Record dnskey() const;  // at the apex
  Record ds() const;      // of the key, for the zone above (SHA-256, RFC 4509)

  // The RRSIG record of an RRset: one or more records of one owner and type, which lie in the zone. Owned by a
  // wildcard, it signs whatever is made of that.
  Record sign(const std::vector<Record>& rrset, const Validity& validity) const;

 private:
  ZoneKey() = default;

  std::string apex_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string dnskey_rdata_;
  std::uint16_t tag_ = 0;
};

// The RRset in wire format: what tells it from any other.
std::string rrset_bytes(const std::vector<Record>& rrset);

// The key as the trust anchor in a file of the form that `delv -a` and BIND read, with a comment that has the DS record
// for others. The key must be the root's for these to find it.
std::string trust_anchor_file(const ZoneKey& key);
// The key's DS record as a master file has it: ". 3600 IN DS 12345 13 2 1A2B…".
std::string trust_anchor_line(const ZoneKey& key);

}  // namespace mailrig::dns
