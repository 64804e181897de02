// Sessions as a receiver leaves them that has looked into their authentication, and words for what policies say.
#pragma once

#include "fakes/policy/auth_action.h"
#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy::testing {

// Of a shop's message that is in order: SPF and DKIM pass, aligned.
inline Session authenticated() {
  Session session = session_from("198.18.2.10");
  AuthenticationFacts& found = session.authentication;
  found.spf = auth::SpfOutcome::pass;
  found.spf_domain = "shop.example";
  found.dkim = auth::DkimResult::pass;
  found.author_domain = "shop.example";
  found.dmarc = auth::DmarcResult::pass;
  found.dmarc_published = true;
  found.spf_aligned = found.dkim_aligned = true;
  session.recipients.push_back(recipient("jane@isp.example"));
  return session;
}

// Refusals of one event, both spoken in `phase`.
struct Words {
  ReplyTemplate rejected;
  ReplyTemplate deferred;
  Phase phase;

  explicit Words(Event event, Phase at = Phase::data)
      : rejected(reply(event, 550)), deferred(reply(event, 451)), phase(at) {}
  AuthRefusals refusals() const { return {{&rejected, phase}, {&deferred, phase}}; }
};

// 0 for no objection.
inline int code(const std::optional<Verdict>& verdict) {
  return verdict ? verdict->reply->code : 0;
}

}  // namespace mailrig::policy::testing
