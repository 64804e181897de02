// A fake provider's SMTP servers: listens for each of its MX hosts and serves every connection on one of the pool's
// threads. Receivers decide, the SMTP engine speaks, this carries bytes.
//
// Its functions are called from outside the pool, one at a time; set_listening() and set_tls() also from the pool's
// first thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/net/address_map.h"
#include "fakes/net/io_pool.h"
#include "fakes/net/locked_receiver.h"
#include "fakes/net/tls.h"

namespace mailrig::net {

struct SmtpListener {
  std::string mx_host;
  boost::asio::ip::tcp::endpoint endpoint;  // the real one; port 0 takes any free port
  TlsContext tls;                           // null: STARTTLS is not offered, whatever the profile says
};

struct SmtpServerOptions {
  std::vector<SmtpListener> listeners;
  std::size_t connections_max = 20'000;           // more are closed as soon as they are accepted
  smtp::ContentBudget* content_budget = nullptr;  // of all servers that share it; outlives them
};

class SmtpServer {
 public:
  // Listens from here on. Fails when an address cannot be bound. All arguments but `options` outlive the server.
  static Result<std::unique_ptr<SmtpServer>> open(IoPool& pool, LockedReceiver& receiver, const AddressMap& addresses,
                                                  SmtpServerOptions options);
  ~SmtpServer();  // stop()  NOLINT(bugprone-exception-escape)
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  // In the order of the listeners, with the ports that were taken.
  std::vector<boost::asio::ip::tcp::endpoint> endpoints() const;
  std::size_t open_connections() const;

  // False: new connections are refused, open ones go on. True: listens on the same ports again.
  Result<void> set_listening(bool listening);
  // For connections that are accepted from now on; open ones keep what they have. In the order of the listeners.
  void set_tls(std::vector<TlsContext> contexts);
  // Ends everything and returns when the last connection is gone and the receiver knows. For good.
  void stop();

 private:
  struct State;
  explicit SmtpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::net
