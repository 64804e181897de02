#include "sim/app/lookup_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <chrono>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

#include "fakes/base/ip_address.h"
#include "fakes/config/document.h"
#include "fakes/dns/zones.h"
#include "fakes/mail/eml.h"
#include "fakes/net/dns_client.h"
#include "fakes/net/endpoint.h"
#include "fakes/net/rethrow.h"
#include "sim/app/commands.h"

namespace mailrig::app {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::chrono::seconds resolver_patience(2);  // for each of DnsClient's attempts

using ServerAddress = boost::asio::ip::udp::endpoint;

// "192.0.2.53", "192.0.2.53:53", "[2001:db8::53]:53".
std::optional<ServerAddress> parse_server(std::string_view text) {
  std::string_view host = text;
  std::uint16_t port = dns_port;
  const auto colon = text.rfind(':');
  const bool bare_v6 = text.find(':') != colon && !text.starts_with('[');
  if (colon != std::string_view::npos && !bare_v6 && !text.ends_with(']')) {
    host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || port == 0) return std::nullopt;
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto ip = IpAddress::parse(host == "localhost" ? "127.0.0.1" : host);
  if (!ip) return std::nullopt;
  return ServerAddress(net::to_asio(*ip), port);
}

Result<ServerAddress> system_server() {
  const auto text = config::read_file("/etc/resolv.conf");
  if (!text) return Error{"the system names no resolver; say --resolver HOST:PORT or --zone FILE", "/etc/resolv.conf"};
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::string value;
    if (words >> key >> value && key == "nameserver") {
      if (const auto server = parse_server(value)) return *server;
    }
  }
  return Error{"no usable nameserver line; say --resolver HOST:PORT or --zone FILE", "/etc/resolv.conf"};
}

// Asks a server and waits. It follows CNAMEs, as recursive servers do.
class ServerResolver final : public dns::Resolver {
 public:
  explicit ServerResolver(ServerAddress server)
      : server_(std::move(server)),
        client_(io_, Draw(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()))) {}

  dns::Answer lookup(const dns::Question& question) override {
    const auto key = std::make_pair(question.name, question.type);
    if (const auto kept = kept_.find(key); kept != kept_.end()) return kept->second;
    dns::Answer answer;
    // A server that never answered will not answer the next question either: one time-out is enough.
    if (silent_) {
      answer.rcode = dns::Rcode::servfail;
      answer.timed_out = true;
      return answer;
    }
    boost::asio::co_spawn(io_, ask(question, answer), net::rethrow);
    io_.run();
    io_.restart();
    answered_ = answered_ || !answer.timed_out;
    silent_ = !answered_;
    kept_.emplace(key, answer);
    return answer;
  }

  std::string unreachable() const {
    return silent_ ? fmt::format("{}:{}", server_.address().to_string(), server_.port()) : std::string();
  }

 private:
  boost::asio::awaitable<void, net::Executor> ask(dns::Question question, dns::Answer& answer) {
    answer = co_await client_.query(server_, std::move(question), resolver_patience);
  }

  ServerAddress server_;
  boost::asio::io_context io_{1};
  net::DnsClient client_;
  std::map<std::pair<std::string, dns::Type>, dns::Answer> kept_;
  bool answered_ = false;
  bool silent_ = false;
};

class ServerLookup final : public Lookup {
 public:
  ServerLookup(ServerAddress server, Instant now) : Lookup(now), resolver_(std::move(server)) {}
  dns::Resolver& resolver() override { return resolver_; }
  std::string unreachable() const override { return resolver_.unreachable(); }

 private:
  ServerResolver resolver_;
};

class ZoneLookup final : public Lookup {
 public:
  ZoneLookup(dns::Zones zones, Instant now) : Lookup(now), zones_(std::move(zones)), resolver_(zones_, now) {}
  dns::Resolver& resolver() override { return resolver_; }

 private:
  dns::Zones zones_;
  dns::ZoneResolver resolver_;
};

}  // namespace

void add_format_option(CLI::App& command, std::string& format) {
  command.add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
}

void add_now_option(CLI::App& command, std::optional<std::int64_t>& now_s) {
  command.add_option("--now", now_s, "the time to assume, in seconds since 1970 (default: the clock's)")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000}));
}

void add_lookup_options(CLI::App& command, LookupOptions& options) {
  CLI::Option* resolver = command.add_option(
      "--resolver", options.resolver, "HOST:PORT of the DNS server to ask (default: the system's, /etc/resolv.conf)");
  command.add_option("--zone", options.zone, "ask this zone file instead (RFC 1035 text; it may hold many domains)")
      ->excludes(resolver);
  add_now_option(command, options.now_s);
  add_format_option(command, options.format);
}

Instant moment(const std::optional<std::int64_t>& now_s) {
  if (now_s) return Instant(std::chrono::seconds(*now_s));
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()));
}

Result<std::unique_ptr<Lookup>> Lookup::open(const LookupOptions& options) {
  const Instant now = moment(options.now_s);
  if (!options.zone.empty()) {
    const auto text = config::read_file(options.zone);
    if (!text) return text.error();
    dns::Zones zones;
    if (const auto added = zones.add_zone_text(*text, options.zone, ""); !added) return added.error();
    return std::unique_ptr<Lookup>(std::make_unique<ZoneLookup>(std::move(zones), now));
  }
  if (options.resolver.empty()) {
    const auto server = system_server();
    if (!server) return server.error();
    return std::unique_ptr<Lookup>(std::make_unique<ServerLookup>(*server, now));
  }
  const auto server = parse_server(options.resolver);
  if (!server) {
    return Error{
        fmt::format("--resolver: '{}' is not HOST:PORT with an IP address, such as 127.0.0.1:5353", options.resolver)};
  }
  return std::unique_ptr<Lookup>(std::make_unique<ServerLookup>(*server, now));
}

int status_after(const Lookup& lookup, int status) {
  if (const std::string server = lookup.unreachable(); !server.empty()) {
    return complain(
        {fmt::format("the resolver {} does not answer; what is said above is not about the domain", server)},
        environment_error);
  }
  return status;
}

Result<std::string> read_input(const std::string& file) {
  return config::read_file(file == "-" ? "/dev/stdin" : file, mail::eml_bytes_max);
}

}  // namespace mailrig::app
