#include "fakes/receiver/policies.h"

#include <utility>
#include <vector>

#include "fakes/policy/any_authentication.h"
#include "fakes/policy/bulk_sender.h"
#include "fakes/policy/connection_limit.h"
#include "fakes/policy/dkim_enforcement.h"
#include "fakes/policy/dmarc_enforcement.h"
#include "fakes/policy/greylist.h"
#include "fakes/policy/mailbox_check.h"
#include "fakes/policy/name_check.h"
#include "fakes/policy/rate_limit.h"
#include "fakes/policy/recipient_command.h"
#include "fakes/policy/relay.h"
#include "fakes/policy/session_limits.h"
#include "fakes/policy/spf_enforcement.h"
#include "fakes/policy/tls_requirement.h"

namespace mailrig::receiver {
namespace {

// What follows from SPF, DKIM and DMARC. The author's own wish comes before the receiver's rules, and what is asked of
// everybody before what is asked of bulk senders.
void add_authentication(policy::Chain& chain, const Profile& profile, Draw draw, const std::string& name) {
  const ReplyBook& says = profile.replies;
  const AuthPolicy& wants = profile.auth_policy;
  const auto add = [&chain]<class P>(P policy) { chain.add(std::make_unique<P>(std::move(policy))); };
  const auto refusals = [&says](std::string_view rejected, std::string_view deferred) {
    return policy::AuthRefusals{says.at(rejected), says.at(deferred)};
  };
  if (wants.sender_domain_must_resolve) {
    add(policy::NameCheck(&policy::EnvelopeFacts::sender_domain,
                          refusals("sender_domain_bad", "sender_domain_bad/temporary")));
  }
  if (wants.helo_must_resolve) {
    add(policy::NameCheck(&policy::EnvelopeFacts::helo_name, refusals("helo_rejected", "helo_rejected/temporary")));
  }
  add(policy::DmarcEnforcement(wants, refusals("dmarc_fail", "dmarc_temperror")));
  add(policy::SpfEnforcement(wants, refusals("spf_fail", "spf_fail/temporary"),
                             says.at_or("spf_fail/remembered", "spf_fail")));
  add(policy::DkimEnforcement(wants, refusals("dkim_fail", "dkim_fail/temporary")));
  if (wants.no_auth != policy::AuthAction::accept) {
    add(policy::AnyAuthentication(wants.no_auth,
                                  refusals("spf_fail/unauthenticated", "spf_fail/unauthenticated_temporary")));
  }
  if (wants.require_for_bulk.threshold_per_day > 0) {
    const auto missing = [&says](const std::string& what) {
      return policy::AuthRefusals{
          says.at_or("auth_required_bulk/" + what, "auth_required_bulk"),
          says.at_or("auth_required_bulk/" + what + "_temporary", "auth_required_bulk/temporary")};
    };
    add(policy::BulkSender(
        wants.require_for_bulk,
        {.spf = missing("spf"), .dkim = missing("dkim"), .dmarc = missing("dmarc"), .alignment = missing("alignment")},
        draw, name));
  }
}

}  // namespace

// In the order in which a server with all of them would notice: who connects, what the transaction asks for, who sent
// it, whether the mailbox can take it, and only then whether it comes too often or too soon.
policy::Chain make_chain(const Profile& profile, const Mailboxes& mailboxes, bool authenticates, Draw draw,
                         const std::string& name) {
  const ReplyBook& says = profile.replies;
  policy::Chain chain;
  const auto add = [&chain]<class P>(P policy) { chain.add(std::make_unique<P>(std::move(policy))); };
  // A forwarder trusts everybody, but must not be led in circles.
  const bool judges = profile.kind != Profile::Kind::sink;

  if (judges && profile.limits.connections_per_ip > 0) {
    add(policy::ConnectionLimit(profile.limits.connections_per_ip, says.at("too_many_connections")));
  }
  if (judges && profile.tls.refuses_plain()) add(policy::TlsRequirement(says.at("tls_required")));
  if (!profile.domains.empty()) {
    add(policy::Relay(profile.domains, says.at("relay_denied"), says.at("syntax_error")));
  }
  if (judges) {
    add(policy::SessionLimits(profile.limits, {.too_many_messages = says.at("rate_limited/connection"),
                                               .too_many_recipients = says.at("too_many_recipients"),
                                               .several_domains = says.at("too_many_recipients/domains"),
                                               .too_large = says.at("too_large"),
                                               .too_many_hops = says.at("protocol_abuse/loop")}));
  }
  if (authenticates) add_authentication(chain, profile, draw, name);
  if (profile.has_mailboxes()) {
    add(policy::MailboxCheck(mailboxes, {.unknown = says.at("unknown_user"),
                                         .full = says.at("mailbox_full"),
                                         .disabled = says.at("mailbox_disabled")}));
    add(policy::CommandedDeferral(says.at("local_error"), says.at("syntax_error/command")));
  }
  if (judges && !profile.limits.rate_windows.empty()) {
    std::vector<policy::RateRule> rules;
    for (const ProfileRateWindow& window : profile.limits.rate_windows) {
      rules.push_back({window.window, says.at(window.event)});
    }
    add(policy::RateLimit(rules));
  }
  if (judges && profile.greylist.enabled) add(policy::Greylist(profile.greylist, says.at("greylisted")));
  return chain;
}

}  // namespace mailrig::receiver
