// NSEC records made for one question (RFC 4470): each denies one name, or what lies at a name, and nothing that exists.
// For that they need the neighbours of a name in the order of RFC 4034 §6.1, whether or not these exist. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/dns/record.h"

namespace mailrig::dns {

// A name before `name` with nothing between but names that are no one's: its own sibling or, where `name` is the first
// thing below its parent, the parent. Names are canonical, and not the root.
std::string name_before(std::string_view name);
// The first name behind `name` and all that lies below it; the apex when the zone ends there.
std::string name_behind_tree(std::string_view name, std::string_view apex);
// The first name behind `name`: the first that could be below it, if any could.
std::string name_behind(std::string_view name, std::string_view apex);

// Says of `owner` that it has these types (and RRSIG and NSEC, as everything signed does), and that no name lies
// between it and `next`.
Record nsec_record(std::string owner, std::string_view next, std::vector<Type> types, std::uint32_t ttl_s);

}  // namespace mailrig::dns
