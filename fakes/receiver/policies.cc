#include "fakes/receiver/policies.h"

#include <utility>
#include <vector>

#include "fakes/policy/any_authentication.h"
#include "fakes/policy/bulk_sender.h"
#include "fakes/policy/connection_limit.h"
#include "fakes/policy/content_check.h"
#include "fakes/policy/dkim_enforcement.h"
#include "fakes/policy/dmarc_enforcement.h"
#include "fakes/policy/fact_check.h"
#include "fakes/policy/greylist.h"
#include "fakes/policy/helo_names.h"
#include "fakes/policy/identity_checks.h"
#include "fakes/policy/incident.h"
#include "fakes/policy/mailbox_check.h"
#include "fakes/policy/name_check.h"
#include "fakes/policy/network_checks.h"
#include "fakes/policy/rate_limit.h"
#include "fakes/policy/recipient_command.h"
#include "fakes/policy/relay.h"
#include "fakes/policy/session_limits.h"
#include "fakes/policy/spf_enforcement.h"
#include "fakes/policy/tls_requirement.h"
#include "fakes/policy/unknown_recipients.h"

namespace mailrig::receiver {

using policy::AuthAction;

namespace {

using policy::MessageFacts;
using policy::Phase;
using policy::Session;

// A check of facts that are known from `known_from` on.
void add_check(policy::Chain& chain, const ReplyBook& says, Phase known_from, std::string_view rejected,
               std::string_view deferred, policy::FactCheck::Judge judge) {
  chain.add(std::make_unique<policy::FactCheck>(known_from, policy::AuthRefusals{says.at(rejected), says.at(deferred)},
                                                std::move(judge)));
}

// What the client's address leads to, before it has said a word; and the names that it brings, to block lists.
void add_network(policy::Chain& chain, const Profile& profile) {
  const ProfileNetwork& network = profile.network;
  const auto judged = [&](Phase known_from, std::string_view rejected, std::string_view deferred, auto judge) {
    add_check(chain, profile.replies, known_from, rejected, deferred, std::move(judge));
  };
  if (!network.blocked.empty()) {
    judged(Phase::connect, "region_blocked", "region_blocked", [&network](const Session& session, const MessageFacts*) {
      return judge_region(network, session.client_ip);
    });
  }
  if (network.allow_list) {
    judged(Phase::connect, "reputation_blocked/unlisted", "reputation_blocked/unlisted",
           [&network](const Session& session, const MessageFacts*) {
             return judge_allow_list(network, session.client_ip);
           });
  }
  if (!network.lists.addresses.empty()) {
    judged(Phase::connect, "dnsbl_listed", "dnsbl_listed/temporary",
           [&network](const Session& session, const MessageFacts*) {
             return judge_listing(network.dnsbl_action, session.network.listing);
           });
  }
  if (network.no_ptr != AuthAction::accept) {
    judged(Phase::connect, "no_ptr", "no_ptr/temporary", [&network](const Session& session, const MessageFacts*) {
      return judge_reverse_name(network, session.network);
    });
  }
  if (!network.lists.helo.empty()) {
    judged(Phase::mail, "dnsbl_listed/helo", "dnsbl_listed/temporary",
           [&network](const Session& session, const MessageFacts*) {
             return judge_listing(network.dnsbl_action, session.authentication.helo_listing);
           });
  }
  if (!network.lists.domains.empty()) {
    judged(Phase::mail, "dnsbl_listed/domain", "dnsbl_listed/temporary",
           [&network](const Session& session, const MessageFacts*) {
             return judge_listing(network.dnsbl_action, session.authentication.domain_listing);
           });
    judged(Phase::data, "dnsbl_listed/url", "dnsbl_listed/temporary",
           [&network](const Session& session, const MessageFacts*) {
             return judge_listing(network.dnsbl_action, session.content.link_listing);
           });
  }
}

policy::Reputation* add_reputation(policy::Chain& chain, const Profile& profile, const Mailboxes& mailboxes, Draw draw,
                                   const std::string& name) {
  const ReplyBook& says = profile.replies;
  const policy::Reputation::Words words{.throttled = says.at("reputation_throttled"),
                                        .blocked = says.at("reputation_blocked"),
                                        .throttled_domain = says.find("reputation_throttled/domain"),
                                        .blocked_domain = says.find("reputation_blocked/domain")};
  auto made = std::make_unique<policy::Reputation>(profile.reputation, profile.placement, words, mailboxes, draw, name);
  policy::Reputation* const reputation = made.get();
  chain.add(std::move(made));
  return reputation;
}

// What RFC 5322 asks of a header.
void add_syntax(policy::Chain& chain, const Profile& profile) {
  const policy::SyntaxSettings& syntax = profile.syntax;
  const auto judged = [&](AuthAction action, std::string_view rejected, auto judge) {
    if (action == AuthAction::accept) return;
    add_check(chain, profile.replies, Phase::data, rejected, rejected, std::move(judge));
  };
  judged(syntax.malformed, "syntax_error/malformed",
         [&syntax](const Session&, const MessageFacts* message) { return judge_header(syntax, *message); });
  judged(syntax.from, "syntax_error/from",
         [&syntax](const Session& session, const MessageFacts*) { return judge_from(syntax, session.authentication); });
  judged(syntax.message_id, "syntax_error/message_id",
         [&syntax](const Session&, const MessageFacts* message) { return judge_message_id(syntax, *message); });
}

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
  const auto judged = [&](AuthAction action, Phase known_from, std::string_view rejected, std::string_view deferred,
                          policy::FactCheck::Judge judge) {
    if (action != AuthAction::accept) add_check(chain, says, known_from, rejected, deferred, std::move(judge));
  };
  const policy::IdentitySettings& identity = wants.identity;
  judged(wants.helo_must_be_fqdn ? AuthAction::reject : AuthAction::accept, Phase::mail, "helo_rejected",
         "helo_rejected/temporary", [](const Session& session, const MessageFacts*) {
           return policy::is_full_host_name(session.helo) ? AuthAction::accept : AuthAction::reject;
         });
  judged(identity.spf_null, Phase::mail, "spf_fail/null", "spf_fail/temporary",
         [&identity](const Session& session, const MessageFacts*) { return judge_spf_null(identity, session); });
  if (wants.helo_must_resolve) {
    add(policy::NameCheck(&policy::EnvelopeFacts::helo_name, refusals("helo_rejected", "helo_rejected/temporary")));
  }
  add(policy::DmarcEnforcement(wants, refusals("dmarc_fail", "dmarc_temperror")));
  add(policy::SpfEnforcement(wants, refusals("spf_fail", "spf_fail/temporary"),
                             says.at_or("spf_fail/remembered", "spf_fail")));
  add(policy::DkimEnforcement(wants, refusals("dkim_fail", "dkim_fail/temporary")));
  // Who signs has the last word, so nothing is said before the signatures are known.
  judged(identity.own_domain_unauthenticated, Phase::data, "sender_domain_bad/local", "sender_domain_bad/temporary",
         [&identity, &own = profile.domains](const Session& session, const MessageFacts* message) {
           return judge_own_domain(identity, own, session, message);
         });
  judged(identity.envelope_mismatch, Phase::data, "sender_domain_bad/mismatch", "sender_domain_bad/temporary",
         [&identity](const Session& session, const MessageFacts* message) {
           return judge_envelope_mismatch(identity, session, *message);
         });
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
    add(policy::BulkSender(wants.require_for_bulk,
                           {.spf = missing("spf"),
                            .dkim = missing("dkim"),
                            .dmarc = missing("dmarc"),
                            .alignment = missing("alignment"),
                            .tls = missing("tls"),
                            .ptr = missing("ptr"),
                            .unsubscribe = missing("unsubscribe"),
                            .feedback_id = missing("feedback_id")},
                           draw, name));
  }
}

