#include "fakes/net/smtp_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/net/acceptor.h"
#include "fakes/net/connection_set.h"
#include "fakes/net/rethrow.h"
#include "fakes/net/smtp_connection.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;

// How long to leave the queue of new connections alone when the process is out of file descriptors.
constexpr std::chrono::milliseconds descriptors_wait{50};

// A listening socket and the loop that empties it. The loop keeps it alive, so closing it is all it takes to end both.
struct Listening {
  Acceptor acceptor;
  std::shared_ptr<const SmtpHost> host;
  std::shared_ptr<ConnectionSet> connections;
  IoPool& pool;
};

asio::awaitable<void, Executor> accept_until_closed(std::shared_ptr<Listening> listening) {
  Acceptor& acceptor = listening->acceptor;
  while (acceptor.is_open()) {
    Worker& worker = listening->pool.next();
    Socket socket(worker.io);
    asio::ip::tcp::endpoint client;
    auto done = co_await acceptor.async_accept(socket, client, asio::as_tuple(asio::deferred));
    auto [error] = done;
    if (!error) {
      const auto connection =
          std::make_shared<SmtpConnection>(std::move(socket), client, worker, listening->host, listening->connections);
      if (listening->connections->add(*connection)) connection->start();
    } else if (error == asio::error::no_descriptors || error == asio::error::no_memory) {
      asio::steady_timer pause(acceptor.get_executor(), descriptors_wait);
      co_await pause.async_wait(asio::as_tuple(asio::deferred));
    }
    // Any other error is a client that left before it was let in, or the end.
  }
}

}  // namespace

struct SmtpServer::State {
  IoPool& pool;
  // All acceptors live on the pool's first thread; the connections are spread over all of them.
  Worker& accepting;
  std::shared_ptr<ConnectionSet> connections;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  // Touched on the first thread only:
  std::vector<std::shared_ptr<const SmtpHost>> hosts;
  std::vector<std::shared_ptr<Listening>> listening;  // empty while it is closed
  bool stopped = false;

  template <class Function>
  auto on_accepting_thread(Function function) {
    if (accepting.io.get_executor().running_in_this_thread()) return function();
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto done = task.get_future();
    asio::post(accepting.io, [task = std::move(task)]() mutable { task(); });
    return done.get();
  }

  Result<void> listen();
  void close_listeners();
};

// All or nothing: when one port cannot be had, none is listened on.
Result<void> SmtpServer::State::listen() {
  std::vector<Acceptor> acceptors;
  for (asio::ip::tcp::endpoint& endpoint : endpoints) {
    Result<Acceptor> acceptor = open_acceptor(accepting.io, endpoint);
    if (!acceptor) return acceptor.error();
    boost::system::error_code ignored;
    endpoint = acceptor->local_endpoint(ignored);
    acceptors.push_back(std::move(*acceptor));
  }
  for (std::size_t i = 0; i < acceptors.size(); ++i) {
    listening.push_back(std::make_shared<Listening>(Listening{std::move(acceptors[i]), hosts[i], connections, pool}));
    asio::co_spawn(accepting.io, accept_until_closed(listening.back()), rethrow);
  }
  return {};
}

void SmtpServer::State::close_listeners() {
  for (const auto& each : listening) {
    boost::system::error_code ignored;
    each->acceptor.close(ignored);
  }
  listening.clear();
}

SmtpServer::SmtpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
// What throws here ends the program, as it should.
SmtpServer::~SmtpServer() {  // NOLINT(bugprone-exception-escape)
  stop();
}

Result<std::unique_ptr<SmtpServer>> SmtpServer::open(IoPool& pool, LockedReceiver& receiver,
                                                     const AddressMap& addresses, SmtpServerOptions options) {
  auto state = std::make_unique<State>(
      State{pool, pool.at(0), std::make_shared<ConnectionSet>(options.connections_max), {}, {}, {}});
  for (SmtpListener& listener : options.listeners) {
    state->endpoints.push_back(listener.endpoint);
    state->hosts.push_back(
        std::make_shared<const SmtpHost>(SmtpHost{receiver, pool.clock(), addresses, std::move(listener.mx_host),
                                                  std::move(listener.tls), options.content_budget}));
  }
  std::unique_ptr<SmtpServer> server(new SmtpServer(std::move(state)));
  const Result<void> listens = server->set_listening(true);
  if (!listens) return listens.error();
  return server;
}

std::vector<asio::ip::tcp::endpoint> SmtpServer::endpoints() const {
  return state_->endpoints;
}

std::size_t SmtpServer::open_connections() const {
  return state_->connections->size();
}

Result<void> SmtpServer::set_listening(bool listening) {
  CHECK(!state_->stopped);
  return state_->on_accepting_thread([&state = *state_, listening]() -> Result<void> {
    if (!listening) state.close_listeners();
    return listening && state.listening.empty() ? state.listen() : Result<void>();
  });
}

void SmtpServer::set_tls(std::vector<TlsContext> contexts) {
  CHECK(!state_->stopped);
  state_->on_accepting_thread([&state = *state_, &contexts] {
    CHECK(contexts.size() == state.hosts.size());
    for (std::size_t i = 0; i < contexts.size(); ++i) {
      SmtpHost host = *state.hosts[i];
      host.tls = std::move(contexts[i]);
      state.hosts[i] = std::make_shared<const SmtpHost>(std::move(host));
      if (!state.listening.empty()) state.listening[i]->host = state.hosts[i];
    }
  });
}

void SmtpServer::stop() {
  if (state_->stopped) return;
  CHECK(!state_->pool.runs_this_thread());
  state_->stopped = true;
  state_->on_accepting_thread([&state = *state_] { state.close_listeners(); });
  state_->connections->close();
}

}  // namespace mailrig::net
