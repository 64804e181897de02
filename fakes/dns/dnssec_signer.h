// Signs answers as they are given (RFC 4035 §3.1): what the zones say at that moment, in whichever way they have
// changed, gets its RRSIG records, and what they deny gets NSEC records made for the question (RFC 4470). The signed
// zones form a whole chain from the root on, so one trust anchor, the root's key, does for all. Zones of the world that
// are not signed are insecure, and the zone above proves it.
//
// Thread rule: safe to share; it remembers signatures under a lock of its own. Memory and the work for a reply are
// bounded, whatever is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/recent_map.h"
#include "fakes/dns/dnssec_key.h"
#include "fakes/dns/record.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {

// What time it is: where the zones change, and for those who validate. Signatures hold at both, for who validates may
// live outside the world, whose time starts and goes as its scenario says.
struct SigningTime {
  Instant model{};
  Instant wall{};
};

class DnssecSigner {
 public:
  static constexpr std::size_t signatures_kept_max = 4096;  // or up to twice as many
  // A reply has a record of its own for every name of a chain and for every denial; ANY may have more.
  static constexpr std::size_t signatures_per_reply_max = 40;

  // Signs the zones that begin at these names and those above them, from the root on, which is made where there is
  // none. Their DNSKEY and DS records are put into the zones, which must outlive the signer and not change any more. A
  // name, which must be canonical, is where a zone begins.
  static std::unique_ptr<DnssecSigner> make(Zones& zones, const std::vector<std::string>& apexes, const Draw& draw);

  // `answer` is what the zones said to `question` at the model's time. Says whether it is authentic; with `dnssec_ok`
  // adds the records that prove it. Answers from zones that are not signed stay as they are.
  void complete(Answer& answer, const Question& question, const SigningTime& time, bool dnssec_ok) const;

  // The trust anchor.
  const ZoneKey& root() const { return keys_.begin()->second; }
  std::vector<std::string> apexes() const;  // of the signed zones; the root is ""

 private:
  struct Reply;

  explicit DnssecSigner(const Zones& zones) : zones_(zones), kept_(signatures_kept_max) {}

  const ZoneKey* key_of(std::string_view apex) const;
  void answer_made_up_types(Reply& reply) const;
  void sign_answers(Reply& reply) const;
  void sign_denial(Reply& reply) const;
  void deny_name(Reply& reply, std::string_view name, const Place& place) const;
  void deny_types(Reply& reply, const Place& place) const;
  void add_nsec(Reply& reply, const Place& place, std::string owner, std::string_view next) const;
  void add_nsec(Reply& reply, std::string_view apex, const Record& nsec) const;
  // As `owner`, which is not the RRset's own name where a wildcard stands behind it.
  void add_signature(Reply& reply, const ZoneKey& key, std::vector<Record> rrset, const std::string& owner,
                     std::vector<Record>& to) const;
  Record signature(const ZoneKey& key, const std::vector<Record>& rrset, const Validity& holds) const;

  const Zones& zones_;
  std::map<std::string, ZoneKey, std::less<>> keys_;  // by apex
  mutable std::mutex mutex_;
  mutable RecentMap<std::string, Record> kept_;
};

}  // namespace mailrig::dns
