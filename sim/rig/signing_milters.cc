#include "sim/rig/signing_milters.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fstream>
#include <iterator>
#include <thread>

#include "fakes/mail/text.h"
#include "sim/rig/command.h"
#include "sim/rig/system.h"

namespace mailrig::rig {
namespace {

namespace fs = std::filesystem;
using boost::asio::ip::tcp;
using scenario::Signer;
using Wall = std::chrono::steady_clock;

constexpr const char* milter_home = "/run/mailrig/milter";
constexpr std::uint16_t first_milter_port = 8891;
constexpr std::uint32_t first_user_id = 64027;
constexpr std::chrono::seconds milter_launch_timeout{30};
constexpr std::size_t milter_log_tail_octets = 2'000;

bool listens(std::uint16_t port) {
  boost::asio::io_context io;
  tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

// Is there when the milter is not.
std::string exit_status_file(const MilterInstance& instance) {
  return instance.folder + "/exit-status";
}

std::string end_of(const fs::path& log) {
  std::ifstream file(log);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() > milter_log_tail_octets) text.erase(0, text.size() - milter_log_tail_octets);
  return text;
}

// "OpenDKIM Filter v2.11.0", "Rspamd daemon version 3.4".
Result<std::string> version_of(const IsolatedWorld& inside, Signer signer) {
  const std::string program = milter_program(signer).file.filename();
  auto told = run_command(inside.inside({program, signer == Signer::rspamd ? "--version" : "-V"}));
  if (!told) return told.error();
  if (told->status != 0) {
    return Error{fmt::format("{} cannot be run ({}): {}", program, told->status, told->output)};
  }
  const std::string line = told->output.substr(0, told->output.find('\n'));
  const std::size_t digit = line.find_first_of("0123456789");
  return Result<std::string>(boost::system::in_place_value,
                             digit == std::string::npos ? "" : line.substr(digit, line.find(' ', digit) - digit));
}

std::vector<auth::SigningOptions> signing_keys(const world::World& world, std::size_t sender) {
  std::vector<auth::SigningOptions> keys;
  for (const world::SigningKey& key : world.sender_keys.of(sender)) keys.push_back(key.signing);
  return keys;
}

}  // namespace

std::vector<Program> milter_programs(const scenario::Scenario& scenario) {
  std::vector<Program> programs;
  for (const Signer signer : {Signer::opendkim, Signer::rspamd}) {
    for (const scenario::Sender& sender : scenario.senders) {
      if (sender.signer != signer) continue;
      programs.push_back(milter_program(signer));
      break;
    }
  }
  return programs;
}

SigningMilters::SigningMilters(const scenario::Scenario& scenario, std::uint64_t speed_permille)
    : scenario_(scenario), speed_permille_(speed_permille) {
  for (std::size_t i = 0; i < scenario.senders.size(); ++i) {
    if (scenario.senders[i].signer == Signer::builtin) continue;
    const auto port = static_cast<std::uint16_t>(first_milter_port + milters_.size());
    milters_.push_back({i, {fmt::format("{}/{}", milter_home, i + 1), port}});
  }
}

std::uint16_t SigningMilters::port(std::size_t sender) const {
  for (const Milter& milter : milters_) {
    if (milter.sender == sender) return milter.instance.port;
  }
  return 0;
}

std::chrono::milliseconds SigningMilters::start_time_max() const {
  std::chrono::seconds longest{0};
  for (const Milter& milter : milters_) {
    longest = std::max(longest, std::chrono::seconds(sender_of(milter).signer == Signer::rspamd ? 6 : 4));
  }
  return longest;
}

std::string SigningMilters::preparation() const {
  std::string script;
  std::uint32_t id = first_user_id;
  for (const Signer signer : {Signer::opendkim, Signer::rspamd}) {
    script += fmt::format(
        "grep -q ^{0}: /etc/group || echo {0}:x:{1}: >> /etc/group\n"
        "grep -q ^{0}: /etc/passwd || echo {0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin >> /etc/passwd\n",
        milter_user(signer), id++);
  }
  for (const Milter& milter : milters_) {
    script +=
        fmt::format("mkdir -p {0}\nchown {1} {0}\n", milter.instance.folder, milter_user(sender_of(milter).signer));
  }
  return milters_.empty() ? std::string() : script;
}

Result<std::vector<std::string>> SigningMilters::notes(const IsolatedWorld& inside) const {
  std::vector<std::string> notes;
  for (const Milter& milter : milters_) {
    const scenario::Sender& sender = sender_of(milter);
    const auto version = version_of(inside, sender.signer);
    if (!version) return version.error();
    std::string selectors;
    for (const scenario::DkimKey& key : sender.dkim) selectors += (selectors.empty() ? "" : ", ") + key.selector;
    const bool by_the_wall = sender.signer == Signer::rspamd && speed_permille_ != 1000;
    notes.push_back(fmt::format("{}: signed by {} {}, a milter of Postfix's (selector {}){}", sender.name,
                                milter_name(sender.signer), *version, selectors,
                                by_the_wall ? "; it dates its signatures by the wall's time" : ""));
  }
  return notes;
}

Result<void> SigningMilters::furnish(const IsolatedWorld& inside, const world::World& world) const {
  for (const Milter& milter : milters_) {
    const auto keys = signing_keys(world, milter.sender);
    for (const MilterFile& file : milter_files(sender_of(milter).signer, milter.instance, keys, speed_permille_)) {
      if (auto done = write_file(inside.outside(milter.instance.folder) / file.name, file.content); !done) return done;
    }
  }
  return {};
}

std::string SigningMilters::start_command() const {
  std::string script;
  for (const Milter& milter : milters_) {
    script += fmt::format("{{ {}; echo $? > {}; }} & ", milter_command(sender_of(milter).signer, milter.instance),
                          exit_status_file(milter.instance));
  }
  return script;
}

Result<void> SigningMilters::await(const IsolatedWorld& inside) const {
  const auto deadline = Wall::now() + milter_launch_timeout;
  for (const Milter& milter : milters_) {
    while (!listens(milter.instance.port)) {
      if (auto alive = check(inside); !alive) return alive;
      if (Wall::now() > deadline) {
        return Error{fmt::format("{} does not listen on port {}; the end of its log:\n{}",
                                 milter_name(sender_of(milter).signer), milter.instance.port,
                                 end_of(inside.outside(milter.instance.folder) / "log"))};
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  return {};
}

Result<void> SigningMilters::check(const IsolatedWorld& inside) const {
  for (const Milter& milter : milters_) {
    const fs::path status = inside.outside(exit_status_file(milter.instance));
    if (!fs::exists(status)) continue;
    return Error{fmt::format("{} ended by itself (exit status {}); the end of its log:\n{}",
                             milter_name(sender_of(milter).signer), mail::trim(end_of(status)),
                             end_of(inside.outside(milter.instance.folder) / "log"))};
  }
  return {};
}

void SigningMilters::keep_logs(const IsolatedWorld& inside, const fs::path& folder) const {
  for (const Milter& milter : milters_) {
    const scenario::Sender& sender = sender_of(milter);
    const std::string program = milter_program(sender.signer).package;
    const std::string name =
        scenario_.senders.size() == 1 ? program + ".log" : fmt::format("{}-{}.log", program, sender.name);
    std::error_code ignored;
    fs::copy_file(inside.outside(milter.instance.folder) / "log", folder / name, fs::copy_options::overwrite_existing,
                  ignored);
  }
}

}  // namespace mailrig::rig
