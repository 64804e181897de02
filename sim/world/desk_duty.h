// What the sender at a desk does for the run, and hence what its reports mean to the ledger: it delivers, being itself
// the sender under test; it submits to the sender under test, which is somebody else's; it passes on what a forwarder
// has taken; or it sends what mailboxes answer. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "sim/measure/ledger.h"
#include "sim/sender/sender.h"

namespace mailrig::world {

class DeskDuty {
 public:
  virtual ~DeskDuty() = default;

  // A message is in the sender's queue.
  virtual void taken(Instant now, std::uint64_t message) = 0;
  virtual void transaction_started(std::uint64_t session_key, std::uint64_t message) = 0;
  virtual void attempt(const measure::SenderAttempt& attempt) = 0;
  virtual void final(const sender::Event& event) = 0;
  // Nothing more will be tried for the message.
  virtual void done(Instant now, std::uint64_t message) = 0;
  // Failures are bounced to MAIL FROM.
  virtual bool bounces() const = 0;
  // Somebody will handle the message who may lay it out anew.
  virtual bool hands_over() const = 0;
};

// To the receivers of the run, whosever mail it is: what the duties below have in common.
class Carrying : public DeskDuty {
 public:
  explicit Carrying(measure::Ledger& ledger) : ledger_(ledger) {}

  void taken(Instant, std::uint64_t) override {}
  // A receiver takes for a delivery only what is announced as one.
  void transaction_started(std::uint64_t session_key, std::uint64_t message) final {
    ledger_.transaction_started(session_key, message);
  }
  void attempt(const measure::SenderAttempt& attempt) override { ledger_.sender_attempt(attempt); }
  void done(Instant, std::uint64_t) override {}
  bool bounces() const override { return true; }
  bool hands_over() const final { return false; }

 protected:
  measure::Ledger& ledger_;
};

class Delivering final : public Carrying {
 public:
  using Carrying::Carrying;

  void taken(Instant now, std::uint64_t message) override { ledger_.submitted(now, message); }
  void final(const sender::Event& event) override;
  void done(Instant now, std::uint64_t message) override { ledger_.done(now, message); }
};

// Passes on what a forwarder has taken.
class Forwarding final : public Carrying {
 public:
  using Carrying::Carrying;

  void final(const sender::Event& event) override;
};

// Sends what mailboxes answer. Failures are told to nobody: the mailbox that would be told is next door.
class Answering final : public Carrying {
 public:
  using Carrying::Carrying;

  void attempt(const measure::SenderAttempt&) override {}
  void final(const sender::Event& event) override;
  bool bounces() const override { return false; }
};

class Submitting final : public DeskDuty {
 public:
  // Told the text of the reply that took over a message: many MTAs name their queue id there.
  using Accepted = std::function<void(std::uint64_t message, std::string_view reply_text)>;

  Submitting(measure::Ledger& ledger, Accepted accepted) : ledger_(ledger), accepted_(std::move(accepted)) {}

  void taken(Instant, std::uint64_t) override {}
  // Receivers never see this connection.
  void transaction_started(std::uint64_t, std::uint64_t) override {}
  void attempt(const measure::SenderAttempt& attempt) override;
  void final(const sender::Event& event) override;
  void done(Instant now, std::uint64_t message) override;
  bool bounces() const override { return false; }
  bool hands_over() const override { return true; }

 private:
  measure::Ledger& ledger_;
  Accepted accepted_;
  std::unordered_set<std::uint64_t> submitted_;  // of the messages that are not done, those with a recipient taken
};

}  // namespace mailrig::world
