#include "sim/live/fake_internet.h"

#include <mutex>
#include <utility>

#include "fakes/net/endpoint.h"

namespace mailrig::live {

using boost::asio::ip::tcp;

FakeInternet::FakeInternet(world::World& world, net::CertificateAuthority authority, std::uint64_t content_bytes_max)
    : world_(world),
      content_budget_(content_bytes_max),
      authority_(std::move(authority)),
      host_endpoints_(world.hosts.size()) {}

FakeInternet::~FakeInternet() {
  stop();
}

Result<std::unique_ptr<FakeInternet>> FakeInternet::open(world::World& world, net::IoPool& pool,
                                                         const FakeInternetOptions& options) {
  auto authority = net::CertificateAuthority::create();
  if (!authority) return authority.error();
  std::unique_ptr<FakeInternet> internet(new FakeInternet(world, std::move(*authority), options.content_bytes_max));
  for (const auto& [real, judged] : options.source_map) internet->addresses_.add_source(judged, real);
  for (std::uint32_t index = 0; index < world.receivers.size(); ++index) {
    if (auto opened = internet->open_receiver(pool, index, options); !opened) return opened.error();
  }
  auto dns = net::DnsServer::listen(pool.at(0).io, options.dns, world.zones, pool.clock(), world.dnssec.get());
  if (!dns) return dns.error();
  internet->dns_ = std::move(*dns);
  return internet;
}

Result<net::TlsContext> FakeInternet::tls_context(const receiver::Receiver& receiver, const std::string& host,
                                                  policy::Certificate certificate) const {
  if (!receiver.profile().offers_starttls()) return net::TlsContext();
  const receiver::TlsSettings& tls = receiver.profile().tls;
  return authority_.server_context(host, {tls.min, tls.max}, certificate);
}

Result<void> FakeInternet::open_receiver(net::IoPool& pool, std::uint32_t index, const FakeInternetOptions& options) {
  receiver::Receiver& receiver = *world_.receivers[index];
  net::SmtpServerOptions server;
  server.content_budget = &content_budget_;
  std::vector<std::size_t> hosts;
  for (std::size_t i = 0; i < world_.hosts.size(); ++i) {
    const world::MxHost& host = world_.hosts[i];
    if (host.receiver != index) continue;
    // One address can be listened on once: then the first host speaks for all.
    if (options.single && !hosts.empty()) continue;
    net::SmtpListener listener{
        .mx_host = host.name, .endpoint = {boost::asio::ip::address_v4::loopback(), 0}, .tls = {}};
    if (options.single) {
      listener.endpoint = *options.single;
    } else if (options.own_addresses_port) {
      listener.endpoint = tcp::endpoint(net::to_asio(host.address), *options.own_addresses_port);
    }
    auto context = tls_context(receiver, host.name, receiver.conditions().certificate);
    if (!context) return context.error();
    listener.tls = std::move(*context);
    server.listeners.push_back(std::move(listener));
    hosts.push_back(i);
  }
  receivers_.push_back(std::make_unique<net::LockedReceiver>(receiver));
  auto opened = net::SmtpServer::open(pool, *receivers_.back(), addresses_, std::move(server));
  if (!opened) return opened.error();
  const auto endpoints = (*opened)->endpoints();
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    host_endpoints_[hosts[i]] = endpoints[i];
    addresses_.add_listener(world_.hosts[hosts[i]].address, 25, endpoints[i]);
  }
  servers_.push_back(std::move(*opened));
  served_.push_back(std::move(hosts));
  return receiver.conditions().down ? servers_.back()->set_listening(false) : Result<void>();
}

void FakeInternet::read(const world::Readership::Act& act) {
  const auto reading = act.reading();
  if (!reading) return;
  net::LockedReceiver& locked = *receivers_[act.receiver];
  const std::lock_guard lock(locked.mutex);
  locked.receiver.read(act.at, act.sender, *reading);
}

Result<void> FakeInternet::change(std::uint32_t receiver, const std::function<void(policy::Conditions&)>& apply) {
  net::LockedReceiver& locked = *receivers_[receiver];
  // Nobody else changes them.
  const policy::Conditions before = locked.receiver.conditions();
  policy::Conditions after = before;
  apply(after);
  std::vector<net::TlsContext> contexts;
  if (after.certificate != before.certificate) {
    for (const std::size_t host : served_[receiver]) {
      // The profile never changes, so that keys can be made while the receiver works.
      auto context = tls_context(locked.receiver, world_.hosts[host].name, after.certificate);
      if (!context) return context.error();
      contexts.push_back(std::move(*context));
    }
  }
  {
    const std::lock_guard lock(locked.mutex);
    locked.receiver.set_conditions(after);
  }
  if (!contexts.empty()) servers_[receiver]->set_tls(std::move(contexts));
  if (after.down != before.down) return servers_[receiver]->set_listening(!after.down);
  return {};
}

void FakeInternet::stop() {
  for (auto& server : servers_) server->stop();
  if (dns_) dns_->stop();
}

}  // namespace mailrig::live
