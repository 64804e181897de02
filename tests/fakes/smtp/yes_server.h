// A server engine whose driver says yes to everything and keeps what happened. Single-threaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakes/smtp/server_session.h"

namespace mailrig::smtp {

struct YesServer {
  explicit YesServer(const ServerConfig& config = {.host_name = "mx.example",
                                                   .extensions = {"PIPELINING", "CHUNKING", "STARTTLS"},
                                                   .starttls = true})
      : session(config) {
    session.start(now);
    pump();
    said.clear();
  }

  void receive(std::string_view bytes) {
    session.receive(now, bytes);
    pump();
  }

  void pump() {
    do {
      while (auto event = session.next_event()) {
        if (event->kind == ServerEvent::Kind::mail) senders.push_back(event->argument);
        if (event->kind == ServerEvent::Kind::start_tls) tls_asked = true;
        if (event->kind == ServerEvent::Kind::message) messages.push_back(event->content);
        if (event->kind == ServerEvent::Kind::reset) resets.push_back(event->argument);
        const std::uint16_t code = event->kind == ServerEvent::Kind::connected ? 220 : 250;
        if (event->wants_answer()) session.answer(now, {.reply = {.code = code, .text = "yes"}});
      }
      said += session.output();
      session.consume(session.output().size());
    } while (!session.output().empty());
  }

  Instant now{std::chrono::hours(1)};
  ServerSession session;
  std::string said;
  std::vector<std::string> messages;
  std::vector<std::string> senders;
  std::vector<std::string> resets;  // why
  bool tls_asked = false;
};

}  // namespace mailrig::smtp
