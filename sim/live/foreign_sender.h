// A sender under test that is not ours: a real MTA in a world of its own, a program that already runs, or whoever comes
// from outside. The driver hands it the scenario's traffic and asks it what still waits. Called from the main thread,
// but for accepted().
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/net/clock.h"
#include "sim/world/world.h"

namespace mailrig::live {

// What a sender's queue held when it was stopped.
struct QueueContent {
  struct Waiting {
    std::uint64_t message = 0;  // the run's id
    std::string recipient;
  };
  std::vector<Waiting> deliveries;
  struct Notification {
    std::string mail_to;
    std::string content;
  };
  std::vector<Notification> notifications;  // that it had not yet delivered
};

// A try that no receiver saw, or that named no recipient to one; the sender's own log tells of it.
struct UnseenAttempt {
  Instant at{};
  std::uint64_t message = 0;  // the run's id
  std::string recipient;
  IpAddress source;  // 0.0.0.0 when not known
  smtp::RecipientResult result;
  bool timed_out = false;
};

class ForeignSender {
 public:
  virtual ~ForeignSender() = default;

  // Whether it must be seen to deliver into our world before anything is handed to it: then prove() is called while
  // the world listens, before the model's time begins. Fails when it was not seen; when interrupted, it returns with
  // nothing proven.
  virtual bool needs_proof() const { return false; }
  virtual Result<void> prove(const std::atomic<bool>* /*interrupted; may be null*/) { return {}; }

  // Wall time that start() may take. The model's clock reaches the scenario's beginning that long after its start.
  virtual std::chrono::milliseconds start_time_max() const = 0;
  // The world listens, and `clock` is its time; its receivers' certificates are of the authority with this certificate
  // (PEM). Returns where each of the scenario's senders takes mail, in their
  // order; nothing when mail comes from elsewhere. Fails when mail could go anywhere but into the world.
  virtual Result<std::vector<boost::asio::ip::tcp::endpoint>> start(const world::World& world,
                                                                    const std::string& authority_pem,
                                                                    const net::Clock& clock) = 0;
  // It took over a message with these words. On the thread that hands over.
  virtual void accepted(std::size_t sender, std::uint64_t message, std::string_view reply_text) = 0;
  // Messages in its queue, or nothing when nobody can know.
  virtual std::optional<std::uint64_t> queued() = 0;
  // Those that became known since the last call.
  virtual std::vector<UnseenAttempt> take_unseen_attempts(Instant now) = 0;
  // It cannot go on by itself any more; the error says why.
  virtual Result<void> check() = 0;
  // Ends it. Nothing when its queue cannot be read.
  virtual Result<std::optional<QueueContent>> stop() = 0;
};

}  // namespace mailrig::live
