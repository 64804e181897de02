// Who a message says it is from, beyond what SPF, DKIM and DMARC find: domains that never send, the receiver's own
// domains in a stranger's mouth, an envelope that speaks for another domain than the author's. Pure functions of facts,
// for FactCheck. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "fakes/policy/auth_action.h"

namespace mailrig::policy {

struct IdentitySettings {
  AuthAction spf_null = AuthAction::accept;  // MAIL FROM's domain publishes that nobody sends for it
  // MAIL FROM or From claims one of the receiver's own domains, and neither SPF nor DKIM bears it out.
  AuthAction own_domain_unauthenticated = AuthAction::accept;
  AuthAction envelope_mismatch = AuthAction::accept;  // MAIL FROM's domain is not From's
};

AuthAction judge_spf_null(const IdentitySettings& settings, const Session& session);
// `own`: the receiver's domains, lower case. Null `message`: of the envelope alone.
AuthAction judge_own_domain(const IdentitySettings& settings, const std::vector<std::string>& own,
                            const Session& session, const MessageFacts* message);
// MAIL FROM's domain is not From's. A null reverse-path speaks for nobody and mismatches nothing.
bool envelope_mismatches(const Session& session, const MessageFacts& message);
AuthAction judge_envelope_mismatch(const IdentitySettings& settings, const Session& session,
                                   const MessageFacts& message);

// RFC 5321 §2.3.5: a name with a dot, or an address literal.
bool is_full_host_name(std::string_view helo);

// RFC 5322 §3.6: what must be right in a header.
struct SyntaxSettings {
  AuthAction message_id = AuthAction::accept;  // there is none
  AuthAction from = AuthAction::accept;        // no author, or several
  AuthAction malformed = AuthAction::accept;   // lines that are no fields
};

AuthAction judge_message_id(const SyntaxSettings& settings, const MessageFacts& message);
AuthAction judge_from(const SyntaxSettings& settings, const ContentFacts& found);
AuthAction judge_header(const SyntaxSettings& settings, const MessageFacts& message);

}  // namespace mailrig::policy
