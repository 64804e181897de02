#include "sim/rig/postfix.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/net/endpoint.h"
#include "sim/rig/own_network.h"
#include "sim/rig/packages.h"
#include "sim/rig/postfix_queue.h"
#include "sim/rig/system.h"

namespace mailrig::rig {
namespace {

namespace fs = std::filesystem;
using boost::asio::ip::tcp;
using Wall = std::chrono::steady_clock;

constexpr const char* nameserver = "127.0.0.53";
constexpr std::uint16_t first_port = 2525;
// Inside; /run is in memory there.
constexpr const char* home = "/run/mailrig/postfix";
// Looked up to see that nobody but the world answers.
constexpr const char* nowhere = "mailrig-probe.invalid";
constexpr std::chrono::seconds launch_timeout{20};
constexpr std::chrono::seconds listing_timeout{10};
// How long a try in the log may wait for the reply that names its message.
constexpr std::chrono::seconds naming_patience{10};
constexpr std::size_t log_tail_octets = 2'000;

std::uint64_t message_key(std::size_t instance, std::string_view queue_id) {
  return stable_hash(queue_id, instance);
}

// "@2026-03-02 08:00:00 x60", as libfaketime wants it.
std::string faketime_setting(Instant now, std::uint64_t speed_permille) {
  std::string time = to_rfc3339(now).substr(0, 19);
  time[10] = ' ';
  return fmt::format("@{} x{}", time, static_cast<double>(speed_permille) / 1000);
}

bool greets(const tcp::endpoint& endpoint) {
  boost::asio::io_context io;
  tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect(endpoint, error);
  if (error) return false;
  const timeval patience{5, 0};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::array<char, 4> code{};
  boost::asio::read(socket, boost::asio::buffer(code), error);
  return !error && std::string_view(code.data(), 3) == "220";
}

}  // namespace

Postfix::Postfix(const scenario::Scenario& scenario, std::uint64_t speed_permille, fs::path log_folder,
                 IsolatedWorld world)
    : scenario_(scenario),
      speed_permille_(speed_permille),
      log_folder_(std::move(log_folder)),
      world_(std::move(world)),
      milters_(scenario, speed_permille) {
  for (std::size_t i = 0; i < scenario.senders.size(); ++i) {
    instances_.push_back(
        {fmt::format("{}/{}", home, i + 1), static_cast<std::uint16_t>(first_port + i), milters_.port(i)});
  }
  logs_.resize(instances_.size());
  log_rest_.resize(instances_.size());
}

std::chrono::milliseconds Postfix::start_time_max() const {
  return std::max<std::chrono::milliseconds>(std::chrono::seconds(3), milters_.start_time_max());
}

Result<std::unique_ptr<Postfix>> Postfix::open(const scenario::Scenario& scenario, std::uint64_t speed_permille,
                                               fs::path log_folder, const std::function<void(std::string_view)>& say) {
  std::vector<Program> programs = {{"postfix", "/usr/sbin/postfix"}};
  if (speed_permille != 1000) programs.push_back({"faketime", "/usr/bin/faketime"});
  for (Program& program : milter_programs(scenario)) programs.push_back(std::move(program));
  auto found = find_programs(programs, say);
  if (!found) return found.error();
  IsolatedWorldOptions options{.networks = {IpAddress::v4(0xc6336401), IpAddress::v4(0xcb007101)},  // RFC 5737
                               .addresses = {},
                               .programs = std::move(*found),
                               .nameserver = nameserver};
  for (const scenario::Sender& sender : scenario.senders) {
    const std::size_t before = options.addresses.size();
    for (const IpAddress& ip : sender.ips) {
      if (!ip.is_v6()) options.addresses.push_back(ip);
    }
    if (options.addresses.size() == before) {
      return sender.at.error("with --sender postfix a sender needs an IPv4 address among its `ips`");
    }
  }
  for (const scenario::Forwarder& forwarder : scenario.forwarders) {
    std::copy_if(forwarder.ips.begin(), forwarder.ips.end(), std::back_inserter(options.addresses),
                 [](const IpAddress& ip) { return !ip.is_v6(); });
  }
  auto world = IsolatedWorld::open(options);
  if (!world) return world.error();
  std::unique_ptr<Postfix> postfix(new Postfix(scenario, speed_permille, std::move(log_folder), std::move(*world)));
  if (auto furnished = postfix->furnish(); !furnished) return furnished.error();
  return postfix;
}

live::FakeInternetOptions Postfix::internet() const {
  return {.dns = {boost::asio::ip::make_address(nameserver), 53},
          .own_addresses_port = 25,
          .source_map = scenario_.source_map};
}

std::vector<std::string> Postfix::notes() const {
  std::vector<std::string> all = {fmt::format("Postfix {}, its queue in memory", version_)};
  for (const scenario::Sender& sender : scenario_.senders) {
    auto notes = postfix_notes(sender, speed_permille_);
    all.insert(all.end(), std::make_move_iterator(notes.begin()), std::make_move_iterator(notes.end()));
  }
  all.insert(all.end(), milter_notes_.begin(), milter_notes_.end());
  return all;
}

Result<std::string> Postfix::in_world(std::vector<std::string> words) const {
  const std::string name = words.front();
  auto result = run_command(world_.inside(std::move(words)), std::chrono::minutes(2));
  if (!result) return result.error();
  if (result->status != 0) return Error{fmt::format("{} failed ({}): {}", name, result->status, result->output)};
  return Result<std::string>(boost::system::in_place_value, std::move(result->output));
}

// Users, folders and configurations.
Result<void> Postfix::furnish() {
  std::string script =
      "set -e\n"
      "grep -q ^postfix: /etc/group || echo postfix:x:64025: >> /etc/group\n"
      "grep -q ^postdrop: /etc/group || echo postdrop:x:64026: >> /etc/group\n"
      "grep -q ^postfix: /etc/passwd || echo postfix:x:64025:64025::/var/spool/postfix:/usr/sbin/nologin >> "
      "/etc/passwd\n"
      // Not permitted in a user namespace, and not needed: only root works here.
      "chgrp postdrop /usr/sbin/postdrop /usr/sbin/postqueue 2>/dev/null || true\n"
      "chmod 2755 /usr/sbin/postdrop /usr/sbin/postqueue 2>/dev/null || true\n";
  for (const PostfixInstance& instance : instances_) {
    script += fmt::format("mkdir -p {0}/etc {0}/queue {0}/data\nchown postfix {0}/data\n", instance.folder);
  }
  script += milters_.preparation();
  if (auto done = in_world({"sh", "-c", script}); !done) return done.error();
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    const fs::path etc = world_.outside(instances_[i].folder) / "etc";
    const scenario::Sender& sender = scenario_.senders[i];
    if (auto done = write_file(etc / "main.cf", postfix_main_cf(sender, instances_[i], speed_permille_)); !done) {
      return done;
    }
    if (auto done = write_file(etc / "master.cf", postfix_master_cf(sender, instances_[i])); !done) return done;
  }
  auto version = in_world({"postconf", "-c", instances_.front().folder + "/etc", "-h", "mail_version"});
  if (!version) return version.error();
  version_ = version->substr(0, version->find('\n'));
  auto notes = milters_.notes(world_);
  if (!notes) return notes.error();
  milter_notes_ = std::move(*notes);
  return {};
}

