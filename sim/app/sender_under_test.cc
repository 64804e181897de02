#include "sim/app/sender_under_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fstream>
#include <utility>

#include "fakes/net/endpoint.h"
#include "sim/app/mx_port.h"
#include "sim/rig/postfix.h"
#include "sim/rig/running_sender.h"
#include "sim/rig/signing_milter.h"
#include "sim/rig/user_namespace.h"

namespace mailrig::app {
namespace {

constexpr std::uint32_t localhost = 0x7f000001;

Result<SenderUnderTest> prepare_postfix(const scenario::Scenario& scenario, std::uint64_t speed_permille,
                                        const std::filesystem::path& folder,
                                        const std::function<void(std::string_view)>& say) {
  if (auto root = rig::become_root(); !root) return Error{"--sender postfix " + root.error().message};
  auto postfix = rig::Postfix::open(scenario, speed_permille, folder, say);
  if (!postfix) return postfix.error();
  SenderUnderTest sender;
  sender.internet = (*postfix)->internet();
  sender.insight = measure::SenderInsight::queue;
  sender.notes = (*postfix)->notes();
  if (rig::in_own_user_namespace()) sender.notes.emplace_back("in a user namespace, without root");
  sender.foreign = std::move(*postfix);
  return sender;
}

// Somebody else's sender lives on the machine's own network, where the world has loopback addresses.
SenderUnderTest prepare_outside(const SenderChoice& choice, const scenario::Scenario& scenario,
                                const std::function<void(std::string_view)>& say) {
  SenderUnderTest sender;
  sender.range = world::AddressRange::loopback;
  sender.insight = measure::SenderInsight::none;
  const std::uint16_t port = choice.mx_port >= 0 ? static_cast<std::uint16_t>(choice.mx_port) : usual_mx_port();
  sender.internet = {.dns = {net::to_asio(choice.dns.ip), choice.dns.port},
                     .own_addresses_port = port,
                     .source_map = scenario.source_map};
  if (scenario.source_map.empty() && !scenario.senders.empty()) {
    const IpAddress judged = scenario.senders.front().ips.front();
    sender.internet.source_map.emplace_back(IpAddress::v4(localhost), judged);
    sender.notes.push_back(fmt::format("connections from 127.0.0.1 are judged as {}", judged.to_string()));
  }
  if (port != 25) {
    sender.notes.push_back(
        fmt::format("MX hosts listen on port {}: senders reach them through a table of theirs, so "
                    "their own MX lookups and fallbacks are not tested",
                    port));
  }
  std::optional<boost::asio::ip::tcp::endpoint> entrance;
  if (choice.kind == SenderChoice::Kind::running) {
    entrance.emplace(net::to_asio(choice.address.ip), choice.address.port);
    sender.notes.emplace_back("the sender's queue cannot be read: what is missing in the end counts as queued");
  }
  sender.probe = std::make_unique<world::Probe>();
  sender.foreign = std::make_unique<rig::RunningSender>(scenario, entrance, *sender.probe, say);
  return sender;
}

}  // namespace

std::string routes(const world::World& world, std::uint16_t mx_port) {
  std::string table;
  std::vector<bool> seen(world.receivers.size());
  for (const world::MxHost& host : world.hosts) {
    if (seen[host.receiver]) continue;
    seen[host.receiver] = true;
    for (const std::string& domain : world.receivers[host.receiver]->profile().domains) {
      table += fmt::format("{} smtp:[{}]:{}\n", domain, host.address.to_string(), mx_port);
    }
  }
  return table;
}

Result<SenderChoice> parse_sender(std::string_view text) {
  SenderChoice choice;
  choice.name = text;
  choice.dns = {IpAddress::v4(localhost), 5353};
  if (text == "builtin") return choice;
  if (text == "postfix") {
    choice.kind = SenderChoice::Kind::postfix;
    return choice;
  }
  if (text == "none") {
    choice.kind = SenderChoice::Kind::none;
    return choice;
  }
  if (text.find(':') == std::string_view::npos) {
    return Error{
        fmt::format("--sender {} is not available in this version; those that are: builtin, postfix, none, "
                    "HOST:PORT",
                    text)};
  }
  const auto address = parse_own_address(text);
  if (!address) return address.error();
  choice.kind = SenderChoice::Kind::running;
  choice.address = *address;
  return choice;
}

namespace {

// What mail meets in the queue is up to whoever has the queue.
Result<void> check_queueing(const SenderChoice& choice, const scenario::Scenario& scenario) {
  if (choice.kind == SenderChoice::Kind::builtin) return {};
  for (const scenario::Sender& sender : scenario.senders) {
    if (sender.warmup) {
      return sender.at.error(fmt::format(
          "senders.{}.warmup: only the reference sender holds mail back (--sender builtin); for {} offer each "
          "day what the warm-up lets through, with traffic of schedule: {{ warmup: … }}",
          sender.name, choice.name));
    }
    for (const auto& [key, is_set] :
         {std::pair("suppression", sender.suppression.has_value()), std::pair("stop", sender.stop.has_value()),
          std::pair("shaping", !sender.shaping.empty())}) {
      if (!is_set) continue;
      return sender.at.error(
          fmt::format("senders.{}.{}: is for the reference sender (--sender builtin), and with --sender {} nobody "
                      "follows it: take it out",
                      sender.name, key, choice.name));
    }
  }
  for (const scenario::Mail& mail : scenario.mail) {
    if (mail.priority == pacing::Priority::normal) continue;
    return mail.at.error(
        fmt::format("mail.{}.priority: is for the reference sender (--sender builtin), and with --sender {} nobody "
                    "follows it: take it out",
                    mail.name, choice.name));
  }
  for (const scenario::TimelineEntry& entry : scenario.timeline) {
    if (!std::holds_alternative<scenario::SourceChange>(entry.what)) continue;
    return Error{
        fmt::format("timeline: an address that goes down (senders.<name>.ips.<address>) is for the reference "
                    "sender (--sender builtin); {} stays on its addresses",
                    choice.name)};
  }
  return {};
}

Result<void> check_signers(const SenderChoice& choice, const scenario::Scenario& scenario) {
  for (const scenario::Sender& sender : scenario.senders) {
    if (sender.signer == scenario::Signer::builtin) continue;
    if (choice.kind != SenderChoice::Kind::postfix) {
      return sender.at.error(
          fmt::format("senders.{}.signer: {} is a milter and needs --sender postfix; with {} mailrig "
                      "signs (signer: builtin)",
                      sender.name, rig::milter_name(sender.signer), choice.name));
    }
    if (auto able = rig::check_signer(sender); !able) return able;
  }
  for (const scenario::Mail& mail : scenario.mail) {
    const scenario::Sender& sender = scenario.senders[mail.sender_index];
    if (sender.signer == scenario::Signer::builtin || (mail.sign && mail.tamper == scenario::Tamper::none)) continue;
    return mail.at.error(
        fmt::format("mail.{}: `sign` and `tamper` are for mail that mailrig signs, and senders.{} is "
                    "signed for by {}",
                    mail.name, sender.name, rig::milter_name(sender.signer)));
  }
  return {};
}

}  // namespace

Result<void> check_ability(const SenderChoice& choice, const scenario::Scenario& scenario) {
  auto able = check_signers(choice, scenario);
  return able ? check_queueing(choice, scenario) : able;
}

std::vector<std::string> notices(const scenario::Scenario& scenario) {
  std::vector<std::string> found;
  for (const scenario::Sender& sender : scenario.senders) {
    const bool warms_up = sender.warmup || std::any_of(scenario.traffic.begin(), scenario.traffic.end(), [&](auto& t) {
                            return t.schedule.kind == scenario::ScheduleKind::warmup &&
                                   scenario.mail[t.mail_index].sender.value == sender.name;
                          });
    if (!warms_up || !sender.ptr.empty()) continue;
    found.push_back(
        fmt::format("senders.{}: no PTR record for {}: many providers turn away what comes from there, "
                    "however slowly it warms up; remove ptr: \"\" or give it a name",
                    sender.name, sender.ips.front().to_string()));
  }
  return found;
}

Result<SenderUnderTest> prepare_sender(const SenderChoice& choice, const scenario::Scenario& scenario,
                                       std::uint64_t speed_permille, const std::filesystem::path& folder,
                                       const std::function<void(std::string_view)>& say) {
  switch (choice.kind) {
    case SenderChoice::Kind::builtin:
      return SenderUnderTest();
    case SenderChoice::Kind::postfix:
      return prepare_postfix(scenario, speed_permille, folder, say);
    case SenderChoice::Kind::running:
    case SenderChoice::Kind::none:
      return prepare_outside(choice, scenario, say);
  }
  return SenderUnderTest();
}

}  // namespace mailrig::app
