#include "fakes/net/smtp_connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <type_traits>
#include <utility>

#include "fakes/net/endpoint.h"
#include "fakes/net/rethrow.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto in_tuple = asio::as_tuple(asio::deferred);

// Ten thousand idle connections should cost 40 MB of buffers, not 160; a client that has more to say than this is
// read through a buffer that all connections of a thread share.
constexpr std::size_t input_bytes = 4096;
constexpr std::size_t tls_input_bytes = 16384;  // the longest TLS record (RFC 8446 §5.1)
constexpr std::size_t shared_input_bytes = 65536;
constexpr int reads_in_a_row_max = 16;

// How long we wait for a client that we said goodbye to to hang up, in wall time.
constexpr std::chrono::seconds goodbye_max{1};

policy::Session session_facts(const SmtpHost& host, const asio::ip::tcp::endpoint& client) {
  policy::Session session;
  session.key = connection_key(client);
  session.client_ip = host.addresses.world_of(to_ip_address(client.address()));
  session.mx_host = host.mx_host;
  session.opened = host.clock.now();
  return session;
}

smtp::ServerConfig engine_config(const SmtpHost& host, const policy::Session& session) {
  const std::lock_guard lock(host.receiver.mutex);
  smtp::ServerConfig config = host.receiver.receiver.server_config(host.mx_host, session.client_ip);
  if (!host.tls) config.starttls = false;
  config.content_budget = host.content_budget;
  return config;
}

}  // namespace

SmtpConnection::SmtpConnection(Socket socket, const asio::ip::tcp::endpoint& client, Worker& worker,
                               std::shared_ptr<const SmtpHost> host, std::shared_ptr<ConnectionSet> set)
    : host_(std::move(host)),
      set_(std::move(set)),
      worker_(worker),
      socket_(std::move(socket)),
      input_(input_bytes),
      session_(session_facts(*host_, client)),
      engine_(engine_config(*host_, session_)) {}

SmtpConnection::~SmtpConnection() {
  set_->remove(*this);
}

void SmtpConnection::start() {
  asio::co_spawn(worker_.io, run(shared_from_this()), rethrow);
}

void SmtpConnection::abort() {
  asio::post(worker_.io, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->aborted_ = true;
    error_code ignored;
    self->socket_.close(ignored);
    if (self->pause_) self->pause_->cancel();
  });
}

SmtpConnection::Awaitable<void> SmtpConnection::run(std::shared_ptr<SmtpConnection> self) {
  SmtpConnection& connection = *self;
  connection.deadline_.emplace(connection.worker_.sweeper, [&connection] { connection.time_is_up(); });
  error_code ignored;
  // Replies leave in one piece as soon as they are complete, so nothing is won by waiting for more.
  connection.socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  connection.socket_.non_blocking(true, ignored);

  connection.engine_.start(connection.host_->clock.now());
  const bool wants_tls = co_await connection.converse(connection.socket_);
  if (wants_tls) {
    const bool secure = co_await connection.handshake();
    if (secure) co_await connection.converse(*connection.tls_);
  }
  connection.tell_disconnected();
  co_await connection.say_goodbye();
  connection.socket_.close(ignored);
  connection.deadline_.reset();
}

void SmtpConnection::wait_until(Instant deadline) {
  cancelled_ = false;
  deadline_->set(deadline);
}

// An operation of several steps (a long write, anything inside TLS) may be between two of them when it is cancelled,
// and never hear of it: a client that floods us with TLS handshakes, or takes our replies byte by byte, would stay as
// long as it likes. So if it goes on until the next sweep, it loses its socket.
void SmtpConnection::time_is_up() {
  error_code ignored;
  if (cancelled_) {
    socket_.close(ignored);
  } else {
    socket_.cancel(ignored);
    cancelled_ = true;
    deadline_->set(host_->clock.now());
  }
}

// Returns true when the client is to be answered with a TLS handshake, false when the session is over.
template <class Stream>
SmtpConnection::Awaitable<bool> SmtpConnection::converse(Stream& stream) {
  for (;;) {
    while (auto event = engine_.next_event()) {
      Decision decision = decide(*event);
      if (event->kind == smtp::ServerEvent::Kind::start_tls) {
        co_await write_output(stream);
        co_return !gone_;
      }
      if (decision.delay > Duration::zero()) {
        // The replies before this one are not late.
        co_await write_output(stream);
        co_await pause(decision.delay);
      }
      if (event->wants_answer()) engine_.answer(host_->clock.now(), decision.answer);
    }
    if (!engine_.output().empty()) {
      co_await write_output(stream);
      continue;  // with its output gone the engine may go on with the input it has
    }
    if (engine_.finished()) co_return false;

    wait_until(engine_.deadline());
    auto done = co_await stream.async_read_some(asio::buffer(input_), in_tuple);
    wait_over();
    auto [error, bytes] = done;
    take_input(error, bytes);
    if constexpr (std::is_same_v<Stream, Socket>) {
      if (bytes == input_.size()) read_what_is_left();
    }
  }
}

// Writes all output there is, however many replies that are.
template <class Stream>
SmtpConnection::Awaitable<void> SmtpConnection::write_output(Stream& stream) {
  if constexpr (std::is_same_v<Stream, Socket>) {
    // Almost always the socket has room, and then nothing needs to be set up for waiting.
    error_code error;
    const std::size_t written = stream.write_some(asio::buffer(engine_.output()), error);
    if (!error) engine_.consume(written);
  }
  while (!engine_.output().empty()) {
    wait_until(engine_.deadline());
    auto done = co_await asio::async_write(stream, asio::buffer(engine_.output()), in_tuple);
    wait_over();
    auto [error, bytes] = done;
    if (error || aborted_) {
      peer_gone();
    } else {
      engine_.consume(bytes);
    }
  }
}