// What follows from the message and its sender's record.
policy::Reputation* add_message_judges(policy::Chain& chain, const Profile& profile, const Mailboxes& mailboxes,
                                       bool authenticates, Draw draw, const std::string& name) {
  const ReplyBook& says = profile.replies;
  const bool judges = profile.kind != Profile::Kind::sink;
  if (authenticates) add_syntax(chain, profile);
  if (authenticates) add_authentication(chain, profile, draw, name);
  if (judges && profile.content.reads()) {
    chain.add(std::make_unique<policy::ContentCheck>(
        profile.content, policy::ContentCheck::Words{.rejected = says.at("content_rejected"),
                                                     .deferred = says.at("content_rejected/temporary"),
                                                     .virus = says.at("virus")}));
  }
  if (!judges || profile.reputation.identities.empty()) return nullptr;
  return add_reputation(chain, profile, mailboxes, draw, name);
}

}  // namespace

// In the order in which a server with all of them would notice: who connects, what the transaction asks for, who sent
// it, whether the mailbox can take it, and only then whether it comes too often or too soon.
Policies make_policies(const Profile& profile, const Mailboxes& mailboxes, const policy::Conditions& conditions,
                       bool authenticates, Draw draw, const std::string& name) {
  const ReplyBook& says = profile.replies;
  Policies policies;
  policy::Chain& chain = policies.chain;
  const auto add = [&chain]<class P>(P policy) { chain.add(std::make_unique<P>(std::move(policy))); };
  // A forwarder trusts everybody, but must not be led in circles.
  const bool judges = profile.kind != Profile::Kind::sink;

  // Counts connections, so it must see every one: nobody may refuse before it.
  const policy::ConnectionLimit* connections = nullptr;
  if (judges && profile.limits.connections_per_ip > 0) {
    auto limit = std::make_unique<policy::ConnectionLimit>(
        profile.limits.connections_per_ip, says.at("too_many_connections"), profile.limits.connections_block);
    connections = limit.get();
    chain.add(std::move(limit));
  }
  add(policy::Incident(conditions, {.maintenance = says.at("maintenance"), .overloaded = says.at("local_error")}, draw,
                       name));
  if (authenticates) add_network(chain, profile);
  if (judges && profile.tls.refuses_plain()) add(policy::TlsRequirement(says.at("tls_required")));
  if (!profile.domains.empty()) {
    add(policy::Relay(profile.domains, says.at("relay_denied"), says.at("syntax_error")));
  }
  if (judges) {
    add(policy::SessionLimits(profile.limits, {.too_many_messages = says.at("rate_limited/connection"),
                                               .too_many_recipients = says.at("too_many_recipients"),
                                               .too_many_on_connection = says.at("rate_limited/connection_rcpts"),
                                               .null_sender = says.at("null_sender_refused"),
                                               .several_domains = says.at("too_many_recipients/domains"),
                                               .too_large = says.at("too_large"),
                                               .too_many_hops = says.at("protocol_abuse/loop")}));
  }
  policies.reputation = add_message_judges(chain, profile, mailboxes, authenticates, draw, name);
  if (profile.has_mailboxes()) {
    add(policy::MailboxCheck(mailboxes, {.unknown = says.at("unknown_user"),
                                         .full = says.at("mailbox_full"),
                                         .disabled = says.at("mailbox_disabled")}));
    add(policy::CommandedDeferral(says.at("local_error")));
  }
  if (judges && !profile.limits.rate_windows.empty()) {
    std::vector<policy::RateRule> rules;
    for (const ProfileRateWindow& window : profile.limits.rate_windows) {
      const policy::RateRule rule{window.window, says.at(window.event)};
      if (window.window.scope == policy::RateScope::unknown_rcpts) {
        add(policy::UnknownRecipients(rule, &conditions));
      } else if (window.window.scope == policy::RateScope::helo_names) {
        add(policy::HeloNames(rule, &conditions));
      } else {
        rules.push_back(rule);
      }
    }
    if (!rules.empty()) add(policy::RateLimit(rules, &conditions, connections));
  }
  if (judges && profile.greylist.enabled) add(policy::Greylist(profile.greylist, says.at("greylisted")));
  return policies;
}

policy::Chain make_judges(const Profile& profile, const Mailboxes& mailboxes, bool authenticates, Draw draw,
                          const std::string& name) {
  policy::Chain chain;
  if (authenticates) add_network(chain, profile);
  if (profile.kind != Profile::Kind::sink && profile.tls.refuses_plain()) {
    chain.add(std::make_unique<policy::TlsRequirement>(profile.replies.at("tls_required")));
  }
  add_message_judges(chain, profile, mailboxes, authenticates, draw, name);
  return chain;
}

bool can_be_asked_again(policy::Event event) {
  using policy::Event;
  switch (event) {
    case Event::region_blocked:
    case Event::reputation_throttled:
    case Event::reputation_blocked:
    case Event::dnsbl_listed:
    case Event::no_ptr:
    case Event::helo_rejected:
    case Event::tls_required:
    case Event::sender_domain_bad:
    case Event::spf_fail:
    case Event::dkim_fail:
    case Event::dmarc_fail:
    case Event::dmarc_temperror:
    case Event::auth_required_bulk:
    case Event::content_rejected:
    case Event::virus:
      return true;
    default:
      return false;
  }
}

}  // namespace mailrig::receiver
