// Facts made up: "dkim=pass,ip.age=30d" changes what a judgement was recorded with. Pure.
#pragma once

#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/policy/event.h"
#include "fakes/policy/recollection.h"
#include "sim/measure/circumstances.h"

namespace mailrig::explain {

// Comma-separated `fact=value`, carried out in order; DMARC's result follows from what SPF and DKIM become. An error
// names the fact that is unknown, and the nearest; or the value, and what is expected.
// `phase`: how far the session had come; what is found out later can't be changed.
Result<void> imagine(std::string_view what_if, policy::Phase phase, measure::Circumstances& circumstances,
                     policy::Recollection& remembered);

// The facts that can be changed and their values, for --help.
std::string what_if_help();

}  // namespace mailrig::explain
