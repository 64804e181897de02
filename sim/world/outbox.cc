#include "sim/world/outbox.h"

namespace mailrig::world {

sender::Config sender_config(const scenario::Sender& sender) {
  sender::Config config;
  config.name = sender.name;
  config.domain = sender.domain;
  config.helo = sender.helo;
  config.source_ips = sender.ips;
  config.retry = sender.retry;
  config.retry_jitter_ppm = sender.retry_jitter_ppm;
  config.expire = sender.expire;
  config.connections_per_destination_max = sender.connections;
  config.connections_max = sender.connections_total;
  config.messages_per_connection_max = sender.messages_per_connection;
  config.recipients_per_transaction_max = sender.recipients_per_transaction;
  config.pipelining = sender.pipelining;
  config.tls = sender.tls;
  return config;
}

std::vector<std::unique_ptr<SenderDesk>> make_desks(const scenario::Scenario& scenario, const plan::Traffic& traffic,
                                                    measure::Ledger& ledger, Content content,
                                                    const std::function<void(Instant, std::uint32_t)>& finished) {
  std::vector<std::unique_ptr<SenderDesk>> desks;
  for (const scenario::Sender& sender : scenario.senders) {
    desks.push_back(
        std::make_unique<SenderDesk>(sender_config(sender), Draw(scenario.seed), traffic, ledger, content, finished));
  }
  return desks;
}

}  // namespace mailrig::world
