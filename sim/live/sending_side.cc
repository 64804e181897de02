#include "sim/live/sending_side.h"

#include <utility>

#include "fakes/net/tls.h"
#include "sim/world/door.h"
#include "sim/world/outbox.h"

namespace mailrig::live {

namespace {

Route into_the_world(const FakeInternet& internet, const net::TlsContext& tls) {
  return {.dns = internet.dns_endpoint(), .addresses = internet.addresses(), .tls = tls};
}

}  // namespace

SendingSide::SendingSide(const scenario::Scenario& scenario, world::World& world, measure::Ledger& ledger,
                         const net::Clock& clock)
    : scenario_(scenario), world_(world), ledger_(ledger), clock_(clock) {
  world::open_doors(world_.doors, ledger_, [this](std::uint32_t forwarder, std::uint64_t id, mail::Outgoing message) {
    relay({forwarder, id, std::move(message)});
  });
}

Result<void> SendingSide::start_senders(const FakeInternet& internet, const plan::Traffic& traffic) {
  auto anybody = net::client_context();
  if (!anybody) return anybody.error();
  auto verified = net::verifying_client_context(internet.authority().certificate_pem(), net::all_versions);
  if (!verified) return verified.error();
  std::vector<Route> routes;
  for (const scenario::Sender& sender : scenario_.senders) {
    routes.push_back(into_the_world(internet, sender.tls == smtp::TlsPolicy::verify ? *verified : *anybody));
  }
  const auto desks = [&](const world::Finished& finished) {
    return world::make_desks(scenario_, world_.sender_keys, traffic, ledger_, world::Content::rendered, finished);
  };
  start(internet, traffic, desks, std::move(routes), *anybody);
  return {};
}

Result<void> SendingSide::start_submission(const FakeInternet& internet, const plan::Traffic& traffic,
                                           ForeignSender& sender,
                                           const std::vector<boost::asio::ip::tcp::endpoint>& entrances) {
  auto tls = net::client_context();
  if (!tls) return tls.error();
  const Duration second = clock_.to_model(std::chrono::seconds(1));
  std::vector<Route> routes;
  for (std::size_t i = 0; i < entrances.size(); ++i) {
    // In the world's terms the entrances are hosts of a network that nothing else uses.
    const IpAddress host = IpAddress::v4(0xc0000201 + static_cast<std::uint32_t>(i));  // 192.0.2.1 …
    entrances_.add_listener(host, 25, entrances[i]);
    dns::MxResult smarthost{dns::MxStatus::ok, {{0, "submission", {host}}}, 3'600};
    routes.push_back({.dns = internet.dns_endpoint(),
                      .addresses = entrances_,
                      .tls = *tls,
                      .smarthost = std::move(smarthost),
                      .reply_timeout = 60 * second});
  }
  const auto desks = [&](const world::Finished& finished) {
    const auto accepted = [&sender](std::size_t from, std::uint64_t message, std::string_view text) {
      sender.accepted(from, message, text);
    };
    return world::make_submission_desks(scenario_, world_.sender_keys, traffic, ledger_, second, accepted, finished);
  };
  start(internet, traffic, desks, std::move(routes), *tls);
  return {};
}

Result<void> SendingSide::start_without_traffic(const FakeInternet& internet) {
  auto tls = net::client_context();
  if (!tls) return tls.error();
  idle_scenario_ = scenario_;
  idle_scenario_.traffic.clear();
  auto nothing = plan::Traffic::create(idle_scenario_, {});
  if (!nothing) return nothing.error();
  nothing_.emplace(std::move(*nothing));
  plays_ = false;
  start(
      internet, *nothing_, [](const world::Finished&) { return world::Desks(); }, {}, *tls);
  return {};
}

void SendingSide::start(const FakeInternet& internet, const plan::Traffic& traffic,
                        const TrafficThread::DeskMaker& senders, std::vector<Route> routes,
                        const net::TlsContext& others_tls) {
  const std::lock_guard lock(mutex_);
  first_forwarder_ = routes.size();
  const std::size_t others = scenario_.forwarders.size() + scenario_.receivers.size();
  for (std::size_t i = 0; i < others; ++i) routes.push_back(into_the_world(internet, others_tls));
  const auto desks = [&](const world::Finished& finished) {
    world::Desks all = senders(finished);
    for (auto& desk : world::make_forwarder_desks(scenario_, traffic, ledger_, world::Content::rendered)) {
      all.push_back(std::move(desk));
    }
    for (std::uint32_t i = 0; i < scenario_.receivers.size(); ++i) {
      all.push_back(world::make_answering_desk(scenario_, world_, i, traffic, ledger_, world::Content::rendered));
    }
    return all;
  };
  thread_.emplace(scenario_, traffic, clock_, desks, routes);
  for (Taken& taken : std::exchange(early_, {})) {
    thread_->relay(first_forwarder_ + taken.forwarder, taken.id, std::move(taken.message));
  }
  thread_->start();
}

void SendingSide::relay(Taken taken) {
  const std::lock_guard lock(mutex_);
  if (!thread_) {
    early_.push_back(std::move(taken));
  } else {
    thread_->relay(first_forwarder_ + taken.forwarder, taken.id, std::move(taken.message));
  }
}

void SendingSide::set_source(const scenario::SourceChange& change) {
  thread_->with(change.sender_index,
                [change](world::SenderDesk&, Outbound& outbound) { outbound.set_source(change.source, change.up); });
}

void SendingSide::suppress(const scenario::SuppressionChange& change) {
  thread_->with(change.sender_index, [this, change](world::SenderDesk& desk, Outbound&) {
    desk.suppress(clock_.now(), change.address, change.suppressed);
  });
}

void SendingSide::complained(const world::Readership::Act& act) {
  const measure::Origin origin = *act.origin;
  thread_->with(scenario_.mail[origin.stream].sender_index,
                [origin, at = act.at, mailbox = act.mailbox](world::SenderDesk& desk, Outbound&) {
                  desk.complained(at, origin.stream, origin.source, mailbox);
                });
}

void SendingSide::answer(std::uint32_t receiver, world::Readership::Answer answer) {
  const std::size_t desk = first_forwarder_ + scenario_.forwarders.size() + receiver;
  thread_->relay(desk, answer.id, std::move(answer.message));
}

void SendingSide::stop() {
  if (thread_) thread_->stop();
}

}  // namespace mailrig::live
