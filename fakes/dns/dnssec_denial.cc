#include "fakes/dns/dnssec_denial.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/base/domain_name.h"
#include "fakes/dns/ldns_records.h"
#include "fakes/dns/name.h"

namespace mailrig::dns {
namespace {

constexpr char first_byte = '\0';
constexpr char last_byte = '\xff';

// A name as its first label's bytes and what stands behind them.
struct Split {
  std::string label;
  std::string_view rest;  // canonical text

  std::size_t size() const;  // on the wire
};

std::string wire_of(std::string_view name) {
  const auto rdf = to_ldns_name(name);
  CHECK(rdf != nullptr);
  return {reinterpret_cast<const char*>(ldns_rdf_data(rdf.get())), ldns_rdf_size(rdf.get())};
}

std::size_t Split::size() const {
  return label.size() + 1 + wire_of(rest).size();
}

Split split(std::string_view name) {
  const std::string wire = wire_of(name);
  return {wire.substr(1, static_cast<unsigned char>(wire.front())), parent_name(name)};
}

std::string below_name(const std::string& label, std::string_view rest) {
  const std::string wire = static_cast<char>(label.size()) + label + wire_of(rest);
  const Ldns<ldns_rdf> rdf(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()));
  CHECK(rdf != nullptr);
  auto name = canonical_name(text_of(rdf.get()));
  CHECK(name);
  return std::move(*name);
}

// The names of a zone hold no upper case letters, in which canonical order would not see a difference.
char step(char byte, int by) {
  byte = static_cast<char>(byte + by);
  if (byte < 'A' || byte > 'Z') return byte;
  return by < 0 ? 'A' - 1 : 'Z' + 1;
}

}  // namespace

std::string name_before(std::string_view name) {
  Split at = split(name);
  const std::size_t others = at.size() - at.label.size();
  if (at.label.back() != first_byte) {
    at.label.back() = step(at.label.back(), -1);
    at.label.append(std::min(label_octets_max, name_wire_octets_max - others) - at.label.size(), last_byte);
    return below_name(at.label, at.rest);
  }
  at.label.pop_back();
  if (at.label.empty()) return std::string(at.rest);
  // What lies below that comes before `name` too.
  const std::string above = below_name(at.label, at.rest);
  const std::size_t room = name_wire_octets_max - at.size();
  return room < 2 ? above : below_name(std::string(std::min(label_octets_max, room - 1), last_byte), above);
}

std::string name_behind_tree(std::string_view name, std::string_view apex) {
  for (; name != apex; name = parent_name(name)) {
    Split at = split(name);
    if (at.label.size() < label_octets_max && at.size() < name_wire_octets_max)
      return below_name(at.label + first_byte, at.rest);
    while (!at.label.empty() && at.label.back() == last_byte) at.label.pop_back();
    if (at.label.empty()) continue;
    at.label.back() = step(at.label.back(), 1);
    return below_name(at.label, at.rest);
  }
  return std::string(apex);
}

std::string name_behind(std::string_view name, std::string_view apex) {
  if (wire_of(name).size() + 2 > name_wire_octets_max) return name_behind_tree(name, apex);
  return below_name(std::string(1, first_byte), name);
}

Record nsec_record(std::string owner, std::string_view next, std::vector<Type> types, std::uint32_t ttl_s) {
  types.insert(types.end(), {Type::rrsig, Type::nsec});
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  std::vector<ldns_rr_type> numbers;
  numbers.reserve(types.size());
  for (const Type type : types) numbers.push_back(static_cast<ldns_rr_type>(type));
  const Ldns<ldns_rdf> map(ldns_dnssec_create_nsec_bitmap(numbers.data(), numbers.size(), LDNS_RR_TYPE_NSEC));
  CHECK(map != nullptr);
  std::string rdata = wire_of(next);
  rdata.append(reinterpret_cast<const char*>(ldns_rdf_data(map.get())), ldns_rdf_size(map.get()));
  return {std::move(owner), Type::nsec, ttl_s, Opaque{std::move(rdata)}};
}

}  // namespace mailrig::dns
