// The configuration of a Postfix that delivers for one of a scenario's senders. What Postfix documents as its defaults
// stays as it is, but for what the scenario says (names, addresses, back-off, lifetime), for what a wind tunnel needs
// (mail from us only, a log of its own) and for time-outs that a fast model would make too short. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/scenario.h"

namespace mailrig::rig {

struct PostfixInstance {
  std::string folder;             // inside its world: etc, queue, data and maillog are below
  std::uint16_t port = 0;         // on 127.0.0.1: where it takes mail
  std::uint16_t milter_port = 0;  // on 127.0.0.1: who signs its mail; 0: nobody
};

// Where the certificate of the authority lies that it has to trust, inside its world.
std::string authority_file(const PostfixInstance& instance);

std::string postfix_main_cf(const scenario::Sender& sender, const PostfixInstance& instance,
                            std::uint64_t speed_permille);
std::string postfix_master_cf(const scenario::Sender& sender, const PostfixInstance& instance);

// The source address of the SMTP client that logs as `service`; 0.0.0.0 when nobody can say.
IpAddress source_address(const scenario::Sender& sender, std::string_view service);

// What a reader of the report should know about how the sender was set up: one sentence each.
std::vector<std::string> postfix_notes(const scenario::Sender& sender, std::uint64_t speed_permille);

}  // namespace mailrig::rig
