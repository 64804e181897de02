#include "sim/world/outbox.h"

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"

namespace mailrig::world {
namespace {

// As many connections as load generators for SMTP open by default.
constexpr std::uint32_t submission_connections = 20;
constexpr int submission_patience_s = 30;

}  // namespace

sender::Config sender_config(const scenario::Sender& sender) {
  sender::Config config;
  config.name = sender.name;
  config.domain = sender.domain;
  config.helo = sender.helo;
  config.source_ips = sender.ips;
  config.retry = sender.retry;
  config.retry_jitter_ppm = sender.retry_jitter_ppm;
  config.expire = sender.expire;
  if (sender.connections) config.connections_per_destination_max = *sender.connections;
  config.connections_max = sender.connections_total;
  config.messages_per_connection_max = sender.messages_per_connection;
  config.recipients_per_transaction_max = sender.recipients_per_transaction;
  config.pipelining = sender.pipelining;
  config.tls = sender.tls;
  config.warmup = sender.warmup;
  if (sender.suppression) {
    config.suppression = {.length = sender.suppression->length, .addresses = sender.suppression->addresses};
  }
  if (sender.stop) config.stop = sender.stop->when;
  return config;
}

Desks make_desks(const scenario::Scenario& scenario, const SenderKeys& keys, const plan::Traffic& traffic,
                 measure::Ledger& ledger, Content content, const Finished& finished) {
  const plan::ReceiverDomains domains = receiver_domains(scenario);
  Desks desks;
  for (std::size_t i = 0; i < scenario.senders.size(); ++i) {
    sender::Config config = sender_config(scenario.senders[i]);
    for (const scenario::SenderShaping& shaping : scenario.senders[i].shaping) {
      config.shapings.push_back({.domains = domains[shaping.target_index], .how = shaping});
    }
    // Numbered as the ledger numbers them.
    if (config.warmup) config.warmup_groups = domains;
    desks.push_back(std::make_unique<SenderDesk>(std::move(config), Draw(scenario.seed), traffic, ledger, content,
                                                 std::make_unique<Delivering>(ledger), finished,
                                                 MessageSigner(keys.of(i))));
  }
  return desks;
}

Desks make_forwarder_desks(const scenario::Scenario& scenario, const plan::Traffic& traffic, measure::Ledger& ledger,
                           Content content) {
  Desks desks;
  for (const scenario::Forwarder& forwarder : scenario.forwarders) {
    sender::Config config = sender_config(forwarder);
    config.name = "forwarder/" + forwarder.name;
    // Nothing that is passed on was planned.
    const auto nothing_finished = [](Instant, std::uint32_t) {};
    desks.push_back(std::make_unique<SenderDesk>(std::move(config), Draw(scenario.seed), traffic, ledger, content,
                                                 std::make_unique<Forwarding>(ledger), nothing_finished));
  }
  return desks;
}

std::unique_ptr<SenderDesk> make_answering_desk(const scenario::Scenario& scenario, const World& world,
                                                std::uint32_t receiver, const plan::Traffic& traffic,
                                                measure::Ledger& ledger, Content content) {
  const auto host = std::find_if(world.hosts.begin(), world.hosts.end(),
                                 [receiver](const MxHost& each) { return each.receiver == receiver; });
  CHECK(host != world.hosts.end());  // what has no host got nothing to answer
  const receiver::Profile& profile = scenario.receivers[receiver].profile;
  sender::Config config;
  config.name = "mailboxes/" + scenario.receivers[receiver].name;
  config.domain = profile.domains.empty() ? host->name : profile.domains.front();
  config.helo = host->name;
  config.source_ips = {host->address};
  const auto nothing_finished = [](Instant, std::uint32_t) {};
  return std::make_unique<SenderDesk>(std::move(config), Draw(scenario.seed), traffic, ledger, content,
                                      std::make_unique<Answering>(ledger), nothing_finished);
}

sender::Config submission_config(const scenario::Sender& sender, Duration second) {
  sender::Config config;
  config.name = sender.name + "/submission";
  config.domain = sender.domain;
  config.helo = sender.helo;
  config.source_ips = {IpAddress::v4(0x7f000001)};
  config.retry = {second / 2, second, 2 * second};
  // However fast the model's time goes, the sender must get the chance to come round.
  config.expire = std::max(sender.submit_timeout, submission_patience_s * second);
  config.connections_per_destination_max = submission_connections;
  config.connections_max = submission_connections;
  config.messages_per_connection_max = 1'000;
  config.recipients_per_transaction_max = 1'000;
  config.connection_idle_max = 5 * second;
  config.smarthost = "submission";
  return config;
}

Desks make_submission_desks(const scenario::Scenario& scenario, const SenderKeys& keys, const plan::Traffic& traffic,
                            measure::Ledger& ledger, Duration second, const HandedOver& accepted,
                            const Finished& finished) {
  Desks desks;
  for (std::size_t i = 0; i < scenario.senders.size(); ++i) {
    const bool signs = scenario.senders[i].signer == scenario::Signer::builtin;
    auto duty = std::make_unique<Submitting>(
        ledger, [accepted, i](std::uint64_t message, std::string_view text) { accepted(i, message, text); });
    desks.push_back(std::make_unique<SenderDesk>(submission_config(scenario.senders[i], second), Draw(scenario.seed),
                                                 traffic, ledger, Content::rendered, std::move(duty), finished,
                                                 signs ? MessageSigner(keys.of(i)) : MessageSigner()));
  }
  return desks;
}

}  // namespace mailrig::world
