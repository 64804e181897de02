// A sender that already runs: it takes mail at an address of this machine, and nothing is known of its queue. Also the
// sender that nobody knows: then mail comes from outside.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/live/foreign_sender.h"
#include "sim/scenario/scenario.h"
#include "sim/world/probe.h"

namespace mailrig::rig {

class RunningSender final : public live::ForeignSender {
 public:
  // All of the scenario's senders hand their mail to `entrance`; without one, none is handed over. What it delivers
  // nowhere but into our world is shown by `probe`, which must arrive before anything else is handed over. `say` is
  // told what takes long. Scenario and probe outlive this.
  RunningSender(const scenario::Scenario& scenario, std::optional<boost::asio::ip::tcp::endpoint> entrance,
                const world::Probe& probe, std::function<void(std::string_view)> say)
      : scenario_(scenario), entrance_(std::move(entrance)), probe_(probe), say_(std::move(say)) {}

  bool needs_proof() const override { return entrance_.has_value(); }
  Result<void> prove(const std::atomic<bool>* interrupted) override;
  std::chrono::milliseconds start_time_max() const override { return {}; }
  Result<std::vector<boost::asio::ip::tcp::endpoint>> start(const world::World& world, const std::string& authority_pem,
                                                            const net::Clock& clock) override;
  void accepted(std::size_t, std::uint64_t, std::string_view) override {}
  std::optional<std::uint64_t> queued() override { return std::nullopt; }
  std::vector<live::UnseenAttempt> take_unseen_attempts(Instant) override { return {}; }
  Result<void> check() override { return {}; }
  Result<std::optional<live::QueueContent>> stop() override { return std::optional<live::QueueContent>(); }

 private:
  const scenario::Scenario& scenario_;
  std::optional<boost::asio::ip::tcp::endpoint> entrance_;
  const world::Probe& probe_;
  std::function<void(std::string_view)> say_;
};

}  // namespace mailrig::rig
