// Finds what a remote server answered in the words of whoever reports it: "host mx.example[192.0.2.1] said: 550 5.1.1
// No such user". Pure functions of one line of text each, blanks single (see single_spaced()).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/smtp/reply.h"

namespace mailrig::report_format {

// The text on one line: folds and runs of blanks become one space. Cut off after `octets_max`.
std::string single_spaced(std::string_view text, std::size_t octets_max);

// The first reply quoted in `text`: at its front or behind a colon. The lines of a multi-line reply (RFC 5321 §4.2.1),
// which reporters join, are told apart again.
std::optional<smtp::Reply> quoted_reply(std::string_view text);

// The server that `text` tells about; empty when it names none.
std::string quoted_host(std::string_view text);

// The address that the failed one was made from ("expanded from: <…>"); empty when `text` names none.
std::string quoted_origin(std::string_view text);

// The first enhanced status code in parentheses, as qmail writes it: "(#5.1.2)". Empty when there is none.
std::string quoted_status(std::string_view text);

// Whether `text` says, in one of the usual wordings, that the host retried until it gave up.
bool says_gave_up(std::string_view text);

}  // namespace mailrig::report_format
