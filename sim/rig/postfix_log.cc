#include "sim/rig/postfix_log.h"

#include <fmt/format.h>

#include <charconv>

#include "fakes/base/log_time.h"

namespace mailrig::rig {
namespace {

using smtp::Stage;

// Takes off `text` what stands before the first `end`, and `end` itself. Nothing, and no change, when it is not there.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return taken;
}

std::optional<smtp::Reply> parse_reply(std::string_view text) {
  std::uint16_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 3), code);
  if (error != std::errc() || end != text.data() + 3 || code < 400 || code > 599) return std::nullopt;
  return smtp::Reply{code, std::string(text.substr(std::min<std::size_t>(4, text.size())))};
}

struct Cause {
  Stage stage = Stage::connect;
  std::optional<smtp::Reply> reply{};
  bool timed_out = false;
};

// What Postfix was doing: "performing the EHLO handshake". Nothing once RCPT was on its way: then the receiver knows.
std::optional<Stage> stage_of(std::string_view doing) {
  if (doing.find("initial server greeting") != std::string_view::npos) return Stage::greeting;
  if (doing.find("handshake") != std::string_view::npos) return Stage::helo;
  if (doing.find("STARTTLS") != std::string_view::npos) return Stage::tls;
  if (doing.find("MAIL FROM") != std::string_view::npos) return Stage::mail;
  return std::nullopt;
}

// smtp(8) puts the reason into the status in a handful of forms (smtp_connect.c, smtp_trouble.c).
std::optional<Cause> cause_of(std::string_view reason) {
  constexpr std::string_view refused = " refused to talk to me: ";
  constexpr std::string_view said = " said: ";
  constexpr std::string_view in_reply = " (in reply to ";
  if (reason.starts_with("connect to ")) {
    return Cause{.stage = Stage::connect, .timed_out = reason.find("timed out") != std::string_view::npos};
  }
  if (reason.find("Name service error") != std::string_view::npos) return Cause{.stage = Stage::dns};
  if (reason.starts_with("Cannot start TLS") || reason.starts_with("TLS is required") ||
      reason.starts_with("Server certificate not "))  // trusted, verified
    return Cause{.stage = Stage::tls};
  if (const auto at = reason.find(refused); reason.starts_with("host ") && at != std::string_view::npos) {
    return Cause{.stage = Stage::greeting, .reply = parse_reply(reason.substr(at + refused.size()))};
  }
  const std::size_t doing = reason.find(" while ");
  if (reason.starts_with("lost connection with ") && doing != std::string_view::npos) {
    const auto stage = stage_of(reason.substr(doing));
    return stage ? std::optional(Cause{.stage = *stage}) : std::nullopt;
  }
  if (reason.starts_with("conversation with ") && doing != std::string_view::npos) {
    const auto stage = stage_of(reason.substr(doing));
    return stage ? std::optional(Cause{.stage = *stage, .timed_out = true}) : std::nullopt;
  }
  const std::size_t words = reason.find(said);
  const std::size_t command = reason.rfind(in_reply);
  if (reason.starts_with("host ") && words != std::string_view::npos && command != std::string_view::npos) {
    const std::string_view to = reason.substr(command + in_reply.size());
    const bool helo = to.starts_with("EHLO") || to.starts_with("HELO");
    if (!helo && !to.starts_with("MAIL FROM") && !to.starts_with("STARTTLS")) return std::nullopt;
    return Cause{.stage = helo                     ? Stage::helo
                          : to.starts_with("MAIL") ? Stage::mail
                                                   : Stage::tls,
                 .reply = parse_reply(reason.substr(words + said.size()))};
  }
  return std::nullopt;
}

}  // namespace

std::optional<UnseenTry> read_unseen_try(std::string_view line, Instant near) {
  // Mar 02 08:19:49 mta1 postfix/smtp[203]: 4fPW: to=<a@b.example>, relay=…, dsn=4.7.0, status=deferred (…)
  UnseenTry found;
  const auto time = parse_syslog_time(line.substr(0, 15), near);
  if (!time) return std::nullopt;
  found.at = *time;
  if (!take_until(line, " postfix/")) return std::nullopt;
  const auto service = take_until(line, "[");
  if (!service || !take_until(line, "]: ")) return std::nullopt;
  found.service = *service;
  const auto queue_id = take_until(line, ": to=<");
  const auto recipient = take_until(line, ">, ");
  if (!queue_id || !recipient || queue_id->find(' ') != std::string_view::npos) return std::nullopt;
  found.queue_id = *queue_id;
  found.recipient = *recipient;
  if (const auto original = line.find("orig_to=<"); original == 0) {
    std::string_view rest = line.substr(9);
    if (const auto address = take_until(rest, ">, ")) found.recipient = *address;
  }
  if (!take_until(line, ", status=")) return std::nullopt;
  const auto status = take_until(line, " (");
  if (!status || (*status != "deferred" && *status != "bounced")) return std::nullopt;
  found.bounced = *status == "bounced";
  const auto cause = cause_of(line.substr(0, line.rfind(')')));
  if (!cause) return std::nullopt;
  found.stage = cause->stage;
  found.reply = cause->reply;
  found.timed_out = cause->timed_out;
  return found;
}

}  // namespace mailrig::rig
