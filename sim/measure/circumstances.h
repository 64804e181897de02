// The facts that a receiver judged a session or a message by, as run.db keeps them: enough to ask its policies again,
// with these facts or with others. What differs from copy to copy (the content's score, what the receiver remembers of
// the sender) is kept apart from what a campaign has in common, so that the latter is stored once. Pure.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/policy/session.h"

namespace mailrig::measure {

// Of connection, envelope and message. Addresses are kept without their local parts.
struct Circumstances {
  policy::Session session;
  policy::MessageFacts message;
};

// Equal for circumstances that are written alike.
std::uint64_t key_of(const policy::Session& session, const policy::MessageFacts& message);
// { "client_ip": …, "spf": …, "signatures": [ … ], … }, without the content's score.
std::string write_circumstances(const policy::Session& session, const policy::MessageFacts& message);
Result<Circumstances> read_circumstances(std::string_view json);

}  // namespace mailrig::measure
