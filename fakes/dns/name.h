// Domain names as text. Inside mailrig a name is canonical: lower case, no trailing dot, the root is "", and bytes that
// would confuse a reader are escaped as RFC 1035 §5.1 writes them (`\.` inside a label, `\DDD` for others). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailrig::dns {

// The canonical form of a name of letters, digits, hyphens and underscores, as nearly all are: one quick pass. Nothing
// for every other text, whether it is a name or not.
std::optional<std::string> plain_name(std::string_view text);

// The canonical form, or nothing when this is no domain name: an empty label, a label over 63 bytes, more than 255
// bytes on the wire (RFC 1035 §2.3.4), or a broken escape.
std::optional<std::string> canonical_name(std::string_view text);

// "mx1.shop.example" → "shop.example" → "example" → "". The name must be canonical and not the root.
std::string_view parent_name(std::string_view name);

// "shop.example" → "*.shop.example". The name must be canonical.
std::string wildcard_name(std::string_view name);

// True when `name` is `apex` or lies below it; both canonical. Everything lies below the root.
bool is_within(std::string_view name, std::string_view apex);

}  // namespace mailrig::dns
