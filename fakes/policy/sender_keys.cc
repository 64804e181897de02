#include "fakes/policy/sender_keys.h"

#include "fakes/policy/address_key.h"

namespace mailrig::policy {

namespace {

// The name that stands for an identity; empty: there is none. Not of addresses.
std::string_view name_of(SenderIdentity identity, const Session& session, const MessageFacts* message) {
  const AuthenticationFacts& found = session.authentication;
  switch (identity) {
    case SenderIdentity::ip:
    case SenderIdentity::netblock24:
      break;
    case SenderIdentity::dkim_domain:
      for (const SignatureFacts& signature : found.signatures) {
        if (signature.result == auth::DkimResult::pass) return signature.domain;
      }
      break;
    case SenderIdentity::spf_domain:
      if (found.spf == auth::SpfOutcome::pass) return found.spf_domain;
      break;
    case SenderIdentity::hdr_domain:
      if (message != nullptr) return message->header_from_domain;
      break;
    case SenderIdentity::sender:
      return session.mail_from;
  }
  return {};
}

}  // namespace

std::uint64_t sender_key(SenderIdentity identity, const Session& session, const MessageFacts* message) {
  if (identity == SenderIdentity::ip) return session.client_ip.hash();
  if (identity == SenderIdentity::netblock24) return netblock_key(session.client_ip);
  const std::string_view name = name_of(identity, session, message);
  return name.empty() ? 0 : key_of(name);
}

std::uint64_t SenderKeyMemo::key(SenderIdentity identity, const Session& session, const MessageFacts* message) {
  if (identity == SenderIdentity::ip || identity == SenderIdentity::netblock24) {
    if (ip_key_ == 0 || ip_ != session.client_ip) {
      ip_ = session.client_ip;
      ip_key_ = ip_.hash();
      netblock_key_ = netblock_key(ip_);
    }
    return identity == SenderIdentity::ip ? ip_key_ : netblock_key_;
  }
  const std::string_view name = name_of(identity, session, message);
  return name.empty() ? 0 : names_[static_cast<std::size_t>(identity)].of(name);
}

SenderKeys sender_keys(const Session& session, const MessageFacts& message) {
  SenderKeys keys{};
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = sender_key(static_cast<SenderIdentity>(i), session, &message);
  return keys;
}

}  // namespace mailrig::policy
