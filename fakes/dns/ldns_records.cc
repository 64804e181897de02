#include "fakes/dns/ldns_records.h"

#include <array>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "fakes/dns/name.h"

namespace mailrig::dns {
namespace {

Ldns<ldns_rdf> field(ldns_rdf_type type, std::string_view bytes) {
  Ldns<ldns_rdf> made(ldns_rdf_new_frm_data(type, bytes.size(), bytes.data()));
  if (!made) throw std::bad_alloc();
  return made;
}

Ldns<ldns_rdf> number_field(std::uint16_t value) {
  return Ldns<ldns_rdf>(ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, value));
}

Ldns<ldns_rdf> number_field(ldns_rdf_type type, std::uint32_t value) {
  return Ldns<ldns_rdf>(ldns_native2rdf_int32(type, value));
}

// The rdata of each kind, field by field. A name that is none becomes a null field.
struct Fields {
  std::vector<Ldns<ldns_rdf>> list;

  void operator()(const IpAddress& ip) {
    const auto* bytes = reinterpret_cast<const char*>(ip.bytes().data());
    list.push_back(ip.is_v6() ? field(LDNS_RDF_TYPE_AAAA, {bytes, 16}) : field(LDNS_RDF_TYPE_A, {bytes, 4}));
  }
  void operator()(const Target& target) { list.push_back(to_ldns_name(target.name)); }
  void operator()(const Mx& mx) {
    list.push_back(number_field(mx.preference));
    list.push_back(to_ldns_name(mx.exchange));
  }
  void operator()(const Txt& txt) {
    for (const std::string& text : txt.strings) {
      list.push_back(field(LDNS_RDF_TYPE_STR, static_cast<char>(text.size()) + text));
    }
    // TXT-DATA is one string at least (RFC 1035 §3.3.14).
    if (txt.strings.empty()) list.push_back(field(LDNS_RDF_TYPE_STR, {"\0", 1}));
  }
  void operator()(const Soa& soa) {
    list.push_back(to_ldns_name(soa.mname));
    list.push_back(to_ldns_name(soa.rname));
    list.push_back(number_field(LDNS_RDF_TYPE_INT32, soa.serial));
    for (const std::uint32_t seconds : {soa.refresh_s, soa.retry_s, soa.expire_s, soa.minimum_s}) {
      list.push_back(number_field(LDNS_RDF_TYPE_PERIOD, seconds));
    }
  }
  void operator()(const Opaque& opaque) { list.push_back(field(LDNS_RDF_TYPE_UNKNOWN, opaque.bytes)); }
};

std::string_view bytes_of(const ldns_rdf* rdf) {
  return {reinterpret_cast<const char*>(ldns_rdf_data(rdf)), ldns_rdf_size(rdf)};
}

std::optional<std::string> name_at(const ldns_rr* record, std::size_t index) {
  const ldns_rdf* rdf = ldns_rr_rdf(record, index);
  if (rdf == nullptr || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME) return std::nullopt;
  return canonical_name(text_of(rdf));
}

std::optional<Data> soa_data(const ldns_rr* record) {
  const auto mname = name_at(record, 0);
  const auto rname = name_at(record, 1);
  if (!mname || !rname || ldns_rr_rd_count(record) != 7) return std::nullopt;
  const auto number = [record](std::size_t index) { return ldns_rdf2native_int32(ldns_rr_rdf(record, index)); };
  return Soa{*mname, *rname, number(2), number(3), number(4), number(5), number(6)};
}

std::optional<Data> address_data(const ldns_rr* record) {
  const ldns_rdf* rdf = ldns_rr_rdf(record, 0);
  if (rdf == nullptr) return std::nullopt;
  const Ldns<char> text(ldns_rdf2str(rdf));
  const auto ip = text ? IpAddress::parse(text.get()) : std::nullopt;
  if (!ip) return std::nullopt;
  return *ip;
}

Data text_data(const ldns_rr* record) {
  Txt txt;
  for (std::size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
    txt.strings.emplace_back(bytes_of(ldns_rr_rdf(record, i)).substr(1));  // after its length byte
  }
  return txt;
}

Data opaque_data(const ldns_rr* record) {
  Opaque opaque;
  const Ldns<ldns_buffer> buffer(ldns_buffer_new(LDNS_MIN_BUFLEN));
  if (buffer && ldns_rr_rdata2buffer_wire(buffer.get(), record) == LDNS_STATUS_OK) {
    opaque.bytes.assign(reinterpret_cast<const char*>(ldns_buffer_begin(buffer.get())),
                        ldns_buffer_position(buffer.get()));
  }
  return opaque;
}

std::optional<Data> data_of(const ldns_rr* record, Type type) {
  switch (type) {
    case Type::a:
    case Type::aaaa:
      return address_data(record);
    case Type::ns:
    case Type::cname:
    case Type::ptr: {
      const auto name = name_at(record, 0);
      if (!name) return std::nullopt;
      return Target{*name};
    }
    case Type::mx: {
      const auto exchange = name_at(record, 1);
      if (!exchange) return std::nullopt;
      return Mx{ldns_rdf2native_int16(ldns_rr_rdf(record, 0)), *exchange};
    }
    case Type::txt:
      return text_data(record);
    case Type::soa:
      return soa_data(record);
    default:
      return opaque_data(record);
  }
}

}  // namespace

std::string text_of(const ldns_rdf* name) {
  const Ldns<char> text(ldns_rdf2str(name));
  return text ? text.get() : "";
}

Ldns<ldns_rdf> to_ldns_name(std::string_view name) {
  return Ldns<ldns_rdf>(ldns_dname_new_frm_str(name.empty() ? "." : std::string(name).c_str()));
}

Ldns<ldns_rr> to_ldns(const Record& record) {
  Ldns<ldns_rr> made(ldns_rr_new());
  if (!made) throw std::bad_alloc();
  auto owner = to_ldns_name(record.name);
  if (!owner) return nullptr;
  ldns_rr_set_owner(made.get(), owner.release());
  ldns_rr_set_type(made.get(), static_cast<ldns_rr_type>(record.type));
  ldns_rr_set_class(made.get(), LDNS_RR_CLASS_IN);
  ldns_rr_set_ttl(made.get(), record.ttl_s);
  Fields fields;
  std::visit(fields, record.data);
  for (auto& one : fields.list) {
    if (!one) return nullptr;
    ldns_rr_push_rdf(made.get(), one.release());
  }
  return made;
}

std::optional<Record> from_ldns(const ldns_rr* record) {
  const auto name = canonical_name(text_of(ldns_rr_owner(record)));
  if (!name) return std::nullopt;
  const auto type = static_cast<Type>(ldns_rr_get_type(record));
  auto data = data_of(record, type);
  if (!data) return std::nullopt;
  return Record{*name, type, ldns_rr_ttl(record), std::move(*data)};
}

}  // namespace mailrig::dns