// With a resolver that is not ours, it would write to real people.
Result<void> Postfix::check_names(const world::World& world) const {
  if (auto sealed = check_only_loopback(); !sealed) return sealed;
  std::vector<bool> checked(world.receivers.size());
  for (const world::MxHost& host : world.hosts) {
    if (checked[host.receiver]) continue;
    checked[host.receiver] = true;
    const auto answer = in_world({"getent", "ahostsv4", host.name});
    if (!answer) return answer.error();
    if (!answer->starts_with(host.address.to_string() + " ")) {
      return Error{fmt::format("{} resolves to {} and not to our {}: mail could leave", host.name,
                               answer->substr(0, answer->find(' ')), host.address.to_string())};
    }
  }
  if (const auto answer = in_world({"getent", "ahostsv4", nowhere})) {
    return Error{
        fmt::format("{} resolves to {}: somebody else answers here", nowhere, answer->substr(0, answer->find(' ')))};
  }
  return {};
}

Result<std::vector<tcp::endpoint>> Postfix::start(const world::World& world, const std::string& authority_pem,
                                                  const net::Clock& clock) {
  if (auto named = check_names(world); !named) return named.error();
  for (const PostfixInstance& instance : instances_) {
    if (auto done = write_file(world_.outside(authority_file(instance)), authority_pem); !done) return done.error();
  }
  if (auto done = milters_.furnish(world_, world); !done) return done.error();
  if (auto launched = launch(clock.now()); !launched) return launched.error();
  if (auto there = milters_.await(world_); !there) return there.error();
  std::vector<tcp::endpoint> entrances;
  for (const PostfixInstance& instance : instances_) {
    if (auto there = await(instance); !there) return there.error();
    entrances.emplace_back(boost::asio::ip::address_v4::loopback(), instance.port);
  }
  return entrances;
}

