// Diagnoses a scenario: the domains of its senders as its own DNS has them at a moment, who answers at its From and
// Reply-To addresses, and one message of each kind as it would be sent.
#pragma once

#include "fakes/base/instant.h"
#include "fakes/base/result.h"
#include "fakes/diagnose/finding.h"
#include "sim/scenario/scenario.h"

namespace mailrig::app {

// `at` is after the scenario's start. Errors are the scenario's faults.
Result<diagnose::Findings> check_scenario(const scenario::Scenario& scenario, Duration at);

}  // namespace mailrig::app
