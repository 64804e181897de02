// Kinds of values that several tables of a profile have. Internal to profile loading.
#pragma once

#include <string>

#include "fakes/base/ip_network.h"
#include "fakes/config/type.h"
#include "fakes/policy/auth_action.h"

namespace mailrig::receiver {

// Lower case, for that is how domains and hosts are compared.
config::Type<std::string> host_name();

// More than nothing, and at most a year: longer ones would outlive every run.
config::Type<Duration> positive_duration();

// accept, junk, tempfail, reject.
config::Type<policy::AuthAction> any_action();
// The same without tempfail: where nothing gets better by waiting. A DMARC policy is followed or softened, its
// temporary words are for the DNS.
config::Type<policy::AuthAction> final_action();

// "198.18.2.0/24"
config::Type<IpNetwork> ip_network();

}  // namespace mailrig::receiver
