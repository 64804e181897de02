// One connection of the reference sender to a server: carries bytes between a socket and the client's SMTP engine.
// Lives on one worker: it is made anywhere, but every call after start() and every callback happens on that worker's
// thread. It keeps itself alive from start() until on_closed() has returned.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/net/clock.h"
#include "fakes/net/io_pool.h"
#include "fakes/net/socket.h"
#include "fakes/net/tls.h"
#include "fakes/policy/session.h"
#include "fakes/smtp/client_session.h"

namespace mailrig::live {

class SmtpConnection : public std::enable_shared_from_this<SmtpConnection> {
 public:
  struct Options {
    boost::asio::ip::tcp::endpoint remote;                // the real one
    std::optional<boost::asio::ip::address> source = {};  // the real one to bind to
    std::string host = {};                                // the server's name, for SNI and verification; may be empty
    smtp::ClientConfig client;
    net::TlsContext tls = nullptr;  // null: opportunistic TLS is not tried, required TLS fails
    Duration connect_timeout = std::chrono::seconds(30);
  };

  // Callbacks may call send(), quit() and abort().
  struct Handlers {
    std::function<void()> on_ready;  // once: the first transaction can start
    std::function<void(smtp::TransactionResult)> on_transaction_done;
    // Exactly once, and last. `was_ready`: on_ready() came before.
    std::function<void(smtp::SessionFailure, bool was_ready)> on_closed;
  };

  // `worker` and `clock` outlive the connection.
  SmtpConnection(net::Worker& worker, const net::Clock& clock, Options options, Handlers handlers);
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  // Connects. No callback comes before it returns. From any thread.
  void start();
  // When ready, and again after each transaction that left the connection usable. `content` replaces the message's.
  void send(smtp::OutgoingMessage message, std::shared_ptr<const std::string> content);
  // Says QUIT, when no transaction is under way.
  void quit();
  // Hangs up. A transaction under way ends as deferred, then on_closed() comes.
  void abort();

  // The server's policy::Session::key of this connection; 0 until connected.
  std::uint64_t session_key() const { return session_key_; }
  policy::TlsVersion tls_version() const { return tls_version_; }

 private:
  template <class T>
  using Awaitable = boost::asio::awaitable<T, net::Executor>;
  using TlsStream = boost::asio::ssl::stream<net::Socket&>;

  static Awaitable<void> run(std::shared_ptr<SmtpConnection> self);
  Awaitable<bool> connect();
  Awaitable<bool> handshake();
  template <class Stream>
  Awaitable<bool> converse(Stream& stream);

  Instant now() const { return clock_.now(); }
  bool handle_events();
  void catch_up();
  void take_input(boost::system::error_code error, std::size_t bytes);
  void flush();
  template <class Stream>
  void write_later(Stream& stream);
  void close();

  net::Worker& worker_;
  const net::Clock& clock_;
  Options options_;
  Handlers handlers_;
  net::Socket socket_;
  std::optional<TlsStream> tls_;
  std::optional<net::DeadlineSweeper::Slot> deadline_;  // while run() runs
  std::vector<char> input_;
  std::string output_;  // being written; the engine's own buffer may grow meanwhile
  smtp::ClientSession engine_;
  smtp::OutgoingMessage message_;  // the engine reads from both until the transaction is done
  std::shared_ptr<const std::string> content_;
  smtp::SessionFailure failure_;  // how it ended
  std::uint64_t session_key_ = 0;
  policy::TlsVersion tls_version_ = policy::TlsVersion::none;
  bool was_ready_ = false;
  bool aborted_ = false;
  bool writing_ = false;
  bool deaf_ = false;        // the server takes no more bytes; it may still have said something
  bool in_handler_ = false;  // callbacks are running, output is flushed after them
};

}  // namespace mailrig::live
