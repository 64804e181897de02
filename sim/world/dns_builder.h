// What a scenario says about the DNS of its world, put into the zones: its own zones and records, what changes in the
// course of the run, what goes wrong, and the keys that sign. After it the zones do not change any more.
//
// Thread rule: none; used while a world is built.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/dns/dnssec_signer.h"
#include "fakes/dns/zones.h"
#include "sim/scenario/scenario.h"

namespace mailrig::world {

// A zone for the name at its last two labels ("shop.example"), where none encloses it.
Result<void> ensure_zone_of(dns::Zones& zones, std::string_view name);

// To be called last: the records of senders and receivers are there. Errors are the scenario's faults, with their
// place.
Result<void> build_dns(const scenario::Scenario& scenario, dns::Zones& zones);

// What signs the zones that the scenario names, whose keys are put into them; null when it names none. To be called
// behind build_dns(); errors as there.
Result<std::unique_ptr<dns::DnssecSigner>> sign_zones(const scenario::Scenario& scenario, dns::Zones& zones);

}  // namespace mailrig::world
