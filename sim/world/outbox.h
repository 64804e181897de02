// The senders of a scenario, each at its desk.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/scenario/scenario.h"
#include "sim/world/sender_desk.h"

namespace mailrig::world {

sender::Config sender_config(const scenario::Sender& sender);

// One desk per sender, in the scenario's order.
std::vector<std::unique_ptr<SenderDesk>> make_desks(const scenario::Scenario& scenario, const plan::Traffic& traffic,
                                                    measure::Ledger& ledger, Content content,
                                                    const std::function<void(Instant, std::uint32_t)>& finished);

}  // namespace mailrig::world
