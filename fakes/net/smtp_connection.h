// One connection to a fake receiver: carries bytes between a socket and the SMTP engine, and asks the receiver what to
// answer. Lives on one worker from accept to close; only abort() may be called from elsewhere.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/net/address_map.h"
#include "fakes/net/clock.h"
#include "fakes/net/connection_set.h"
#include "fakes/net/io_pool.h"
#include "fakes/net/locked_receiver.h"
#include "fakes/net/socket.h"
#include "fakes/net/tls.h"
#include "fakes/policy/session.h"
#include "fakes/smtp/server_session.h"

namespace mailrig::net {

// What all connections to one MX host share. Everything it refers to outlives the connections.
struct SmtpHost {
  LockedReceiver& receiver;
  const Clock& clock;
  const AddressMap& addresses;
  std::string mx_host;
  TlsContext tls;                                 // null: STARTTLS is not offered
  smtp::ContentBudget* content_budget = nullptr;  // null: each message has its own limits only
};

class SmtpConnection : public std::enable_shared_from_this<SmtpConnection> {
 public:
  SmtpConnection(Socket socket, const boost::asio::ip::tcp::endpoint& client, Worker& worker,
                 std::shared_ptr<const SmtpHost> host, std::shared_ptr<ConnectionSet> set);
  ~SmtpConnection();

  // Starts serving on the worker; the connection keeps itself alive until it is over.
  void start();
  // Ends the connection without another word. From any thread.
  void abort();

 private:
  template <class T>
  using Awaitable = boost::asio::awaitable<T, Executor>;
  using TlsStream = boost::asio::ssl::stream<Socket&>;

  struct Decision {
    smtp::ServerAnswer answer;
    Duration delay{};
  };

  static Awaitable<void> run(std::shared_ptr<SmtpConnection> self);
  template <class Stream>
  Awaitable<bool> converse(Stream& stream);
  template <class Stream>
  Awaitable<void> write_output(Stream& stream);
  Awaitable<void> pause(Duration delay);
  Awaitable<bool> handshake();
  Awaitable<void> say_goodbye();

  // Until wait_over(), time_is_up() is called past `deadline`.
  void wait_until(Instant deadline);
  void wait_over() { deadline_->clear(); }
  void time_is_up();

  Decision decide(const smtp::ServerEvent& event);
  Decision decide(const policy::Verdict& verdict, std::string_view recipient = {},
                  const policy::MessageFacts* message = nullptr);
  void take_input(boost::system::error_code error, std::size_t bytes);
  void read_what_is_left();
  void tell_disconnected();
  void peer_gone();

  std::shared_ptr<const SmtpHost> host_;
  std::shared_ptr<ConnectionSet> set_;
  Worker& worker_;
  Socket socket_;
  std::optional<TlsStream> tls_;
  std::optional<DeadlineSweeper::Slot> deadline_;   // while run() runs
  std::optional<boost::asio::steady_timer> pause_;  // while an answer is held back
  std::vector<char> input_;
  policy::Session session_;
  smtp::ServerSession engine_;
  bool cancelled_ = false;  // what is being waited for, and it did not end yet
  bool known_to_receiver_ = false;
  bool aborted_ = false;
  bool gone_ = false;    // nothing can be sent to the client any more
  bool silent_ = false;  // the receiver wants the connection cut
  bool client_quit_ = false;
};

}  // namespace mailrig::net
