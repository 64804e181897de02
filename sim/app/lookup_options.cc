#include "sim/app/lookup_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <sstream>
#include <utility>

#include "fakes/config/document.h"
#include "fakes/dns/zones.h"
#include "fakes/mail/eml.h"
#include "fakes/net/network_resolver.h"
#include "sim/app/commands.h"

namespace mailrig::app {
namespace {

using ServerAddress = boost::asio::ip::udp::endpoint;

Result<ServerAddress> system_server() {
  const auto text = config::read_file("/etc/resolv.conf");
  if (!text) return Error{"the system names no resolver; say --resolver HOST:PORT or --zone FILE", "/etc/resolv.conf"};
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::string value;
    if (words >> key >> value && key == "nameserver") {
      if (const auto server = net::parse_dns_server(value)) return *server;
    }
  }
  return Error{"no usable nameserver line; say --resolver HOST:PORT or --zone FILE", "/etc/resolv.conf"};
}

// Keeps a server's answers, and notices one that is not there.
class ServerResolver final : public dns::Resolver {
 public:
  explicit ServerResolver(ServerAddress server) : server_(std::move(server)), network_(server_) {}

  dns::Answer lookup(const dns::Question& question) override {
    const auto key = std::make_pair(question.name, question.type);
    if (const auto kept = kept_.find(key); kept != kept_.end()) return kept->second;
    dns::Answer answer;
    if (silent_) {
      // A server that never answered will not answer the next question either: one wait is enough.
      answer.rcode = dns::Rcode::servfail;
      answer.timed_out = true;
      return answer;
    }
    answer = network_.lookup(question);
    answered_ = answered_ || !answer.timed_out;
    silent_ = !answered_;
    kept_.emplace(key, answer);
    return answer;
  }

  std::string unreachable() const {
    return silent_ ? fmt::format("{}:{}", server_.address().to_string(), server_.port()) : std::string();
  }

 private:
  ServerAddress server_;
  net::NetworkResolver network_;
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
  const auto server = net::parse_dns_server(options.resolver);
  if (!server) return Error{fmt::format("--resolver: {}", server.error().message)};
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
