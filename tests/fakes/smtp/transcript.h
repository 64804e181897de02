// Plays one text transcript against the server engine. The language, line by line:
//
//   # comment
//   config: message_bytes_max=1000      before the first other line; see TranscriptPlayer::configure
//   extensions: SIZE 1000, 8BITMIME     what EHLO names; default is a full set
//   > rcpt: 550 5.1.1 No such user      the driver's next answer to an event of that kind; otherwise it says yes
//   > rcpt: 421 4.7.0 Go away [close]   and closes; "[close]" alone closes without a word
//   > mail: [hold]                      the driver takes its time …
//   > release: 250 2.1.0 Ok             … until here
//   C: NOOP                             the client sends the line and CRLF
//   C+: NOOP                            the same, in one segment with the C line that follows
//   C+ 100: NOOP #                      the same a hundred times; # counts from 1
//   C*: a\r\n\x00                       the client sends exactly these bytes
//   S: 250 2.0.0 Ok                     exactly this is the server's next line
//   S 100: 250 2.0.0 Ok                 each of the next hundred
//   S: [closed]                         the session has ended and nothing more was said
//   E: mail <a@b.example>               this event comes next, after any number of others; see describe()
//   E!: message                         no such event came since the last E
//   @ advance 5m                        time passes
//   @ tls                               the TLS handshake succeeds
//   @ peer closes                       the client is gone
//
// Whatever the server says must be expected before the client goes on: an unexpected reply fails.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "fakes/base/units.h"
#include "fakes/smtp/server_session.h"

namespace mailrig::smtp {

enum class Delivery { segments, byte_by_byte };

inline std::string unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r':
        bytes += '\r';
        break;
      case 'n':
        bytes += '\n';
        break;
      case 'x':
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default:
        bytes += text[i];
    }
  }
  return bytes;
}

inline std::string escape(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\0') {
      text += "\\x00";
    } else {
      text += c;
    }
  }
  return text;
}

inline std::string_view kind_name(ServerEvent::Kind kind) {
  switch (kind) {
    case ServerEvent::Kind::connected:
      return "connected";
    case ServerEvent::Kind::helo:
      return "helo";
    case ServerEvent::Kind::mail:
      return "mail";
    case ServerEvent::Kind::rcpt:
      return "rcpt";
    case ServerEvent::Kind::message:
      return "message";
    case ServerEvent::Kind::reset:
      return "reset";
    case ServerEvent::Kind::start_tls:
      return "start_tls";
    case ServerEvent::Kind::closed:
      return "closed";
  }
  return "?";
}

// 'mail <a@b.example> size=10 8bit dsn="RET=HDRS"', 'ehlo c.example', 'message "Subject: x\r\n"', 'closed quit'.
inline std::string describe(const ServerEvent& event) {
  static constexpr std::string_view reasons[] = {"quit", "peer_closed", "timeout", "refused", "too_many_errors"};
  std::string text(event.kind == ServerEvent::Kind::helo && event.extended ? "ehlo" : kind_name(event.kind));
  const bool has_path = event.kind == ServerEvent::Kind::mail || event.kind == ServerEvent::Kind::rcpt;
  if (has_path) {
    text += " <" + event.argument + ">";
  } else if (!event.argument.empty()) {
    text += " " + event.argument;
  }
  if (event.declared_size > 0) text += " size=" + std::to_string(event.declared_size);
  if (event.smtputf8) text += " smtputf8";
  if (event.eight_bit) text += " 8bit";
  if (!event.dsn_parameters.empty()) text += " dsn=\"" + event.dsn_parameters + "\"";
  if (event.kind == ServerEvent::Kind::message) text += " \"" + escape(event.content) + "\"";
  if (event.kind == ServerEvent::Kind::closed) text.append(" ").append(reasons[static_cast<int>(event.reason)]);
  return text;
}

class TranscriptPlayer {
 public:
  TranscriptPlayer(std::string name, Delivery delivery) : name_(std::move(name)), delivery_(delivery) {
    config_.host_name = "mx.example";
    config_.extensions = {"PIPELINING", "SIZE 50000000", "8BITMIME", "BINARYMIME",         "CHUNKING",
                          "SMTPUTF8",   "DSN",           "STARTTLS", "ENHANCEDSTATUSCODES"};
    config_.starttls = true;
  }

