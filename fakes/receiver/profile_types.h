// Kinds of values that several tables of a profile have. Internal to profile loading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

// A decimal number from `min` to `max` (whole numbers), kept in thousandths: "1.4" → 1400.
struct DecimalRange {
  std::string_view what;     // "factor": it stands in errors
  std::string_view example;  // "1.4"
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  int fraction_digits = 3;
};
config::Type<std::uint32_t> thousandths(const DecimalRange& range);

// "198.18.2.0/24"
config::Type<IpNetwork> ip_network();

}  // namespace mailrig::receiver