// All instances under one clock, whose first process must stay (faketime(1)): so they stay in the foreground of a
// shell.
Result<void> Postfix::launch(Instant now) {
  std::string script = milters_.start_command();
  for (const PostfixInstance& instance : instances_)
    script += fmt::format("postfix -c {}/etc start-fg & ", instance.folder);
  script += "wait";
  std::vector<std::string> words = {"sh", "-c", script};
  if (speed_permille_ != 1000) {
    // Queue files carry the times that Postfix sets, so they must be read as they are (NO_FAKE_STAT); and every process
    // is to count from the same beginning (FAKETIME_DONT_RESET).
    const std::vector<std::string> faketime = {"env",
                                               "TZ=UTC",
                                               "NO_FAKE_STAT=1",
                                               "FAKETIME_DONT_RESET=1",
                                               "faketime",
                                               "-f",
                                               faketime_setting(now, speed_permille_)};
    words.insert(words.begin(), faketime.begin(), faketime.end());
  }
  auto started =
      BackgroundCommand::start(world_.inside(std::move(words)), (log_folder_ / "postfix-start.log").string());
  if (!started) return started.error();
  running_ = std::move(*started);
  return {};
}

Result<void> Postfix::await(const PostfixInstance& instance) {
  const auto deadline = Wall::now() + launch_timeout;
  while (Wall::now() < deadline) {
    if (auto alive = check(); !alive) return alive;
    if (greets({boost::asio::ip::address_v4::loopback(), instance.port})) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return Error{
      fmt::format("Postfix does not answer on port {}; the end of its log:\n{}", instance.port, log_tail(instance))};
}

void Postfix::accepted(std::size_t sender, std::uint64_t message, std::string_view reply_text) {
  const std::string_view id = queue_id_in(reply_text);
  if (id.empty()) return;
  const std::lock_guard lock(mutex_);
  messages_[message_key(sender, id)] = message;
}

std::optional<std::uint64_t> Postfix::message_of(std::size_t instance, std::string_view queue_id) {
  const std::lock_guard lock(mutex_);
  const auto found = messages_.find(message_key(instance, queue_id));
  return found == messages_.end() ? std::nullopt : std::optional(found->second);
}

void Postfix::read_log(std::size_t instance, Instant now) {
  if (!logs_[instance]) {
    logs_[instance] = std::make_unique<std::ifstream>(world_.outside(instances_[instance].folder) / "maillog");
  }
  std::ifstream& log = *logs_[instance];
  if (!log.is_open()) return logs_[instance].reset();  // nothing has been logged yet
  log.clear();                                         // of the end of the file, which has moved
  std::string line;
  while (std::getline(log, line)) {
    log_rest_[instance] += line;
    if (log.eof()) break;
    if (auto found = read_unseen_try(log_rest_[instance], now)) {
      // Without libfaketime, Postfix lives in the time of the wall.
      if (speed_permille_ == 1000) found->at = now;
      told_.push_back({instance, std::move(*found), Wall::now()});
    }
    log_rest_[instance].clear();
  }
}

std::vector<live::UnseenAttempt> Postfix::take_unseen_attempts(Instant now) {
  for (std::size_t i = 0; i < instances_.size(); ++i) read_log(i, now);
  std::vector<live::UnseenAttempt> attempts;
  std::vector<Told> later;
  for (Told& told : told_) {
    const auto message = message_of(told.instance, told.of.queue_id);
    if (!message) {
      // A notification of Postfix's own will never be ours.
      if (Wall::now() - told.heard < naming_patience) later.push_back(std::move(told));
      continue;
    }
    smtp::RecipientResult result;
    result.kind = told.of.bounced ? smtp::RecipientResult::Kind::failed : smtp::RecipientResult::Kind::deferred;
    result.stage = told.of.stage;
    result.reply = std::move(told.of.reply);
    attempts.push_back({.at = told.of.at,
                        .message = *message,
                        .recipient = std::move(told.of.recipient),
                        .source = source_address(scenario_.senders[told.instance], told.of.service),
                        .result = std::move(result),
                        .timed_out = told.of.timed_out});
  }
  told_ = std::move(later);
  return attempts;
}

std::optional<std::uint64_t> Postfix::queued() {
  std::uint64_t count = 0;
  for (const PostfixInstance& instance : instances_)
    count += count_queue_files(world_.outside(instance.folder) / "queue");
  return count;
}

Result<void> Postfix::check() {
  const auto status = running_->ended();
  if (!status) return milters_.check(world_);
  std::string tails;
  for (const PostfixInstance& instance : instances_) tails += log_tail(instance);
  return Error{fmt::format("Postfix ended by itself ({}); the end of its log:\n{}", *status, tails)};
}

std::string Postfix::log_tail(const PostfixInstance& instance) const {
  std::ifstream file(world_.outside(instance.folder) / "maillog");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() > log_tail_octets) text.erase(0, text.size() - log_tail_octets);
  if (!text.empty()) return text;
  std::ifstream start(log_folder_ / "postfix-start.log");
  return {std::istreambuf_iterator<char>(start), {}};
}

