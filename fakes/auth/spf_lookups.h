// The DNS side of one SPF check: asks, counts against the limits of RFC 7208 §4.6.4, adds up cost and TTL, and finds
// the client's validated names. The first failure stands and ends the check. Belongs to one check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/spf.h"
#include "fakes/auth/spf_trace.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

class SpfLookups {
 public:
  struct Failure {
    SpfOutcome outcome;
    std::string problem;
  };

  // `client_ip` is no IPv4-mapped address any more.
  SpfLookups(dns::Resolver& resolver, const IpAddress& client_ip, const SpfLimits& limits, SpfTracer& tracer)
      : resolver_(resolver), client_ip_(client_ip), limits_(limits), tracer_(tracer) {}

  dns::Answer ask(const dns::Question& question);
  // A or AAAA, as the client's address is (RFC 7208 §5.3).
  dns::Type address_type() const { return client_ip_.is_v6() ? dns::Type::aaaa : dns::Type::a; }

  // A term that asks the DNS is about to be evaluated. False, with a failure, when there have been too many.
  bool count_term();
  // False, with a failure, when `answer` is void and there have been too many of those.
  bool count_if_void(const dns::Answer& answer, dns::Type type);
  // The DNS could not say: the check ends with a temperror (§4.4, §5).
  bool fail_if_temporary(const dns::Answer& answer, std::string_view name, dns::Type type);

  // The names of the client that lead back to it (§5.5). Asked for once.
  const std::vector<std::string>& validated_names();
  // %{p} (§7.3): the domain itself, else a name below it, else any; "unknown" without one.
  std::string validated_name_for(std::string_view domain);

  void fail(SpfOutcome outcome, std::string problem);
  const std::optional<Failure>& failure() const { return failure_; }
  // From now on nothing counts and nothing fails: exp= comes after the result is known (§4.6.4).
  void stop_counting() { counting_ = false; }

  int lookups() const { return lookups_; }
  int void_lookups() const { return void_lookups_; }
  Duration cost() const { return cost_; }
  std::uint32_t ttl_s() const { return asked_ ? ttl_s_ : 0; }

 private:
  void trace_spent() {
    if (tracer_.on()) tracer_.set_spent(lookups_, void_lookups_);
  }

  dns::Resolver& resolver_;
  IpAddress client_ip_;
  const SpfLimits& limits_;
  SpfTracer& tracer_;
  int lookups_ = 0;
  int void_lookups_ = 0;
  Duration cost_{};
  std::uint32_t ttl_s_ = UINT32_MAX;
  bool asked_ = false;
  bool counting_ = true;
  std::optional<Failure> failure_;
  std::optional<std::vector<std::string>> validated_names_;
};

// The name as a question holds it: in the text form of names, where a backslash escapes.
std::string spf_question_name(std::string name);

bool spf_holds_address(const dns::Answer& answer, const IpAddress& ip);

}  // namespace mailrig::auth
