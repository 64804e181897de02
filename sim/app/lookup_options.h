// Where an inspecting command asks the DNS: a server, a zone file, or the system's resolver; and which time it is
// there. One set of options for all of them. Not thread-safe.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"
#include "fakes/dns/resolver.h"

namespace mailrig::app {

struct LookupOptions {
  std::string resolver;               // HOST:PORT; the host is an IP address
  std::string zone;                   // a master file that is the whole world
  std::optional<std::int64_t> now_s;  // since 1970; none: now
  std::string format = "text";
};

// --format text|json.
void add_format_option(CLI::App& command, std::string& format);
// --now UNIXTIME, for commands that look nothing up.
void add_now_option(CLI::App& command, std::optional<std::int64_t>& now_s);
// --resolver, --zone, --now and --format.
void add_lookup_options(CLI::App& command, LookupOptions& options);

// The time that was asked for, or the wall's.
Instant moment(const std::optional<std::int64_t>& now_s);

// What the options come to. Answers are kept, so that no question goes out twice.
class Lookup {
 public:
  virtual ~Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  // An error is the user's: a file that cannot be read, text that is no zone, an address that is none.
  static Result<std::unique_ptr<Lookup>> open(const LookupOptions& options);

  virtual dns::Resolver& resolver() = 0;
  Instant now() const { return now_; }
  // Who is asked, when it never answered anything although it was asked; empty otherwise. What was found then says
  // nothing about the domain: exit status 3.
  virtual std::string unreachable() const { return {}; }

 protected:
  explicit Lookup(Instant now) : now_(now) {}

 private:
  Instant now_;
};

// For the end of a command: complains and gives `environment_error` when nobody answered, `status` otherwise.
int status_after(const Lookup& lookup, int status);

// A text file, or standard input for "-". The error names the file.
Result<std::string> read_input(const std::string& file);

}  // namespace mailrig::app
