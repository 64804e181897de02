#include "fakes/policy/sender_keys.h"

#include "fakes/policy/address_key.h"

namespace mailrig::policy {

std::uint64_t sender_key(SenderIdentity identity, const Session& session, const MessageFacts* message) {
  const AuthenticationFacts& found = session.authentication;
  switch (identity) {
    case SenderIdentity::ip:
      return session.client_ip.hash();
    case SenderIdentity::netblock24:
      return netblock_key(session.client_ip);
    case SenderIdentity::dkim_domain:
      for (const SignatureFacts& signature : found.signatures) {
        if (signature.result == auth::DkimResult::pass) return key_of(signature.domain);
      }
      return 0;
    case SenderIdentity::spf_domain:
      return found.spf == auth::SpfOutcome::pass ? key_of(found.spf_domain) : 0;
    case SenderIdentity::hdr_domain:
      return message == nullptr || message->header_from_domain.empty() ? 0 : key_of(message->header_from_domain);
    case SenderIdentity::sender:
      return session.mail_from.empty() ? 0 : key_of(session.mail_from);
  }
  return 0;
}

SenderKeys sender_keys(const Session& session, const MessageFacts& message) {
  SenderKeys keys{};
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = sender_key(static_cast<SenderIdentity>(i), session, &message);
  return keys;
}

}  // namespace mailrig::policy