void SmtpConnection::take_input(error_code error, std::size_t bytes) {
  const Instant now = host_->clock.now();
  if (aborted_ || (error && error != asio::error::operation_aborted)) return peer_gone();
  if (bytes > 0) engine_.receive(now, {input_.data(), bytes});
  // The sweeper cancelled the read; or the client writes, but too slowly to ever get anywhere.
  if (now >= engine_.deadline()) engine_.expire(now);
}

// A full buffer means that more has arrived, often a whole message: takes it without waiting. Not without end though,
// for the thread's other connections wait meanwhile, and a client may send faster than we read.
void SmtpConnection::read_what_is_left() {
  static thread_local std::array<char, shared_input_bytes> shared_input;
  error_code error;
  std::size_t bytes = shared_input.size();
  for (int reads = 0; reads < reads_in_a_row_max && bytes == shared_input.size() && engine_.wants_input(); ++reads) {
    bytes = socket_.read_some(asio::buffer(shared_input), error);
    if (error) return;  // nothing there, or whatever is wrong shows again at the next read
    engine_.receive(host_->clock.now(), {shared_input.data(), bytes});
  }
}

SmtpConnection::Awaitable<void> SmtpConnection::pause(Duration delay) {
  if (gone_) co_return;
  pause_.emplace(worker_.io, host_->clock.to_wall(delay));
  auto done = co_await pause_->async_wait(in_tuple);
  static_cast<void>(done);
  pause_.reset();
  if (aborted_) peer_gone();
}

SmtpConnection::Awaitable<bool> SmtpConnection::handshake() {
  tls_.emplace(socket_, *host_->tls);
  wait_until(engine_.deadline());
  auto done = co_await tls_->async_handshake(asio::ssl::stream_base::server, in_tuple);
  wait_over();
  auto [error] = done;
  if (error || aborted_) {
    peer_gone();
    co_return false;
  }
  session_.tls = negotiated_version(tls_->native_handle());
  input_.resize(tls_input_bytes);
  {
    const std::lock_guard lock(host_->receiver.mutex);
    host_->receiver.receiver.reset(session_);
  }
  engine_.tls_started(host_->clock.now());
  co_return true;
}

// Closing a socket with unread input resets the connection, and the client may never see our last reply. So we say
// that we are done and wait for the client to hang up, though not for long.
SmtpConnection::Awaitable<void> SmtpConnection::say_goodbye() {
  if (gone_ || silent_) co_return;
  wait_until(host_->clock.now() + host_->clock.to_model(goodbye_max));
  if (tls_) {
    auto done = co_await tls_->async_shutdown(in_tuple);
    static_cast<void>(done);
  } else if (!client_quit_) {
    error_code error;
    socket_.shutdown(asio::socket_base::shutdown_send, error);
    while (!error && !aborted_) {
      auto done = co_await socket_.async_read_some(asio::buffer(input_), in_tuple);
      error = std::get<0>(done);
    }
  }
  wait_over();
}

SmtpConnection::Decision SmtpConnection::decide(const smtp::ServerEvent& event) {
  using Kind = smtp::ServerEvent::Kind;
  if (event.kind == Kind::closed) {
    client_quit_ = event.reason == smtp::ServerEvent::CloseReason::quit;
    // Before the last reply is written: a client that has read it finds its place free when it comes again.
    tell_disconnected();
    return {};
  }
  receiver::Receiver& receiver = host_->receiver.receiver;
  policy::MessageFacts message;
  Duration judging{};
  if (event.kind == Kind::message) {
    message = policy::facts_of(event.content);
    judging = receiver.judge(host_->clock.now(), session_, message);
  }
  const std::lock_guard lock(host_->receiver.mutex);
  const Instant now = host_->clock.now();
  switch (event.kind) {
    case Kind::connected:
      known_to_receiver_ = true;
      return decide(receiver.connect(now, session_));
    case Kind::helo:
      return decide(receiver.helo(now, session_, event.argument));
    case Kind::mail:
      return decide(receiver.mail(
          now, session_, {.from = event.argument, .declared_size = event.declared_size, .smtputf8 = event.smtputf8}));
    case Kind::rcpt:
      return decide(receiver.rcpt(now, session_, event.argument), event.argument);
    case Kind::message: {
      const policy::DataVerdict decided = receiver.decide(now, session_, message, judging);
      Decision decision = decide(decided.verdict, {}, &message);
      if (decided.cut) {
        silent_ = true;
        decision.answer = {.reply = {}, .close = true};
      }
      return decision;
    }
    case Kind::reset:
      receiver.reset(session_);
      return {};
    case Kind::start_tls:
    case Kind::closed:
      return {};
  }
  return {};
}

SmtpConnection::Decision SmtpConnection::decide(const policy::Verdict& verdict, std::string_view recipient,
                                                const policy::MessageFacts* message) {
  smtp::Reply reply = host_->receiver.receiver.render(host_->clock.now(), session_, verdict, recipient, message);
  if (reply.code == 0) silent_ = true;
  return {.answer = {.reply = std::move(reply), .close = verdict.close}, .delay = verdict.delay};
}

void SmtpConnection::tell_disconnected() {
  if (!known_to_receiver_) return;
  known_to_receiver_ = false;
  const std::lock_guard lock(host_->receiver.mutex);
  host_->receiver.receiver.disconnected(host_->clock.now(), session_);
}

void SmtpConnection::peer_gone() {
  gone_ = true;
  engine_.peer_closed(host_->clock.now());
}

}  // namespace mailrig::net
