#include "sim/live/smtp_connection.h"

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <type_traits>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/net/endpoint.h"
#include "fakes/net/rethrow.h"

namespace mailrig::live {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto in_tuple = asio::as_tuple(asio::deferred);
constexpr std::size_t input_bytes = 4096;  // replies are short

// Leaves the choice of the source port to connect(), which needs one that is free towards this server only; bind()
// would want one that is free towards everybody, and run out of them sooner.
using BindAddressNoPort = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;

smtp::ClientConfig without_impossible_tls(smtp::ClientConfig config, bool have_tls) {
  if (!have_tls && config.tls == smtp::TlsPolicy::opportunistic) config.tls = smtp::TlsPolicy::never;
  return config;
}

}  // namespace

SmtpConnection::SmtpConnection(net::Worker& worker, const net::Clock& clock, Options options, Handlers handlers)
    : worker_(worker),
      clock_(clock),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      socket_(worker.io),
      input_(input_bytes),
      engine_(without_impossible_tls(options_.client, options_.tls != nullptr)) {}

void SmtpConnection::start() {
  asio::post(worker_.io, [self = shared_from_this()] { asio::co_spawn(self->worker_.io, run(self), net::rethrow); });
}

void SmtpConnection::send(smtp::OutgoingMessage message, std::shared_ptr<const std::string> content) {
  CHECK(was_ready_ && content != nullptr);
  message_ = std::move(message);
  content_ = std::move(content);
  message_.content = *content_;
  engine_.send(now(), message_);
  // A message that the server cannot take is done without a word being sent, and run() only looks after it read.
  if (engine_.output().empty() && !in_handler_)
    asio::post(worker_.io, [self = shared_from_this()] { self->catch_up(); });
  flush();
}

void SmtpConnection::quit() {
  engine_.quit(now());
  flush();
}

void SmtpConnection::abort() {
  aborted_ = true;
  error_code ignored;
  socket_.close(ignored);
}

SmtpConnection::Awaitable<void> SmtpConnection::run(std::shared_ptr<SmtpConnection> self) {
  SmtpConnection& connection = *self;
  connection.deadline_.emplace(connection.worker_.sweeper, [&connection] {
    error_code ignored;
    connection.socket_.cancel(ignored);
  });
  const bool connected = co_await connection.connect();
  if (connected) {
    connection.engine_.start(connection.now());
    bool wants_tls = co_await connection.converse(connection.socket_);
    if (wants_tls) {
      const bool secure = co_await connection.handshake();
      if (secure) {
        connection.engine_.tls_started(connection.now());
        co_await connection.converse(*connection.tls_);
      } else {
        connection.engine_.tls_failed(connection.now());
        connection.handle_events();
      }
    }
  }
  connection.close();
}

SmtpConnection::Awaitable<bool> SmtpConnection::connect() {
  failure_.stage = smtp::Stage::connect;
  error_code error;
  socket_.open(options_.remote.protocol(), error);
  if (!error && options_.source) {
    error_code ignored;
    socket_.set_option(BindAddressNoPort(true), ignored);
    socket_.bind({*options_.source, 0}, error);
  }
  if (error) co_return false;

  const Instant deadline = now() + options_.connect_timeout;
  deadline_->set(deadline);
  auto done = co_await socket_.async_connect(options_.remote, in_tuple);
  deadline_->clear();
  error = std::get<0>(done);
  if (error || aborted_) {
    failure_.timed_out = !aborted_ && error == asio::error::operation_aborted;
    co_return false;
  }
  session_key_ = net::connection_key(socket_.local_endpoint(error));
  // Commands leave in one piece as soon as they are complete, so nothing is won by waiting for more.
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  socket_.non_blocking(true, error);
  co_return true;
}

