// What the tests of live receivers share: a provider on loopback whose every observation is kept, and a client so
// plain that a test sees each byte. Nothing here waits longer than `patience`.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/net/smtp_server.h"
#include "fakes/receiver/profile.h"

namespace mailrig::net::testing {

inline constexpr std::chrono::seconds patience{20};

struct Observation {
  std::string recipient;
  policy::Event event = policy::Event::accepted;
  policy::Phase phase = policy::Phase::connect;
  std::uint64_t key = 0;
  IpAddress client_ip;
  std::string mx_host;
  policy::TlsVersion tls = policy::TlsVersion::none;
  std::uint64_t message_bytes = 0;
};

class Recorder : public receiver::Observer {
 public:
  void session_opened(Instant, const policy::Session&) override {
    note([this] { ++opened_; });
  }
  void session_refused(const receiver::RefusedSession&) override {}
  void stored(Instant, const policy::Session&, std::string_view, const policy::MessageFacts&, bool) override {}
  void session_closed(Instant, const policy::Session&) override {
    note([this] { ++closed_; });
  }
  void recipient_verdict(const receiver::RecipientVerdict& told) override {
    note([&] {
      observations_.push_back({std::string(told.recipient), told.verdict.event, told.verdict.phase, told.session.key,
                               told.session.client_ip, told.session.mx_host, told.session.tls,
                               told.message != nullptr ? told.message->size : 0});
    });
  }

  int opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
  }
  int closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  std::vector<Observation> observations() const {
    const std::lock_guard lock(mutex_);
    return observations_;
  }
  bool wait_until_closed(int sessions) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return closed_ >= sessions; });
  }

 private:
  template <class F>
  void note(F f) {
    const std::lock_guard lock(mutex_);
    f();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int opened_ = 0;
  int closed_ = 0;
  std::vector<Observation> observations_;
};

inline receiver::Profile profile(std::string_view name) {
  auto loaded = receiver::load_profile(name);
  EXPECT_TRUE(loaded) << loaded.error().to_string();
  return std::move(*loaded);
}

struct ProviderOptions {
  std::string_view profile = "sink";
  std::uint64_t speed_permille = 1000;
  std::size_t threads = 2;
  TlsContext tls = nullptr;
  std::size_t connections_max = 20'000;
  std::string address = "127.0.0.1";
};

// One receiver with one MX host, on a free port.
class Provider {
 public:
  explicit Provider(const ProviderOptions& options = {})
      : clock(*parse_rfc3339("2026-03-02T08:00:00Z"), options.speed_permille),
        pool(options.threads, clock),
        receiver("test", profile(options.profile), receiver::Mailboxes(Draw(1)), Draw(1), &recorder),
        locked(receiver) {
    addresses.add_source(*IpAddress::parse("198.18.2.10"), *IpAddress::parse("127.18.2.10"));
    const boost::asio::ip::tcp::endpoint any_port(boost::asio::ip::make_address(options.address), 0);
    auto opened = SmtpServer::open(
        pool, locked, addresses,
        {.listeners = {{"mx.test.example", any_port, options.tls}}, .connections_max = options.connections_max});
    EXPECT_TRUE(opened) << opened.error().to_string();
    server = std::move(*opened);
  }

  boost::asio::ip::tcp::endpoint endpoint() const { return server->endpoints().at(0); }

  Recorder recorder;
  Clock clock;
  IoPool pool;
  receiver::Receiver receiver;
  LockedReceiver locked;
  AddressMap addresses;
  std::unique_ptr<SmtpServer> server;
};

class Client {
 public:
  explicit Client(const boost::asio::ip::tcp::endpoint& server, const std::string& source = {})
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (!source.empty()) {
      const sockaddr_in from = address(source, 0);
      EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from), 0) << std::strerror(errno);
    }
    const sockaddr_in to = address(server.address().to_string(), server.port());
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), read_(std::move(other.read_)) {}
  Client& operator=(Client&&) = delete;
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool connected() const { return connected_; }
  int socket() const { return socket_; }
  std::uint16_t port() const {
    sockaddr_in local{};
    socklen_t size = sizeof local;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&local), &size);
    return ntohs(local.sin_port);
  }

  // False when the server has hung up.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One whole reply, all of its lines; what there was when the server hung up or patience ended.
  std::string reply() {
    for (std::size_t line = 0;;) {
      const std::size_t end = read_.find("\r\n", line);
      if (end == std::string::npos) {
        if (!read_more()) return std::exchange(read_, {});
        continue;
      }
      const bool last = end - line < 4 || read_[line + 3] != '-';
      line = end + 2;
      if (last) {
        std::string whole = read_.substr(0, line);
        read_.erase(0, line);
        return whole;
      }
    }
  }

  std::string ask(std::string_view command) {
    send(command);
    return reply();
  }

  // Everything until the server hangs up.
  std::string rest() {
    while (read_more()) continue;
    return std::exchange(read_, {});
  }

  bool can_read() const { return wait(0); }

  // Ends with a reset instead of a farewell.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(socket_, -1));
  }

 private:
  static sockaddr_in address(const std::string& ip, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    ::inet_pton(AF_INET, ip.c_str(), &result.sin_addr);
    return result;
  }

  bool wait(int milliseconds) const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) == 1;
  }

  bool read_more() {
    char buffer[4096];
    if (!wait(static_cast<int>(std::chrono::milliseconds(patience).count()))) return false;
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    read_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string read_;
};

}  // namespace mailrig::net::testing
