// Any bytes, in any segments, with any verdicts and pauses: the server engine keeps its memory bounded, its output
// whole lines, and takes a message only where one was ended.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/check.h"
#include "fakes/smtp/server_session.h"

namespace {

using namespace mailrig;
using Kind = smtp::ServerEvent::Kind;

constexpr std::size_t message_bytes_max = 2'000;

class Fuzz {
 public:
  explicit Fuzz(std::uint8_t options) : session_(config(options)) { session_.start(now_, (options & 4) != 0); }

  void run(std::string_view script) {
    pump('\0');
    // Each step: a byte that says how long the segment is, how the driver answers, and whether time passes.
    while (!script.empty()) {
      const auto control = static_cast<std::uint8_t>(script.front());
      script.remove_prefix(1);
      const std::size_t length =
          std::min<std::size_t>(script.size(), control % 8 == 7 ? script.size() : control % 8 * 9u);
      const std::string_view segment = script.substr(0, length);
      script.remove_prefix(length);
      if (session_.wants_input()) {
        heard_ += segment;
        session_.receive(now_, segment);
      }
      pump(control);
      if (control >= 250) {
        now_ += std::chrono::minutes(1);
        session_.expire(now_);
        pump('\0');
      }
    }
    session_.peer_closed(now_);
    pump('\0');
    CHECK(closed_ && session_.finished());
  }

 private:
  static smtp::ServerConfig config(std::uint8_t options) {
    smtp::ServerConfig config{.host_name = "mx.example",
                              .extensions = {"SIZE 2000", "8BITMIME", "BINARYMIME", "SMTPUTF8", "DSN", "STARTTLS"},
                              .starttls = true,
                              .message_bytes_max = message_bytes_max,
                              .command_line_bytes_max = 600,
                              .recipients_max = 5};
    if ((options & 1) != 0) config.extensions.emplace_back("CHUNKING");
    config.refuse_bare_newlines = (options & 2) != 0;
    return config;
  }

  void pump(std::uint8_t control) {
    do {
      while (auto event = session_.next_event()) handle(*event, control);
      const std::string_view output = session_.output();
      CHECK(output.empty() || output.ends_with("\r\n"));
      CHECK(output.size() < 100'000);
      session_.consume(output.size());
    } while (!session_.output().empty() || (!session_.finished() && !session_.wants_input()));
  }

  void handle(const smtp::ServerEvent& event, std::uint8_t control) {
    CHECK(!closed_);
    closed_ = event.kind == Kind::closed;
    CHECK(event.argument.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    if (event.kind == Kind::message) {
      CHECK(event.content.size() <= message_bytes_max);
      // A message ends in one of two ways. (Both markers may come from elsewhere; their absence may not.)
      std::string upper = heard_;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
      CHECK(heard_.find("\r\n.\r\n") != std::string::npos || upper.find("LAST") != std::string::npos);
    }
    if (event.kind == Kind::start_tls) session_.tls_started(now_);
    if (!event.wants_answer()) return;
    const bool refuse = (control & 0x30) == 0x30;
    const std::uint16_t yes = event.kind == Kind::connected ? 220 : 250;
    session_.answer(
        now_, {.reply = {.code = refuse ? std::uint16_t{450} : yes, .text = "a\nb"}, .close = control % 64 == 63});
  }

  Instant now_{std::chrono::hours(1)};
  smtp::ServerSession session_;
  std::string heard_;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Fuzz(data[0]).run(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
