// A world on real sockets: one SMTP server per receiver, the DNS server, the run's own certificate authority. Used by
// `run` and by `serve`. Called from the main thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/net/address_map.h"
#include "fakes/net/dns_server.h"
#include "fakes/net/io_pool.h"
#include "fakes/net/locked_receiver.h"
#include "fakes/net/smtp_server.h"
#include "fakes/net/tls.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::live {

struct FakeInternetOptions {
  boost::asio::ip::udp::endpoint dns{};  // port 0 takes any free one
  // Where MX hosts listen: at any free port of 127.0.0.1, for a sender of ours that is told where (nullopt), or at the
  // addresses that DNS says, on this port.
  std::optional<std::uint16_t> own_addresses_port{};
  // All hosts of the only receiver listen here instead.
  std::optional<boost::asio::ip::tcp::endpoint> single{};
  std::vector<std::pair<IpAddress, IpAddress>> source_map{};  // real → whom the fakes judge
  // Of messages that are arriving, at all receivers together; beyond it they are answered with 452.
  std::uint64_t content_bytes_max = std::uint64_t{1} << 30;
};

class FakeInternet {
 public:
  // Listens from here on. `world` and `pool` must outlive it.
  static Result<std::unique_ptr<FakeInternet>> open(world::World& world, net::IoPool& pool,
                                                    const FakeInternetOptions& options);
  ~FakeInternet();
  FakeInternet(const FakeInternet&) = delete;
  FakeInternet& operator=(const FakeInternet&) = delete;

  // How the world's addresses map onto sockets.
  const net::AddressMap& addresses() const { return addresses_; }
  const boost::asio::ip::udp::endpoint& dns_endpoint() const { return dns_->endpoint(); }
  net::DnsCounts dns_counts() const { return dns_->counts(); }
  const net::CertificateAuthority& authority() const { return authority_; }
  // Where each of world.hosts listens.
  const std::vector<boost::asio::ip::tcp::endpoint>& host_endpoints() const { return host_endpoints_; }

  // What a reader did with mail comes to the receiver's ears.
  void read(const world::Readership::Act& act);
  // Something befalls a receiver: it goes off the net or comes back, shows new certificates (connections that are open
  // keep theirs), or behaves otherwise.
  Result<void> change(std::uint32_t receiver, const std::function<void(policy::Conditions&)>& apply);
  // Ends every connection; receivers know when it returns.
  void stop();

 private:
  FakeInternet(world::World& world, net::CertificateAuthority authority, std::uint64_t content_bytes_max);
  // Null where the receiver does not offer STARTTLS. Not under its lock.
  Result<net::TlsContext> tls_context(const receiver::Receiver& receiver, const std::string& host,
                                      policy::Certificate certificate) const;
  Result<void> open_receiver(net::IoPool& pool, std::uint32_t index, const FakeInternetOptions& options);

  world::World& world_;
  smtp::ContentBudget content_budget_;
  net::CertificateAuthority authority_;
  net::AddressMap addresses_;
  std::vector<std::unique_ptr<net::LockedReceiver>> receivers_;
  std::vector<std::unique_ptr<net::SmtpServer>> servers_;  // by receiver
  std::vector<std::vector<std::size_t>> served_;           // by receiver: the world's hosts that its server speaks for
  std::vector<boost::asio::ip::tcp::endpoint> host_endpoints_;
  std::shared_ptr<net::DnsServer> dns_;
};

}  // namespace mailrig::live
