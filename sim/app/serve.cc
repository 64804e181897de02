// mailrig serve: only the pretend internet, for one's own sender or test suite.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "fakes/net/endpoint.h"
#include "sim/app/commands.h"
#include "sim/app/interrupt.h"
#include "sim/app/maildir_option.h"
#include "sim/app/mx_port.h"
#include "sim/app/own_address.h"
#include "sim/app/serve_log.h"
#include "sim/live/fake_internet.h"
#include "sim/live/loopback_sources.h"
#include "sim/live/sending_side.h"
#include "sim/report/files.h"
#include "sim/scenario/load.h"
#include "sim/world/readership.h"
#include "sim/world/world.h"

namespace mailrig::app {
namespace {

struct ServeOptions {
  std::string scenario;
  std::vector<std::string> isps;
  std::vector<std::string> sets;
  std::string dns = "127.0.0.1:5353";
  std::string smtp;
  int port = -1;
  std::string ca_file;
  std::string trust_anchor_file;
  std::string maildir;
  bool judge = false;
  bool quiet = false;
};

// A scenario of receivers alone: the named profiles, or all that are shipped and claim domains of their own.
// Their DNS knows nobody else's domain, so nobody's authentication is judged unless `judge`.
Result<scenario::Scenario> receivers_only(std::vector<std::string> names, bool judge) {
  const bool all = names.empty();
  if (all) names = receiver::list_profiles();
  scenario::Scenario scenario;
  scenario.name = "serve";
  for (const std::string& name : names) {
    auto profile = receiver::load_profile(name);
    if (!profile) return profile.error();
    if (all && profile->domains.empty()) continue;
    scenario::Receiver receiver;
    receiver.name = profile->name;
    profile->auth_policy.judge = profile->auth_policy.judge && judge;
    receiver.profile = std::move(*profile);
    scenario.receivers.push_back(std::move(receiver));
  }
  return scenario;
}

std::string party_name(const scenario::Scenario& scenario, std::size_t index) {
  if (index < scenario.receivers.size()) return scenario.receivers[index].name;
  index -= scenario.receivers.size();
  return index < scenario.forwarders.size() ? scenario.forwarders[index].name : "bounces";
}

std::vector<std::string> signed_zones(const dns::DnssecSigner& signer) {
  std::vector<std::string> names = signer.apexes();
  for (std::string& name : names) name += '.';
  return names;
}

void announce(const world::World& world, const live::FakeInternet& internet) {
  for (std::size_t i = 0; i < world.hosts.size(); ++i) {
    const receiver::Receiver& receiver = *world.receivers[world.hosts[i].receiver];
    const auto& endpoint = internet.host_endpoints()[i];
    if (endpoint.port() == 0) continue;
    fmt::print("smtp  {:<16} {:<36} {:<22} {}\n", receiver.name(), world.hosts[i].name, net::to_string(endpoint),
               fmt::join(receiver.profile().domains, " "));
  }
  const auto& dns = internet.dns_endpoint();
  fmt::print("dns   {}:{} (UDP and TCP)\n", dns.address().to_string(), dns.port());
  if (world.dnssec) {
    fmt::print("trust {} (signed: {})\n", dns::trust_anchor_line(world.dnssec->root()),
               fmt::join(signed_zones(*world.dnssec), " "));
  }
  fmt::print("ready; Ctrl-C ends it\n");
  std::fflush(stdout);
}

int serve(const ServeOptions& options) {
  // People look at the wall clock while this runs, so the model starts at its time, and what the scenario changes in
  // the DNS is counted from then on.
  const Instant start(std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()));
  std::vector<std::string> sets = options.sets;
  sets.push_back("start=" + to_rfc3339(start));
  auto scenario =
      options.scenario.empty() ? receivers_only(options.isps, options.judge) : scenario::load(options.scenario, sets);
  if (!scenario) return complain(scenario.error(), usage_error);
  const auto dns = parse_own_address(options.dns);
  if (!dns) return complain(dns.error(), usage_error);

  live::FakeInternetOptions listening;
  listening.dns = {net::to_asio(dns->ip), dns->port};
  listening.source_map = live::sources_of_forwarders(*scenario, scenario->source_map);
  if (!options.smtp.empty()) {
    const auto smtp = parse_own_address(options.smtp);
    if (!smtp) return complain(smtp.error(), usage_error);
    if (scenario->receivers.size() != 1 || !scenario->forwarders.empty()) {
      return complain({"--smtp binds one receiver to one address; name it with --isp NAME"}, usage_error);
    }
    listening.single = boost::asio::ip::tcp::endpoint(net::to_asio(smtp->ip), smtp->port);
  } else {
    listening.own_addresses_port = options.port >= 0 ? static_cast<std::uint16_t>(options.port) : usual_mx_port();
  }

