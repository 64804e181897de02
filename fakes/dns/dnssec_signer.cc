#include "fakes/dns/dnssec_signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/dns/dnssec_denial.h"
#include "fakes/dns/name.h"

namespace mailrig::dns {
namespace {

using Days = std::chrono::days;

// Clocks of resolvers may be wrong by an hour or a day; and a signature holds longer than caches keep it.
constexpr Days before_now(1);
constexpr Days after_now(14);

// It changes once a day, so that signatures can be used again.
Validity validity(const SigningTime& time, Signatures signatures) {
  const auto first = std::chrono::floor<Days>(std::min(time.model, time.wall));
  const auto last = std::chrono::floor<Days>(std::max(time.model, time.wall));
  if (signatures == Signatures::expired) return {first - before_now - after_now, first - before_now};
  return {first - before_now, last + after_now};
}

void spoil(Record& signature) {
  char& last = std::get<Opaque>(signature.data).bytes.back();
  last = static_cast<char>(last ^ 1);
}

// The name right below `encloser` on the way to `name`.
std::string_view next_closer(std::string_view name, std::string_view encloser) {
  while (parent_name(name) != encloser) name = parent_name(name);
  return name;
}

// Each RRset apart; the records of a chain, or of several types, come one RRset after the other, or mixed.
std::vector<std::vector<Record>> rrsets_of(const std::vector<Record>& records) {
  std::vector<std::vector<Record>> rrsets;
  for (const Record& record : records) {
    const auto same = [&](const auto& set) { return set[0].type == record.type && set[0].name == record.name; };
    auto found = std::find_if(rrsets.rbegin(), rrsets.rend(), same);
    if (found != rrsets.rend()) {
      found->push_back(record);
    } else {
      rrsets.push_back({record});
    }
  }
  return rrsets;
}

}  // namespace

struct DnssecSigner::Reply {
  Answer& answer;
  const Question& question;
  const SigningTime& time;
  bool dnssec_ok = false;
  bool secure = true;
  std::size_t signatures = 0;
  std::string last_name;           // behind all CNAMEs
  std::set<std::string> denied{};  // owners of the NSEC records in the reply
};

std::unique_ptr<DnssecSigner> DnssecSigner::make(Zones& zones, const std::vector<std::string>& apexes,
                                                 const Draw& draw) {
  std::unique_ptr<DnssecSigner> signer(new DnssecSigner(zones));
  if (!zones.encloses("")) CHECK(zones.add_zone("").has_value());
  for (const std::string& listed : apexes) {
    CHECK(zones.apex_of(listed) == listed);
    for (std::string apex = listed;; apex = *zones.apex_of(parent_name(apex))) {
      if (!signer->keys_.contains(apex)) signer->keys_.emplace(apex, ZoneKey::make(apex, draw));
      if (apex.empty()) break;
    }
  }
  if (signer->keys_.empty()) signer->keys_.emplace("", ZoneKey::make("", draw));
  for (const auto& [apex, key] : signer->keys_) {
    CHECK(zones.add(key.dnskey()).has_value());
    if (!apex.empty()) CHECK(zones.add(key.ds()).has_value());
  }
  return signer;
}

std::vector<std::string> DnssecSigner::apexes() const {
  std::vector<std::string> names;
  for (const auto& [apex, key] : keys_) names.push_back(apex);
  return names;
}

const ZoneKey* DnssecSigner::key_of(std::string_view apex) const {
  const auto found = keys_.find(apex);
  return found == keys_.end() ? nullptr : &found->second;
}

void DnssecSigner::complete(Answer& answer, const Question& question, const SigningTime& time, bool dnssec_ok) const {
  if (answer.temporary()) return;
  Reply reply{.answer = answer, .question = question, .time = time, .dnssec_ok = dnssec_ok, .last_name = question.name};
  answer_made_up_types(reply);
  sign_answers(reply);
  sign_denial(reply);
  answer.authentic = reply.secure && answer.signatures == Signatures::good;
}

// The zones hold neither signatures nor denials, though every denial says that both exist: so there is one of each to
// be shown to whoever asks for it, and a signature may be any of the name's (RFC 8482 §4.1).
void DnssecSigner::answer_made_up_types(Reply& reply) const {
  const Type asked = reply.question.type;
  if ((asked != Type::nsec && asked != Type::rrsig) || !reply.answer.answers.empty()) return;
  const auto place = zones_.place_of(reply.time.model, reply.question);
  const ZoneKey* key = place ? key_of(place->apex) : nullptr;
  if (key == nullptr || !place->found || place->source != reply.question.name || reply.answer.authority.empty()) return;
  Record nsec = nsec_record(place->source, name_behind(place->source, place->apex), place->types, place->denial_ttl_s);
  reply.answer.authority.clear();
  if (asked == Type::rrsig) {
    add_signature(reply, *key, {nsec}, nsec.name, reply.answer.answers);
  } else {
    reply.answer.answers.push_back(std::move(nsec));
  }
}

void DnssecSigner::sign_answers(Reply& reply) const {
  const auto rrsets = rrsets_of(std::exchange(reply.answer.answers, {}));
  for (const std::vector<Record>& rrset : rrsets) {
    reply.answer.answers.insert(reply.answer.answers.end(), rrset.begin(), rrset.end());
    const Record& first = rrset.front();
    if (first.type == Type::rrsig) continue;
    const auto place = zones_.place_of(reply.time.model, {first.name, first.type});
    const ZoneKey* key = place ? key_of(place->apex) : nullptr;
    if (key == nullptr) {
      reply.secure = false;
    } else if (reply.dnssec_ok) {
      add_signature(reply, *key, rrset, place->source, reply.answer.answers);
      // RFC 4035 §3.1.3.3: that nothing nearer than the wildcard exists.
      if (place->source != first.name) deny_name(reply, first.name, *place);
    }
    const bool alias = first.type == Type::cname && reply.question.type != Type::cname;
    if (alias && reply.question.type != Type::any) reply.last_name = std::get<Target>(first.data).name;
  }
}

// What the zones have nothing of comes with the SOA of the zone that says so.
void DnssecSigner::sign_denial(Reply& reply) const {
  auto& authority = reply.answer.authority;
  const auto soa =
      std::find_if(authority.begin(), authority.end(), [](const Record& r) { return r.type == Type::soa; });
  if (soa == authority.end()) {
    // Answers without one are whole, or they lead out of every zone.
    if (reply.answer.rcode == Rcode::nxdomain || reply.answer.answers.empty()) reply.secure = false;
    return;
  }
  const Record denying = *soa;
  const ZoneKey* key = key_of(denying.name);
  if (key == nullptr) reply.secure = false;
  if (key == nullptr || !reply.dnssec_ok) return;
  add_signature(reply, *key, {denying}, denying.name, authority);
  const std::string& name = reply.last_name;
  auto place = zones_.place_of(reply.time.model, {name, reply.question.type});
  CHECK(place);
  place->apex = denying.name;
  if (reply.answer.rcode != Rcode::nxdomain) {
    if (place->source != name) deny_name(reply, name, *place);
    deny_types(reply, *place);
  } else if (!name.empty()) {
    // A fault may say so of a name that exists; then it is denied all the same. Nothing could deny the root.
    if (place->encloser == name) place->encloser = parent_name(name);
    deny_name(reply, name, *place);
    deny_name(reply, wildcard_name(place->encloser), *place);
  }
}

// That there is nothing at the name, nor between it and its encloser.
void DnssecSigner::deny_name(Reply& reply, std::string_view name, const Place& place) const {
  const std::string_view covered = next_closer(name, place.encloser);
  add_nsec(reply, place, name_before(covered), name_behind_tree(covered, place.apex));
}

void DnssecSigner::deny_types(Reply& reply, const Place& place) const {
  const bool cut = place.source != place.apex && zones_.apex_of(place.source) == place.source;
  if (!cut) return add_nsec(reply, place, place.source, name_behind(place.source, place.apex));
  // What lies below a cut is not for this zone to speak of.
  const std::string next = name_behind_tree(place.source, place.apex);
  add_nsec(reply, place.apex, nsec_record(place.source, next, place.types, place.denial_ttl_s));
}

// The owner is in the zone of `place`, whether or not it exists.
void DnssecSigner::add_nsec(Reply& reply, const Place& place, std::string owner, std::string_view next) const {
  const auto at_owner = zones_.place_of(reply.time.model, {owner, Type::nsec});
  const bool exists = at_owner && at_owner->found && at_owner->source == owner;
  auto types = exists ? at_owner->types : std::vector<Type>();
  add_nsec(reply, place.apex, nsec_record(std::move(owner), next, std::move(types), place.denial_ttl_s));
}

void DnssecSigner::add_nsec(Reply& reply, std::string_view apex, const Record& nsec) const {
  const ZoneKey* key = key_of(apex);
  CHECK(key != nullptr);
  if (!reply.denied.insert(nsec.name).second) return;
  auto& authority = reply.answer.authority;
  authority.push_back(nsec);
  add_signature(reply, *key, {nsec}, nsec.name, authority);
}

void DnssecSigner::add_signature(Reply& reply, const ZoneKey& key, std::vector<Record> rrset, const std::string& owner,
                                 std::vector<Record>& to) const {
  if (++reply.signatures > signatures_per_reply_max) return;
  const std::string name = rrset.front().name;
  for (Record& record : rrset) record.name = owner;
  Record made = signature(key, rrset, validity(reply.time, reply.answer.signatures));
  made.name = name;
  if (reply.answer.signatures == Signatures::bogus) spoil(made);
  to.push_back(std::move(made));
}

Record DnssecSigner::signature(const ZoneKey& key, const std::vector<Record>& rrset, const Validity& holds) const {
  std::string remembered = rrset_bytes(rrset);
  // What is signed reads the same as nothing else, for a wire format says where it ends.
  remembered += fmt::format("{}.{}/{}", key.apex(), holds.from.time_since_epoch().count(),
                            holds.until.time_since_epoch().count());
  {
    const std::lock_guard lock(mutex_);
    if (const Record* kept = kept_.find(remembered)) return *kept;
  }
  Record made = key.sign(rrset, holds);
  const std::lock_guard lock(mutex_);
  return kept_.put(remembered, std::move(made));
}

}  // namespace mailrig::dns
