// An unmodified Postfix as the sender under test: one instance for each of the scenario's senders, in a world of its
// own (isolated_world.h). Linux, as root.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "sim/live/fake_internet.h"
#include "sim/live/foreign_sender.h"
#include "sim/rig/isolated_world.h"
#include "sim/rig/postfix_config.h"
#include "sim/rig/postfix_log.h"
#include "sim/rig/signing_milters.h"
#include "sim/scenario/scenario.h"

namespace mailrig::rig {

class Postfix final : public live::ForeignSender {
 public:
  // Makes the world, fetching Postfix where the machine has none. Before any thread exists; main thread. Its log goes
  // to `log_folder` in the end. The scenario must outlive it.
  static Result<std::unique_ptr<Postfix>> open(const scenario::Scenario& scenario, std::uint64_t speed_permille,
                                               std::filesystem::path log_folder,
                                               const std::function<void(std::string_view)>& say);
  // Where the fake internet has to be for it.
  live::FakeInternetOptions internet() const;
  // "Postfix 3.7.11", and what was set.
  std::vector<std::string> notes() const;

  std::chrono::milliseconds start_time_max() const override;
  Result<std::vector<boost::asio::ip::tcp::endpoint>> start(const world::World& world, const std::string& authority_pem,
                                                            const net::Clock& clock) override;
  void accepted(std::size_t sender, std::uint64_t message, std::string_view reply_text) override;
  std::optional<std::uint64_t> queued() override;
  std::vector<live::UnseenAttempt> take_unseen_attempts(Instant now) override;
  Result<void> check() override;
  Result<std::optional<live::QueueContent>> stop() override;

 private:
  Postfix(const scenario::Scenario& scenario, std::uint64_t speed_permille, std::filesystem::path log_folder,
          IsolatedWorld world);

  Result<void> furnish();
  Result<void> check_names(const world::World& world) const;
  Result<void> launch(Instant now);
  Result<void> await(const PostfixInstance& instance);
  Result<void> read_queue(std::size_t index, live::QueueContent& into);
  std::string log_tail(const PostfixInstance& instance) const;
  Result<std::string> in_world(std::vector<std::string> words) const;

  const scenario::Scenario& scenario_;
  std::uint64_t speed_permille_;
  std::filesystem::path log_folder_;
  IsolatedWorld world_;
  std::string version_;
  std::vector<std::string> milter_notes_;
  std::vector<PostfixInstance> instances_;  // by sender
  SigningMilters milters_;
  std::optional<BackgroundCommand> running_;
  std::optional<std::uint64_t> message_of(std::size_t instance, std::string_view queue_id);
  void read_log(std::size_t instance, Instant now);

  // A try that the log tells of, perhaps before the reply that names its message was read.
  struct Told {
    std::size_t instance = 0;
    UnseenTry of;
    std::chrono::steady_clock::time_point heard;
  };
  std::vector<std::unique_ptr<std::ifstream>> logs_;  // by instance
  std::vector<std::string> log_rest_;                 // of a line that is not complete yet, by instance
  std::vector<Told> told_;
  std::mutex mutex_;                                                  // around:
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> messages_;  // by hash of instance and queue id
};

}  // namespace mailrig::rig
