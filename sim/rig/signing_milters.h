// The milters of a run that sign for its Postfix instances, one for each sender whose `signer` is not mailrig itself.
// They live in the same isolated world. OpenDKIM is under the same clock, so that t= of its signatures is the model's
// time; rspamd does not bear libfaketime, and dates its signatures by the wall.
// Main thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "sim/rig/isolated_world.h"
#include "sim/rig/packages.h"
#include "sim/rig/signing_milter.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace mailrig::rig {

// What has to be there for the scenario's signers.
std::vector<Program> milter_programs(const scenario::Scenario& scenario);

class SigningMilters {
 public:
  // The scenario must outlive it.
  SigningMilters(const scenario::Scenario& scenario, std::uint64_t speed_permille);

  // Where the milter of this sender of the scenario listens, on 127.0.0.1; 0 when it has none.
  std::uint16_t port(std::size_t sender) const;
  // Wall time that they take to start.
  std::chrono::milliseconds start_time_max() const;
  // What a shell inside has to do first: their users and folders.
  std::string preparation() const;
  // One sentence for each: who signs with what. Asks the programs for their versions.
  Result<std::vector<std::string>> notes(const IsolatedWorld& inside) const;
  // Writes their configurations and the world's keys.
  Result<void> furnish(const IsolatedWorld& inside, const world::World& world) const;
  // What a shell inside has to do to start them, in the background.
  std::string start_command() const;
  // Until they listen. An error brings the end of the log.
  Result<void> await(const IsolatedWorld& inside) const;
  // One that ended by itself is an error, which brings the end of its log: its Postfix only tries again and again.
  Result<void> check(const IsolatedWorld& inside) const;
  void keep_logs(const IsolatedWorld& inside, const std::filesystem::path& folder) const;

 private:
  struct Milter {
    std::size_t sender = 0;
    MilterInstance instance;
  };
  const scenario::Sender& sender_of(const Milter& milter) const { return scenario_.senders[milter.sender]; }

  const scenario::Scenario& scenario_;
  std::uint64_t speed_permille_;
  std::vector<Milter> milters_;
};

}  // namespace mailrig::rig
