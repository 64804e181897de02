// The steps of one SPF check, for a person who wants to know why. Value types; a tracer belongs to one check.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/dns/record.h"

namespace mailrig::auth {

struct SpfTraceQuery {
  std::string question;  // "example.com MX"
  std::string answer;    // "10 mx1.example.com, 20 mx2.example.com", "NXDOMAIN", "no such record", "SERVFAIL"
};

// A record that was evaluated (its terms follow, one level deeper), or one of its terms.
struct SpfTraceStep {
  int depth = 0;       // 0: the record of the domain checked; its terms 1; the record of an include among them 2; …
  std::string domain;  // whose record it is
  std::string text;    // the record, or the term as written; empty where no record was found
  bool is_record = false;
  std::string target;  // what the term's domain came to, where that is not as written
  std::vector<SpfTraceQuery> queries;
  int lookups = 0;       // spent when the step had asked its own questions
  int void_lookups = 0;  // likewise
  std::string outcome;   // "fail", "no match", "match: pass", "permerror: …"
};

// One line for each step and query, indented by depth, each ended by LF.
std::string to_text(const std::vector<SpfTraceStep>& trace);

// Collects steps while a check runs; does nothing unless it is on.
class SpfTracer {
 public:
  explicit SpfTracer(bool on) : on_(on) {}
  bool on() const { return on_; }

  void open(std::string_view domain, std::string_view text, bool is_record);
  void close();
  // These speak of the step opened last and not closed.
  void set_text(std::string_view text);
  void set_target(std::string_view target);
  void set_spent(int lookups, int void_lookups);
  void set_outcome(std::string_view outcome);
  void add_query(const dns::Question& question, const dns::Answer& answer);

  std::vector<SpfTraceStep> take() { return std::move(steps_); }

 private:
  SpfTraceStep* current();

  bool on_;
  std::vector<SpfTraceStep> steps_;
  std::vector<std::size_t> open_;  // indices into steps_, the innermost last
};

// Closes the step at the end of its scope.
class SpfTraceScope {
 public:
  SpfTraceScope(SpfTracer& tracer, std::string_view domain, std::string_view text, bool is_record) : tracer_(tracer) {
    if (tracer_.on()) tracer_.open(domain, text, is_record);
  }
  ~SpfTraceScope() {
    if (tracer_.on()) tracer_.close();
  }
  SpfTraceScope(const SpfTraceScope&) = delete;
  SpfTraceScope& operator=(const SpfTraceScope&) = delete;

 private:
  SpfTracer& tracer_;
};

}  // namespace mailrig::auth
