#include "fakes/policy/sender_keys.h"

#include <gtest/gtest.h>

namespace mailrig::policy {
namespace {

TEST(SenderKeyMemo, SaysWhatSenderKeySays) {
  SenderKeyMemo memo;
  for (const char* ip : {"198.18.2.10", "198.18.2.10", "198.18.2.11", "2001:db8::1"}) {
    for (const char* domain : {"shop.example", "shop.example", "", "other.example"}) {
      Session session;
      session.client_ip = IpAddress::parse(ip).value();
      session.mail_from = *domain == '\0' ? "" : std::string("news@") + domain;
      session.authentication.spf = auth::SpfOutcome::pass;
      session.authentication.spf_domain = domain;
      session.authentication.signatures = {{auth::DkimResult::fail, "stranger.example", "s1", false},
                                           {auth::DkimResult::pass, domain, "s1", true}};
      MessageFacts message;
      message.header_from_domain = domain;
      for (std::size_t i = 0; i < sender_identity_count; ++i) {
        const auto identity = static_cast<SenderIdentity>(i);
        EXPECT_EQ(memo.key(identity, session, &message), sender_key(identity, session, &message)) << ip << domain << i;
        EXPECT_EQ(memo.key(identity, session, nullptr), sender_key(identity, session, nullptr)) << ip << domain << i;
      }
    }
  }
}

}  // namespace
}  // namespace mailrig::policy