  void play(const std::string& transcript) {
    std::istringstream lines(transcript);
    for (std::string line; std::getline(lines, line);) {
      ++line_number_;
      const testing::ScopedTrace trace(name_.c_str(), line_number_, line);
      if (line.empty() || line.starts_with('#')) continue;
      play_line(line);
      if (testing::Test::HasFailure()) return;
    }
    expect_quiet();
  }

 private:
  void play_line(std::string_view line) {
    const auto rest = [&](std::string_view prefix) {
      line.remove_prefix(prefix.size());
      return std::string(line);
    };
    if (line.starts_with("config: ")) {
      configure(rest("config: "));
    } else if (line.starts_with("extensions:")) {
      set_extensions(rest("extensions:"));
    } else if (line.starts_with("> ")) {
      driver(rest("> "));
    } else if (line.starts_with("C: ")) {
      client(rest("C: ") + "\r\n");
    } else if (line.starts_with("C+: ")) {
      segment_ += rest("C+: ") + "\r\n";
    } else if (line.starts_with("C+ ")) {
      const auto [count, text] = counted(rest("C+ "));
      for (int i = 1; i <= count; ++i) {
        std::string numbered = text;
        if (const auto at = text.find('#'); at != std::string::npos) numbered.replace(at, 1, std::to_string(i));
        segment_ += numbered + "\r\n";
      }
    } else if (line.starts_with("C*: ")) {
      client(unescape(rest("C*: ")));
    } else if (line.starts_with("S: ")) {
      server(rest("S: "), 1);
    } else if (line.starts_with("S ")) {
      const auto [count, text] = counted(rest("S "));
      server(text, count);
    } else if (line.starts_with("E: ")) {
      expect_event(rest("E: "));
    } else if (line.starts_with("E!: ")) {
      expect_no_event(rest("E!: "));
    } else if (line.starts_with("@ ")) {
      happens(rest("@ "));
    } else {
      FAIL() << "not a line of a transcript";
    }
  }

  // "100: text"
  static std::pair<int, std::string> counted(const std::string& line) {
    const auto colon = line.find(": ");
    return {std::stoi(line.substr(0, colon)), line.substr(colon + 2)};
  }

  void configure(const std::string& setting) {
    const auto equals = setting.find('=');
    ASSERT_NE(equals, std::string::npos);
    const std::string key = setting.substr(0, equals);
    const std::string value = setting.substr(equals + 1);
    const Reply reply = parse_reply(value);
    if (key == "message_bytes_max") {
      config_.message_bytes_max = std::stoull(value);
    } else if (key == "command_line_bytes_max") {
      config_.command_line_bytes_max = std::stoull(value);
    } else if (key == "recipients_max") {
      config_.recipients_max = std::stoull(value);
    } else if (key == "text_line_bytes_max") {
      config_.text_line_bytes_max = std::stoull(value);
    } else if (key == "errors_max") {
      config_.errors_max = std::stoi(value);
    } else if (key == "refuse_bare_newlines") {
      config_.refuse_bare_newlines = value == "true";
    } else if (key == "starttls") {
      config_.starttls = value == "true";
    } else if (key == "implicit_tls") {
      implicit_tls_ = value == "true";
    } else if (key == "command_timeout") {
      config_.command_timeout = parse_duration(value).value();
    } else if (key == "session_timeout") {
      config_.session_timeout = parse_duration(value).value();
    } else if (key == "ehlo_greeting") {
      config_.ehlo_greeting = value;
    } else if (key == "help") {
      config_.help = reply;
    } else if (key == "vrfy") {
      config_.vrfy = reply;
    } else if (key == "quit") {
      config_.quit = reply;
    } else if (key == "too_many_errors") {
      config_.too_many_errors = reply;
    } else if (key == "timeout") {
      config_.timeout = reply;
    } else if (key == "too_large") {
      config_.too_large = reply;
    } else if (key == "data_go_ahead") {
      config_.data_go_ahead = reply;
    } else {
      FAIL() << "unknown setting " << key;
    }
  }

  void set_extensions(const std::string& list) {
    config_.extensions.clear();
    std::istringstream words(list);
    for (std::string word; std::getline(words, word, ',');) config_.extensions.push_back(word.substr(1));
  }

  static Reply parse_reply(const std::string& text) {
    if (text.size() < 4 || text[0] < '2' || text[0] > '5' || text[3] != ' ') return {};
    return {.code = static_cast<std::uint16_t>(std::stoi(text.substr(0, 3))), .text = text.substr(4)};
  }

