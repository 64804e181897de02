// The senders of a scenario, each at its desk: the reference senders that deliver, or those that hand the traffic over
// to senders that are not ours.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/scenario/scenario.h"
#include "sim/world/sender_desk.h"
#include "sim/world/sender_keys.h"
#include "sim/world/world.h"

namespace mailrig::world {

using Desks = std::vector<std::unique_ptr<SenderDesk>>;  // one per sender, in the scenario's order
using Finished = std::function<void(Instant, std::uint32_t traffic)>;

sender::Config sender_config(const scenario::Sender& sender);
// Each signs with its sender's keys.
Desks make_desks(const scenario::Scenario& scenario, const SenderKeys& keys, const plan::Traffic& traffic,
                 measure::Ledger& ledger, Content content, const Finished& finished);

// The desks at which forwarders pass mail on, in the scenario's order.
Desks make_forwarder_desks(const scenario::Scenario& scenario, const plan::Traffic& traffic, measure::Ledger& ledger,
                           Content content);

// The desk at which a receiver sends what its mailboxes answer, from the address of its first MX host. `receiver`:
// index into Scenario::receivers.
std::unique_ptr<SenderDesk> make_answering_desk(const scenario::Scenario& scenario, const World& world,
                                                std::uint32_t receiver, const plan::Traffic& traffic,
                                                measure::Ledger& ledger, Content content);

// Handing over happens at the pace of the wall, whatever the model's: one second there is `second` of the model.
sender::Config submission_config(const scenario::Sender& sender, Duration second);
// `accepted` is told the number of the sender that took a message, and its words.
using HandedOver = std::function<void(std::size_t sender, std::uint64_t message, std::string_view reply_text)>;
// Mail is signed before it is handed over, as applications do that have the keys themselves.
Desks make_submission_desks(const scenario::Scenario& scenario, const SenderKeys& keys, const plan::Traffic& traffic,
                            measure::Ledger& ledger, Duration second, const HandedOver& accepted,
                            const Finished& finished);

}  // namespace mailrig::world
