// What is wrong with a domain or a message: an id that scripts can rely on, how bad it is, what was seen, and the exact
// record or change that mends it. Value types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/dns/record.h"
#include "fakes/dns/resolver.h"

namespace mailrig::diagnose {

// error: something is broken, mail is lost or refused for it. warning: it works, but some provider minds it, or it will
// break. advice: better practice.
enum class Severity : std::uint8_t { error, warning, advice };
std::string_view to_string(Severity severity);

struct Finding {
  std::string id;  // "spf-several"; the text before the first dash is the area
  Severity severity = Severity::error;
  std::string subject;   // the name, address or field it is about
  std::string evidence;  // what was seen; printable ASCII or UTF-8 without control characters
  std::string remedy;
  friend bool operator==(const Finding&, const Finding&) = default;
};

class Findings {
 public:
  // What is known already is not said twice.
  void add(Finding finding);
  void error(std::string id, std::string subject, std::string evidence, std::string remedy);
  void warning(std::string id, std::string subject, std::string evidence, std::string remedy);
  void advice(std::string id, std::string subject, std::string evidence, std::string remedy);

  // Errors first; within a severity in the order found.
  std::vector<Finding> sorted() const;
  const std::vector<Finding>& all() const { return findings_; }
  bool broken() const;  // there is an error

 private:
  std::vector<Finding> findings_;
};

// Strangers' text as it may stand on a terminal and in JSON: control characters and malformed UTF-8 become "?", and
// what is long is cut.
std::string shown(std::string_view text);

// Asks, and adds `dns-no-answer` where the DNS did not say.
dns::Answer ask(dns::Resolver& resolver, std::string_view name, dns::Type type, Findings& findings);

// "no such domain", "no such record".
std::string_view absence(const dns::Answer& answer);

}  // namespace mailrig::diagnose
