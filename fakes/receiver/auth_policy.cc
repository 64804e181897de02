#include "fakes/receiver/auth_policy.h"

#include "fakes/receiver/profile_types.h"

namespace mailrig::receiver {
namespace {

using config::Errors;
using config::Node;
using config::Type;
using policy::AuthAction;
using policy::BulkSettings;
using policy::DkimSettings;
using policy::DmarcSettings;
using policy::SpfSettings;

// Of what the DNS did not say: nothing final may follow.
Type<AuthAction> action_without_answer() {
  return config::one_of<AuthAction>(
      {{"accept", AuthAction::accept}, {"junk", AuthAction::junk}, {"tempfail", AuthAction::tempfail}});
}

// [forwarder.example], or any.
Type<AuthPolicy> arc_trusted() {
  const auto domains = config::list_of(host_name());
  return config::custom<AuthPolicy>(
      [domains](const Node& node, AuthPolicy& into, Errors& errors) {
        into.arc_trusts_anybody = node.is_scalar() && node.text() == "any";
        if (into.arc_trusts_anybody) {
          into.arc_trusted.clear();
        } else {
          domains.read(node, into.arc_trusted, errors);
        }
      },
      {{"anyOf", boost::json::array{domains.schema(), boost::json::object{{"const", "any"}}}}});
}

config::Table<BulkSettings> bulk_table() {
  const auto scope = config::one_of<BulkSettings::Scope>(
      {{"hdr_domain", BulkSettings::Scope::hdr_domain}, {"org_domain", BulkSettings::Scope::org_domain}});
  const auto must_pass = config::one_of<bool>({{"any", false}, {"pass", true}});
  const auto dmarc = config::one_of<BulkSettings::Dmarc>({{"any", BulkSettings::Dmarc::any},
                                                          {"record", BulkSettings::Dmarc::record},
                                                          {"pass", BulkSettings::Dmarc::pass}});
  const auto missing = config::one_of<BulkSettings::Missing>({{"ignore", BulkSettings::Missing::ignore},
                                                              {"junk", BulkSettings::Missing::junk},
                                                              {"required", BulkSettings::Missing::required}});
  config::Table<BulkSettings> table{"require_for_bulk"};
  table
      .key("threshold_per_day", &BulkSettings::threshold_per_day, config::integer<std::uint32_t>(0, 1'000'000'000),
           "Copies accepted in 24 hours that make the From domain a bulk sender; 0: no such rules")
      .key("scope", &BulkSettings::scope, scope, "What counts as one domain: org_domain adds up its subdomains")
      .key("permanent", &BulkSettings::permanent, config::boolean(), "Once a bulk sender, always one")
      .key("spf", &BulkSettings::spf, must_pass, "pass: SPF must pass")
      .key("dkim", &BulkSettings::dkim, must_pass, "pass: DKIM must pass")
      .key("dmarc", &BulkSettings::dmarc, dmarc, "record: there must be a DMARC record; pass: DMARC must pass")
      .key("alignment", &BulkSettings::alignment, config::boolean(),
           "SPF or DKIM must pass for the domain of the From field")
      .key("tls", &BulkSettings::tls, config::boolean(), "The mail must come over TLS")
      .key("ptr", &BulkSettings::ptr, config::boolean(), "The client's address must have a name that leads back")
      .key("unsubscribe", &BulkSettings::unsubscribe, missing,
           "Mail that offers no way out is refused (required) or filed as spam (junk)")
      .key("feedback_id", &BulkSettings::feedback_id, missing, "The same of mail without a Feedback-ID field")
      .key("from_envelope", &BulkSettings::same_envelope, config::boolean(),
           "MAIL FROM's domain must be From's, or the mail is spam")
      .key("action", &BulkSettings::junks, config::one_of<bool>({{"refuse", false}, {"junk", true}}),
           "junk: failing mail is filed as spam, and none is refused")
      .key("reject_share", &BulkSettings::reject_ppm, config::share(),
           "Share of failing messages that is rejected; the others are deferred");
  return table;
}

config::Table<AuthPolicy> make_auth_policy_table() {
  const auto identity = [](AuthAction policy::IdentitySettings::*member) {
    const auto type = final_action();
    return config::custom<AuthPolicy>(
        [member, type](const Node& node, AuthPolicy& into, Errors& errors) {
          type.read(node, into.identity.*member, errors);
        },
        type.schema());
  };
  const auto org_domain = config::one_of<auth::DmarcMethod>(
      {{"tree", auth::DmarcMethod::tree_walk}, {"psl", auth::DmarcMethod::public_suffix_list}});
  const auto honoured = config::one_of<bool>({{"ignore", false}, {"honour", true}});
  config::Table<AuthPolicy> table{"auth_policy"};
  table
      .key("judge", &AuthPolicy::judge, config::boolean(),
           "false: looks nothing up and writes no Authentication-Results")
      .key("authserv_id", &AuthPolicy::authserv_id, config::text(),
           "Who speaks in Authentication-Results (RFC 8601); the MX host by default")
      .key("spf_fail", &SpfSettings::spf_fail, any_action(), "The client may not send for the domain of MAIL FROM")
      .key("spf_softfail", &SpfSettings::spf_softfail, any_action(), "The domain says ~all to this client")
      .key("spf_neutral", &SpfSettings::spf_neutral, any_action(), "The domain says ?all to this client")
      .key("spf_none", &SpfSettings::spf_none, any_action(), "The domain has no SPF record")
      .key("spf_permerror", &SpfSettings::spf_permerror, any_action(), "The SPF record is broken")
      .key("spf_temperror", &SpfSettings::spf_temperror, action_without_answer(), "The DNS did not answer")
      .key("spf_hardfail_without_dkim", &SpfSettings::spf_hardfail_without_dkim, any_action(),
           "In place of spf_fail where no DKIM signature passes; spoken after DATA")
      .key("spf_cache", &AuthPolicy::spf_cache, positive_duration(),
           "Keeps SPF results per client and domain for this long, whatever the DNS says; by default as long as the "
           "records hold")
      .key("dkim_fail", &DkimSettings::dkim_fail, any_action(), "Signed, and no signature passes")
      .key("dkim_none", &DkimSettings::dkim_none, any_action(), "Not signed")
      .key("dkim_temperror", &DkimSettings::dkim_temperror, action_without_answer(),
           "The DNS did not tell the key, and no other signature passes")
      .key("no_auth", &AuthPolicy::no_auth, any_action(), "Neither SPF nor DKIM passes")
      .key("dmarc", &DmarcSettings::dmarc_honoured, honoured, "honour: does what the From domain's policy asks for")
      .key("dmarc_quarantine", &DmarcSettings::dmarc_quarantine, final_action(), "DMARC fails under p=quarantine")
      .key("dmarc_reject", &DmarcSettings::dmarc_reject, final_action(), "DMARC fails under p=reject")
      .key("dmarc_temperror", &DmarcSettings::dmarc_temperror, action_without_answer(),
           "The DNS did not say enough to tell")
      .key("org_domain", &AuthPolicy::org_domain, org_domain,
           "tree: DMARC as RFC 9989 has it; psl: as RFC 7489 had it, with the public suffix list and pct")
      .key("arc_trusted", arc_trusted(), "Forwarders whose ARC chains excuse a failure: domains, or any")
      .key("sender_domain_must_resolve", &AuthPolicy::sender_domain_must_resolve, config::boolean(),
           "The domain of MAIL FROM must be able to take mail")
      .key("helo_must_resolve", &AuthPolicy::helo_must_resolve, config::boolean(), "The HELO name must have an address")
      .key("helo_must_be_fqdn", &AuthPolicy::helo_must_be_fqdn, config::boolean(),
           "The HELO name must have a dot, or be an address literal")
      .key("spf_null", identity(&policy::IdentitySettings::spf_null),
           "MAIL FROM's domain publishes that nobody sends for it: v=spf1 -all")
      .key("own_domain_unauthenticated", identity(&policy::IdentitySettings::own_domain_unauthenticated),
           "MAIL FROM or From claims a domain of the receiver, and neither SPF nor DKIM passes")
      .key("envelope_mismatch", identity(&policy::IdentitySettings::envelope_mismatch),
           "MAIL FROM's domain is not From's")
      .key("require_for_bulk", &AuthPolicy::require_for_bulk, config::object(bulk_table()),
           "What senders of much mail have to have");
  return table;
}

}  // namespace

const config::Table<AuthPolicy>& auth_policy_table() {
  static const config::Table<AuthPolicy> table = make_auth_policy_table();
  return table;
}

}  // namespace mailrig::receiver
