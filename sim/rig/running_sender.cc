#include "sim/rig/running_sender.h"

#include <fmt/format.h>

#include <thread>

#include "fakes/net/endpoint.h"
#include "sim/rig/hand_over.h"

namespace mailrig::rig {
namespace {

using Wall = std::chrono::steady_clock;

// Somebody may have to tell the sender first where our world is.
constexpr std::chrono::seconds probe_timeout{20};
constexpr std::chrono::seconds taking_patience{5};
constexpr std::chrono::seconds patience{2};

}  // namespace

Result<void> RunningSender::prove(const std::atomic<bool>* interrupted) {
  const auto given_up = [interrupted] { return interrupted != nullptr && *interrupted; };
  const scenario::Sender& sender = scenario_.senders.front();
  const std::string content = fmt::format(
      "From: <postmaster@{0}>\r\nTo: <{1}>\r\nSubject: Does this arrive in mailrig?\r\n\r\n"
      "Sent before a run, to see that mail goes nowhere else.\r\n",
      sender.domain, world::probe_address);
  const smtp::OutgoingMessage message{.mail_from = "postmaster@" + sender.domain,
                                      .recipients = {std::string(world::probe_address)},
                                      .content = content};
  const auto begun = Wall::now();
  auto taken = hand_over(*entrance_, sender.helo, message, probe_timeout);
  while (!taken && Wall::now() - begun < taking_patience && !given_up()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // it may have said 4yz
    taken = hand_over(*entrance_, sender.helo, message, probe_timeout);
  }
  if (!taken) return taken;
  for (bool said = false; !probe_.arrived() && !given_up();
       std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    const auto waited = Wall::now() - begun;
    if (!said && waited > patience) {
      said = true;
      say_(fmt::format("waiting for the probe to {}, which {} took", world::probe_address, net::to_string(*entrance_)));
    }
    if (waited > probe_timeout) {
      return Error{
          fmt::format("a probe to {} that {} took did not arrive in our world within {} s. Its mail would go "
                      "elsewhere, perhaps to real people: let it use the world's DNS, or routes for every "
                      "domain of the world (the file `routes` of this run)",
                      world::probe_address, net::to_string(*entrance_), probe_timeout.count())};
    }
  }
  return {};
}

Result<std::vector<boost::asio::ip::tcp::endpoint>> RunningSender::start(const world::World&, const std::string&,
                                                                         const net::Clock&) {
  if (!entrance_) return std::vector<boost::asio::ip::tcp::endpoint>();
  return std::vector(scenario_.senders.size(), *entrance_);
}

}  // namespace mailrig::rig
