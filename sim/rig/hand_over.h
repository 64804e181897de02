// Hands one message to an SMTP server, waiting for it: for probes. Any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>

#include "fakes/base/result.h"
#include "fakes/smtp/client_session.h"

namespace mailrig::rig {

// Without TLS. The error says at which stage it ended, and with which words.
Result<void> hand_over(const boost::asio::ip::tcp::endpoint& server, const std::string& helo,
                       const smtp::OutgoingMessage& message, std::chrono::seconds timeout);

}  // namespace mailrig::rig
