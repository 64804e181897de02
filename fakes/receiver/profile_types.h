// Kinds of values that several tables of a profile have. Internal to profile loading.
#pragma once

#include <string>

#include "fakes/config/type.h"

namespace mailrig::receiver {

// Lower case, for that is how domains and hosts are compared.
config::Type<std::string> host_name();

// More than nothing, and at most a year: longer ones would outlive every run.
config::Type<Duration> positive_duration();

}  // namespace mailrig::receiver