  auto store = open_mail_store(options.maildir);
  if (!store) return complain(store.error(), environment_error);
  // Nobody reads it: it keeps what forwarders and mailboxes have in hand.
  measure::LedgerConfig parties = world::ledger_config(*scenario);
  parties.insight = measure::SenderInsight::none;
  measure::Ledger ledger(std::move(parties), nullptr);
  world::Readership readership(*scenario, ledger);
  std::vector<std::unique_ptr<ServeLog>> logs;
  auto world =
      world::build_world(*scenario, world::AddressRange::loopback, [&](std::uint32_t index) -> receiver::Observer* {
        logs.push_back(std::make_unique<ServeLog>(party_name(*scenario, index), options.quiet));
        receiver::Observer* const log = readership.in_front_of(index, logs.back().get());
        const bool has_mailboxes = index < scenario->receivers.size();
        return *store && has_mailboxes ? (*store)->keep(scenario->receivers[index].name, log) : log;
      });
  if (!world) return complain(world.error(), usage_error);

  const auto& interrupted = interruption();
  const net::Clock clock(start, std::uint64_t{scenario->speed} * 1000);
  net::IoPool pool(std::max(1U, std::thread::hardware_concurrency()), clock);
  live::SendingSide sending(*scenario, **world, ledger, clock);
  auto internet = live::FakeInternet::open(**world, pool, listening);
  if (!internet) return complain(internet.error(), environment_error);
  if (!options.ca_file.empty()) {
    std::ofstream file(options.ca_file);
    file << (*internet)->authority().certificate_pem();
    if (!file.flush()) return complain({"cannot be written", options.ca_file}, environment_error);
  }
  if (!options.trust_anchor_file.empty()) {
    if (!(*world)->dnssec) {
      return complain({"--write-trust-anchor: no zone is signed; list some in the scenario, under dns.dnssec"},
                      usage_error);
    }
    if (auto written =
            report::write_atomically(options.trust_anchor_file, dns::trust_anchor_file((*world)->dnssec->root()));
        !written) {
      return complain(written.error(), environment_error);
    }
  }
  if (options.scenario.empty() && !options.judge) {
    fmt::print(
        "auth  SPF, DKIM and DMARC are not judged: this DNS does not know your domain. Serve a scenario that names\n"
        "      the sender, or say --judge to judge all the same\n");
  }
  if (auto started = sending.start_without_traffic(**internet); !started) {
    return complain(started.error(), environment_error);
  }
  announce(**world, **internet);

  while (!interrupted) {
    readership.advance(clock.now(), [&](world::Readership::Act&& act) {
      (*internet)->read(act);
      if (act.answer) sending.answer(act.receiver, std::move(*act.answer));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  sending.stop();
  (*internet)->stop();
  pool.stop();
  fmt::print("\n");
  for (const auto& log : logs) {
    fmt::print("{:<16} {} recipients accepted, {} refused\n", log->receiver(), log->accepted(), log->refused());
  }
  return is_complete(store->get()) ? passed : environment_error;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("serve", "only the receivers and their DNS, until stopped");
  const auto options = std::make_shared<ServeOptions>();
  command->add_option("scenario", options->scenario, "whose world to serve; default: all shipped receivers");
  command->add_option("--isp", options->isps, "a receiver to serve, by profile name or file; may be repeated")
      ->allow_extra_args(false)
      ->excludes(command->get_option("scenario"));
  command->add_option("--set", options->sets, "change a value of the scenario: path=value; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--dns", options->dns, "where DNS listens; port 0 takes a free one")->capture_default_str();
  command->add_option("--smtp", options->smtp, "one address for the only receiver, e.g. 127.0.0.1:2525");
  command
      ->add_option("--port", options->port,
                   "of the MX hosts at the addresses that DNS names; default: 25 where "
                   "permitted, else 2525; 0 takes free ones")
      ->check(CLI::Range(0, 65535));
  command->add_option("--write-ca", options->ca_file, "write the certificate that signs the hosts' own (PEM)");
  command->add_option("--write-trust-anchor", options->trust_anchor_file,
                      "write the key that the scenario's dns.dnssec hangs on, as delv -a takes it");
  add_maildir_option(*command, options->maildir);
  command->add_flag("--judge", options->judge,
                    "judge SPF, DKIM and DMARC without a scenario too, by the DNS that is served");
  command->add_flag("--quiet", options->quiet, "no line per message");
  add_examples(*command,
               "  mailrig serve --isp gmail --smtp 127.0.0.1:2525\n"
               "  swaks --server 127.0.0.1:2525 --tls --to someone@gmail.com\n"
               "  mailrig serve scenarios/first-send.yaml --dns 127.0.0.1:5353\n"
               "  dig @127.0.0.1 -p 5353 gmail.com MX\n"
               "  mailrig serve --isp gmail --smtp 127.0.0.1:2525 --maildir mail\n");
  command->callback([options, &exit_status] { exit_status = serve(*options); });
}

}  // namespace mailrig::app
