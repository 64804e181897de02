// Reads from a mail server's log what it was given to send: when, to whom, how large. Understands Postfix (behind
// syslog's times, traditional or RFC 3339) and Exim's main log. Lines of other programs are passed over; lines that
// are no log lines, or say less than they should, are counted. Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "sim/scenario/trace_file.h"

namespace mailrig::scenario {

class MailLog {
 public:
  // The next line, without its end.
  void add(std::string_view line);

  // What was sent, as a trace that begins with the first mail, in the order of time. Of each address only the domain is
  // left: the local part is a keyed hash (HMAC-SHA-256) of the address, so that the same key gives the same names and
  // nobody who has not got it can try addresses out.
  std::vector<TraceRow> trace(std::string_view key) const;

  std::uint64_t lines() const { return lines_; }
  std::uint64_t messages() const { return messages_; }
  std::uint64_t not_understood() const { return not_understood_; }
  std::uint64_t first_not_understood() const { return first_not_understood_; }  // its number, from 1; 0: none

 private:
  struct Message {
    Instant at{};
    std::uint64_t size_bytes = 0;
    std::set<std::string> recipients;
  };
  struct Sent {
    Instant at{};
    std::string recipient;
    std::uint64_t size_bytes = 0;
  };

  bool read(std::string_view line);
  bool read_postfix(Instant at, std::string_view rest);
  bool read_exim(Instant at, std::string_view rest);
  void recipient(Instant at, std::string_view id, std::string_view address);

  std::map<std::string, Message, std::less<>> under_way_;  // by queue id
  std::vector<Sent> sent_;
  Instant last_{};  // for lines whose time has no year
  std::uint64_t lines_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t not_understood_ = 0;
  std::uint64_t first_not_understood_ = 0;
};

}  // namespace mailrig::scenario
