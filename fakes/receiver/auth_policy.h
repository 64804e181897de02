// How a receiver judges authentication and what it does about it: `auth_policy` of a profile. Plain values.
#pragma once

#include <string>
#include <vector>

#include "fakes/auth/dmarc.h"
#include "fakes/config/table.h"
#include "fakes/policy/bulk_sender.h"
#include "fakes/policy/dkim_enforcement.h"
#include "fakes/policy/dmarc_enforcement.h"
#include "fakes/policy/identity_checks.h"
#include "fakes/policy/spf_enforcement.h"

namespace mailrig::receiver {

struct AuthPolicy : policy::SpfSettings, policy::DkimSettings, policy::DmarcSettings {
  bool judge = true;        // false: nothing is looked up, and no Authentication-Results are written
  std::string authserv_id;  // who speaks in Authentication-Results; empty: the MX host
  // Keeps an SPF result for this long for the same client and domain, whatever the DNS says meanwhile; 0: as long as
  // the records behind it hold.
  Duration spf_cache{};
  policy::AuthAction no_auth = policy::AuthAction::accept;  // neither SPF nor DKIM passes
  auth::DmarcMethod org_domain = auth::DmarcMethod::tree_walk;
  // Forwarders whose ARC seals count: domains, and what is below them.
  std::vector<std::string> arc_trusted;
  bool arc_trusts_anybody = false;
  policy::IdentitySettings identity;
  bool sender_domain_must_resolve = false;
  bool helo_must_resolve = false;
  bool helo_must_be_fqdn = false;  // or an address literal
  policy::BulkSettings require_for_bulk;
};

const config::Table<AuthPolicy>& auth_policy_table();

}  // namespace mailrig::receiver