Result<void> Postfix::read_queue(std::size_t index, live::QueueContent& into) {
  const std::string etc = instances_[index].folder + "/etc";
  const std::vector<std::string> list = {"postqueue", "-c", etc, "-j"};
  auto listing = in_world(list);
  // While the daemon that lists the queue is on its way out, its answer breaks off; without it the tool looks itself.
  for (const auto deadline = Wall::now() + listing_timeout; !listing && Wall::now() < deadline;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    listing = in_world(list);
  }
  if (!listing) return listing.error();
  auto entries = parse_queue_listing(*listing);
  if (!entries) return entries.error();
  for (const QueueEntry& entry : *entries) {
    if (entry.sender.empty()) {
      auto content = in_world({"postcat", "-c", etc, "-hbq", entry.queue_id});
      if (!content) return content.error();
      into.notifications.push_back({entry.recipients.empty() ? "" : entry.recipients.front(), std::move(*content)});
      continue;
    }
    const auto message = message_of(index, entry.queue_id);
    if (!message) continue;
    for (const std::string& recipient : entry.recipients) into.deliveries.push_back({*message, recipient});
  }
  return {};
}

Result<std::optional<live::QueueContent>> Postfix::stop() {
  live::QueueContent content;
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    const PostfixInstance& instance = instances_[i];
    // It may have gone already.
    const auto aborted = in_world({"postfix", "-c", instance.folder + "/etc", "abort"});
    const fs::path log =
        log_folder_ /
        (instances_.size() == 1 ? "postfix.log" : fmt::format("postfix-{}.log", scenario_.senders[i].name));
    std::error_code error;
    fs::copy_file(world_.outside(instance.folder) / "maillog", log, fs::copy_options::overwrite_existing, error);
    if (auto read = read_queue(i, content); !read) return read.error();
  }
  milters_.keep_logs(world_, log_folder_);
  world_.close();
  running_.reset();
  std::error_code ignored;
  fs::remove(log_folder_ / "postfix-start.log", ignored);
  return std::optional(std::move(content));
}

}  // namespace mailrig::rig
