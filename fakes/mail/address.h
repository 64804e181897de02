// Mail addresses as values: the addr-spec of RFC 5321 §4.1.2 (RFC 6531 §3.3 for UTF-8) and the mailboxes of a From or
// To field (RFC 5322 §3.4). Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mailrig::mail {

// RFC 5321 §4.5.3.1.3 allows a path 256 octets with its angle brackets. The 64 octets of §4.5.3.1.1 for a local part
// are not enforced: senders use more (VERP), and the section asks not to limit.
inline constexpr std::size_t address_octets_max = 254;

struct Address {
  std::string local;   // as meant: quotes and backslashes of a quoted local part removed
  std::string domain;  // ASCII letters in lower case; an address literal keeps its brackets

  bool needs_smtputf8() const;
  // Quotes the local part where it needs that.
  std::string to_string() const;
  friend bool operator==(const Address&, const Address&) = default;
};

// "user@example.com", without angle brackets.
std::optional<Address> parse_address(std::string_view text);

// "example.com", "bücher.example", "[192.0.2.1]". Labels may contain underscores, as some hosts' names do.
bool is_domain(std::string_view text);

struct Mailbox {
  std::string name;  // display name, unquoted, encoded words left as they are; may be empty
  Address address;
};

// The first mailbox of an unfolded From, To or Cc value: comments and groups are looked through. None when the first
// one is not well-formed: whoever judges a message must not be led to the second.
std::optional<Mailbox> first_mailbox(std::string_view field_value);

}  // namespace mailrig::mail
