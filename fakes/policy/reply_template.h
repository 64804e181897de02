// Reads a profile's replies into templates (ReplyTemplate in verdict.h) and fills their placeholders. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/policy/verdict.h"

namespace mailrig::policy {

// One line: "421 4.7.0 text", or "" for closing the connection without a word. Several: full wire lines, "550-5.1.1 a"
// and last "550 5.1.1 b" (RFC 5321 §4.2.1). `key` is an event with an optional variant: "rate_limited/ip". A reply
// with 421 closes the connection (RFC 5321 §3.8).
Result<ReplyTemplate> parse_reply(std::string key, Event event, std::span<const std::string> lines);

// An error when `text` holds a placeholder that does not exist.
Result<void> check_placeholders(std::string_view text);

// `text` with its placeholders replaced; CR, LF and other control characters that senders put into them become '?'.
std::string fill_placeholders(std::string_view text, const ReplyContext& context);

}  // namespace mailrig::policy