  void driver(const std::string& line) {
    const auto colon = line.find(": ");
    ASSERT_NE(colon, std::string::npos);
    const std::string kind = line.substr(0, colon);
    const std::string answer = line.substr(colon + 2);
    if (kind == "release") {
      ASSERT_TRUE(held_);
      held_ = false;
      session().answer(now_, parse_answer(answer));
      pump();
    } else {
      answers_[kind].push_back(answer);
    }
  }

  static ServerAnswer parse_answer(std::string text) {
    ServerAnswer answer;
    const auto close = text.find(" [close]");
    answer.close = close != std::string::npos || text == "[close]";
    if (close != std::string::npos) text.resize(close);
    answer.reply = parse_reply(text);
    return answer;
  }

  void client(const std::string& bytes) {
    expect_quiet();
    segment_ += bytes;
    const std::string segment = std::exchange(segment_, {});
    session();
    if (delivery_ == Delivery::segments) {
      session().receive(now_, segment);
      pump();
      return;
    }
    for (const char c : segment) {
      session().receive(now_, std::string_view(&c, 1));
      pump();
    }
  }

  void server(const std::string& expected, int times) {
    session();
    if (expected == "[closed]") {
      expect_quiet();
      EXPECT_TRUE(session().finished());
      return;
    }
    std::size_t at = 0;
    for (int i = 0; i < times; ++i) {
      const auto end = said_.find("\r\n", at);
      ASSERT_NE(end, std::string::npos) << "the server said nothing";
      ASSERT_EQ(said_.substr(at, end - at), expected) << "line " << i + 1;
      at = end + 2;
    }
    said_.erase(0, at);
  }

  void expect_event(const std::string& expected) {
    session();
    std::string seen;
    while (!events_.empty()) {
      const std::string event = events_.front();
      events_.pop_front();
      if (event == expected) return;
      seen += "\n  " + event;
    }
    FAIL() << "no such event; there were:" << seen;
  }

  void expect_no_event(const std::string& kind) {
    for (const auto& event : events_) EXPECT_FALSE(event.starts_with(kind)) << event;
  }

  void happens(const std::string& what) {
    expect_quiet();
    if (what.starts_with("advance ")) {
      now_ += parse_duration(what.substr(8)).value();
      if (now_ >= session().deadline()) session().expire(now_);
    } else if (what == "tls") {
      session().tls_started(now_);
    } else if (what == "peer closes") {
      session().peer_closed(now_);
    } else {
      FAIL() << "unknown happening";
    }
    pump();
  }

  void expect_quiet() { EXPECT_EQ(said_, "") << "an unexpected reply"; }

  // What a driver does: answers events, writes output.
  void pump() {
    ServerSession& s = session();
    do {
      while (!held_) {
        auto event = s.next_event();
        if (!event) break;
        events_.push_back(describe(*event));
        if (event->wants_answer()) answer(event->kind);
      }
      said_ += s.output();
      s.consume(s.output().size());
    } while (!s.output().empty());
  }

  void answer(ServerEvent::Kind kind) {
    static const std::map<std::string_view, std::string> yes = {{"connected", "220 mx.example ESMTP"},
                                                                {"helo", "250 mx.example"},
                                                                {"mail", "250 2.1.0 Ok"},
                                                                {"rcpt", "250 2.1.5 Ok"},
                                                                {"message", "250 2.0.0 Ok: queued"}};
    const std::string name(kind_name(kind));
    std::string text = yes.at(name);
    if (auto& queue = answers_[name]; !queue.empty()) {
      text = queue.front();
      queue.pop_front();
    }
    if (text == "[hold]") {
      held_ = true;
      return;
    }
    session_->answer(now_, parse_answer(text));
  }

  // Starts with the first line that needs it, when all settings have been read.
  ServerSession& session() {
    if (!session_) {
      session_.emplace(config_);
      session_->start(now_, implicit_tls_);
      pump();
    }
    return *session_;
  }

  std::string name_;
  Delivery delivery_;
  int line_number_ = 0;
  ServerConfig config_;
  bool implicit_tls_ = false;
  std::optional<ServerSession> session_;
  Instant now_{std::chrono::hours(1)};
  std::string segment_;
  std::string said_;
  std::deque<std::string> events_;
  std::map<std::string, std::deque<std::string>> answers_;
  bool held_ = false;
};

}  // namespace mailrig::smtp
