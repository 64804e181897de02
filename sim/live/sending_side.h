// All that sends in a live world: the scenario's senders, or those that hand its traffic over to a sender that is not
// ours, the forwarders, whose doors it opens, and the receivers, whose mailboxes answer. Called from the main thread;
// the work is done on another.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/mail/outgoing.h"
#include "sim/live/fake_internet.h"
#include "sim/live/foreign_sender.h"
#include "sim/live/traffic_thread.h"
#include "sim/measure/histogram.h"
#include "sim/measure/ledger.h"
#include "sim/plan/mix.h"
#include "sim/scenario/scenario.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::live {

class SendingSide {
 public:
  // Before the world listens: what forwarders take from then on waits until one of the following starts. All must
  // outlive it.
  SendingSide(const scenario::Scenario& scenario, world::World& world, measure::Ledger& ledger,
              const net::Clock& clock);

  // One of these, once; `internet` and `traffic` must outlive this too. They fail when there is no TLS to be had.
  Result<void> start_senders(const FakeInternet& internet, const plan::Traffic& traffic);
  // `entrances`: where `sender` takes the mail of each of the scenario's senders, in their order.
  Result<void> start_submission(const FakeInternet& internet, const plan::Traffic& traffic, ForeignSender& sender,
                                const std::vector<boost::asio::ip::tcp::endpoint>& entrances);
  // Mail comes from outside: there is no traffic to play, only mail to pass on and to answer.
  Result<void> start_without_traffic(const FakeInternet& internet);

  // All traffic was handed over or delivered, and neither forwarders nor mailboxes have anything in hand. Never, where
  // mail comes from outside.
  bool done() const { return thread_ && plays_ && thread_->done(); }
  // The last message was offered and `end.drain` has passed since.
  bool drained() const { return thread_ && plays_ && thread_->drained(); }
  // Of the reference senders, once they were started.
  void set_source(const scenario::SourceChange& change);
  void suppress(const scenario::SuppressionChange& change);
  void complained(const world::Readership::Act& act);
  // Once one of the above has started: sends what a mailbox answers.
  void answer(std::uint32_t receiver, world::Readership::Answer answer);
  // Stops where it is. The world may go on listening.
  void stop();
  // See TrafficThread::lag().
  measure::Histogram lag() const { return thread_ ? thread_->lag() : measure::Histogram(); }

 private:
  struct Taken {
    std::uint32_t forwarder = 0;
    std::uint64_t id = 0;
    mail::Outgoing message;
  };

  // With the desks of the forwarders behind those of the senders, and those of the receivers behind them.
  void start(const FakeInternet& internet, const plan::Traffic& traffic, const TrafficThread::DeskMaker& senders,
             std::vector<Route> routes, const net::TlsContext& others_tls);
  void relay(Taken taken);

  const scenario::Scenario& scenario_;
  world::World& world_;
  measure::Ledger& ledger_;
  const net::Clock& clock_;
  net::AddressMap entrances_;
  bool plays_ = true;
  scenario::Scenario idle_scenario_;  // the same world without traffic
  std::optional<plan::Traffic> nothing_;
  std::mutex mutex_;          // of what follows, where receivers' threads come in
  std::vector<Taken> early_;  // before the start
  std::size_t first_forwarder_ = 0;
  std::optional<TrafficThread> thread_;
};

// Stops a sending side when the scope ends, whatever ends it: before the world that it sends into goes.
class StopAtEnd {
 public:
  explicit StopAtEnd(SendingSide& side) : side_(side) {}
  ~StopAtEnd() { side_.stop(); }  // NOLINT(bugprone-exception-escape): what stops threads can do no better
  StopAtEnd(const StopAtEnd&) = delete;
  StopAtEnd& operator=(const StopAtEnd&) = delete;

 private:
  SendingSide& side_;
};

}  // namespace mailrig::live