SmtpConnection::Awaitable<bool> SmtpConnection::handshake() {
  if (!options_.tls) co_return false;
  tls_.emplace(socket_, *options_.tls);
  SSL* const ssl = tls_->native_handle();
  if (!options_.host.empty()) {
    SSL_set_tlsext_host_name(ssl, options_.host.c_str());
    error_code ignored;
    if (SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE) {
      tls_->set_verify_callback(asio::ssl::host_name_verification(options_.host), ignored);
    }
  }
  deadline_->set(engine_.deadline());
  auto done = co_await tls_->async_handshake(asio::ssl::stream_base::client, in_tuple);
  deadline_->clear();
  auto [error] = done;
  if (error || aborted_) co_return false;
  tls_version_ = net::negotiated_version(ssl);
  co_return true;
}

// Returns true when the server waits for a TLS handshake, false when the session is over.
template <class Stream>
SmtpConnection::Awaitable<bool> SmtpConnection::converse(Stream& stream) {
  for (;;) {
    if (handle_events()) co_return true;
    flush();
    if (engine_.finished()) co_return false;
    deadline_->set(engine_.deadline());
    auto done = co_await stream.async_read_some(asio::buffer(input_), in_tuple);
    deadline_->clear();
    auto [error, bytes] = done;
    take_input(error, bytes);
  }
}

// Returns true when a TLS handshake is due.
bool SmtpConnection::handle_events() {
  in_handler_ = true;
  bool wants_tls = false;
  while (auto event = engine_.next_event()) {
    switch (event->kind) {
      case smtp::ClientEvent::Kind::ready:
        was_ready_ = true;
        handlers_.on_ready();
        break;
      case smtp::ClientEvent::Kind::start_tls:
        wants_tls = true;
        break;
      case smtp::ClientEvent::Kind::transaction_done:
        handlers_.on_transaction_done(std::move(event->result));
        break;
      case smtp::ClientEvent::Kind::closed:
        failure_ = std::move(event->failure);
        break;
    }
  }
  in_handler_ = false;
  return wants_tls;
}

// Does what run() does after a read, while run() is reading.
void SmtpConnection::catch_up() {
  if (!deadline_) return;  // run() is over
  handle_events();
  flush();
  error_code ignored;
  if (engine_.finished()) socket_.cancel(ignored);
}

void SmtpConnection::take_input(error_code error, std::size_t bytes) {
  if (aborted_ || (error && error != asio::error::operation_aborted)) return engine_.peer_closed(now());
  if (bytes > 0) engine_.receive(now(), {input_.data(), bytes});
  // The sweeper cancelled the read, or the server sends, but never a whole reply.
  if (now() >= engine_.deadline()) engine_.expire(now());
}

void SmtpConnection::flush() {
  if (in_handler_) return;
  if (deadline_) deadline_->set(engine_.deadline());
  if (writing_) return;
  if (deaf_) return engine_.consume(engine_.output().size());
  if (engine_.output().empty()) return;
  if (tls_version_ != policy::TlsVersion::none) return write_later(*tls_);
  // Almost always the socket has room, and then nothing needs to be set up for waiting.
  error_code error;
  engine_.consume(socket_.write_some(asio::buffer(engine_.output()), error));
  if (!engine_.output().empty()) write_later(socket_);
}

template <class Stream>
void SmtpConnection::write_later(Stream& stream) {
  output_ = engine_.output();
  engine_.consume(output_.size());
  writing_ = true;
  asio::async_write(stream, asio::buffer(output_), [self = shared_from_this()](error_code error, std::size_t) {
    self->writing_ = false;
    // What the server said before it stopped listening is still to be read, and reading tells how the session ended.
    if (error) self->deaf_ = true;
    self->flush();
  });
}

void SmtpConnection::close() {
  error_code ignored;
  socket_.close(ignored);
  deadline_.reset();
  // Handlers often own the connection; letting go of them here breaks the circle.
  const Handlers handlers = std::exchange(handlers_, {});
  handlers.on_closed(std::move(failure_), was_ready_);
}

}  // namespace mailrig::live
