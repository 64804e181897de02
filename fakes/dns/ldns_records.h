// Between our values and those of ldns. Only the files that read or write DNS formats include this.
#pragma once

// ldns makes macros of bool, true and false unless they are said to exist.
// clang-format off
#include <stdbool.h>
#include <ldns/ldns.h>
// clang-format on

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/dns/record.h"

namespace mailrig::dns {

struct LdnsDeleter {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
  void operator()(ldns_rdf* field) const { ldns_rdf_deep_free(field); }
  void operator()(ldns_buffer* buffer) const { ldns_buffer_free(buffer); }
  void operator()(void* bytes) const { std::free(bytes); }  // what ldns returns from malloc
};

template <class T>
using Ldns = std::unique_ptr<T, LdnsDeleter>;

// The name as a field of ldns, in the case it is written in; null when it is no domain name.
Ldns<ldns_rdf> to_ldns_name(std::string_view name);

// Nothing when a name in the record is no domain name, or the record came without rdata.
Ldns<ldns_rr> to_ldns(const Record& record);
std::optional<Record> from_ldns(const ldns_rr* record);

// The text of a name as it came, escapes as in fakes/dns/name.h but in its own case, with the trailing dot.
std::string text_of(const ldns_rdf* name);

}  // namespace mailrig::dns
