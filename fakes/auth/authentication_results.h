// The Authentication-Results field (RFC 8601): written by receivers about what they checked, read by whoever trusts
// them. ARC-Authentication-Results (RFC 8617 §4.1.1) carries the same payload. Pure functions and values, safe to
// share.
//
// The reader is strict, for a field that says who sent a message must not be guessed at: what does not follow the
// grammar of §2.2 is no result at all. Any bytes will do; nothing is read beyond `authentication_results_octets_max`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailrig::auth {

inline constexpr std::size_t authentication_results_octets_max = 65'536;
// Longer values are cut off when written: no line may exceed 998 octets (RFC 5322 §2.1.1).
inline constexpr std::size_t authentication_value_octets_max = 500;

// "smtp.mailfrom=news@shop.example": type, name and value. Types are smtp, header, body and policy.
struct AuthenticationProperty {
  std::string type;
  std::string name;
  std::string value;  // as meant, quotes removed
  friend bool operator==(const AuthenticationProperty&, const AuthenticationProperty&) = default;
};

// "dkim=pass header.d=shop.example". Methods, results, types and names are in lower case.
struct AuthenticationMethod {
  std::string method;    // "spf", "dkim" (one for each signature), "dmarc", "arc", "iprev", "auth"
  std::string result;    // as §2.7 spells it for the method
  std::string reason{};  // empty: none
  std::vector<AuthenticationProperty> properties{};
  std::uint32_t version = 1;

  // The value of the first such property; none when there is none.
  std::optional<std::string_view> property(std::string_view type, std::string_view name) const;
  friend bool operator==(const AuthenticationMethod&, const AuthenticationMethod&) = default;
};

struct AuthenticationResults {
  std::string authserv_id;                    // who says so: usually the receiver's host name
  std::vector<AuthenticationMethod> methods;  // empty is written "none": nothing was checked
  std::uint32_t version = 1;
  friend bool operator==(const AuthenticationResults&, const AuthenticationResults&) = default;
};

// All after the field's name, folded into lines of at most 78 characters where that is possible, without a line end
// behind it. `column` says how much of the first line is taken. Methods, results, property types and names must be
// keywords (RFC 5321 §4.1.2) and the authserv-id not empty. Values may be any bytes: what can stand as it is does,
// other text is quoted, and what no header may carry becomes "?".
std::string format_authentication_payload(const AuthenticationResults& results, std::size_t column = 0);

// "Authentication-Results: mx.example; dkim=pass header.d=shop.example" CRLF.
std::string format_authentication_results(const AuthenticationResults& results);

// From the value of a field, folded or not. None when it does not follow the grammar. Comments are read over.
std::optional<AuthenticationResults> parse_authentication_results(std::string_view value);

}  // namespace mailrig::auth
