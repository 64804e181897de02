#include "fakes/auth/spf_lookups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/dns/name.h"

namespace mailrig::auth {

dns::Answer SpfLookups::ask(const dns::Question& question) {
  dns::Answer answer = resolver_.lookup(question);
  asked_ = true;
  cost_ += answer.cost;
  ttl_s_ = std::min(ttl_s_, answer.ttl_s());
  if (tracer_.on()) tracer_.add_query(question, answer);
  trace_spent();
  if (counting_ && cost_ > limits_.elapsed) fail(SpfOutcome::temperror, "the DNS took too long (RFC 7208 4.6.4)");
  return answer;
}

bool SpfLookups::count_term() {
  if (!counting_) return true;
  ++lookups_;
  trace_spent();
  if (lookups_ <= limits_.lookups) return true;
  fail(SpfOutcome::permerror, fmt::format("more than {} terms that ask the DNS (RFC 7208 4.6.4)", limits_.lookups));
  return false;
}

bool SpfLookups::count_if_void(const dns::Answer& answer, dns::Type type) {
  if (!counting_ || answer.temporary() || answer.holds(type)) return true;
  ++void_lookups_;
  trace_spent();
  if (void_lookups_ <= limits_.void_lookups) return true;
  fail(SpfOutcome::permerror,
       fmt::format("more than {} DNS questions that brought nothing (RFC 7208 4.6.4)", limits_.void_lookups));
  return false;
}

bool SpfLookups::fail_if_temporary(const dns::Answer& answer, std::string_view name, dns::Type type) {
  if (!answer.temporary()) return false;
  fail(SpfOutcome::temperror, fmt::format("{} {}: {}", name, to_string(type),
                                          answer.timed_out ? "no answer in time" : to_string(answer.rcode)));
  return true;
}

// §5.5. An error on the way makes the name unvalidated, never the check fail. Addresses that a name of the client does
// not have are no void lookups: the domain's owner has no say in the names of a stranger.
const std::vector<std::string>& SpfLookups::validated_names() {
  if (validated_names_) return *validated_names_;
  validated_names_.emplace();
  const dns::Answer reverse = ask({client_ip_.reverse_name(), dns::Type::ptr});
  if (!count_if_void(reverse, dns::Type::ptr) || reverse.temporary()) return *validated_names_;
  int looked_at = 0;
  for (std::string& name : reverse.targets(dns::Type::ptr)) {
    if (failure_ || looked_at++ == limits_.reverse_names) break;
    if (name.empty()) continue;  // the root is nobody's name
    if (spf_holds_address(ask({name, address_type()}), client_ip_)) validated_names_->push_back(std::move(name));
  }
  return *validated_names_;
}

std::string SpfLookups::validated_name_for(std::string_view domain) {
  // The first %{p} asks for the reverse names, which counts like the mechanism that does (§4.6.4).
  if (!validated_names_ && !count_term()) return "unknown";
  const std::vector<std::string>& names = validated_names();
  const std::string apex = dns::canonical_name(domain).value_or(std::string(domain));
  const std::string* best = nullptr;
  for (const std::string& name : names) {
    if (name == apex) return name;
    const bool below = dns::is_within(name, apex);
    if (best == nullptr || (below && !dns::is_within(*best, apex))) best = &name;
  }
  return best != nullptr ? *best : "unknown";
}

void SpfLookups::fail(SpfOutcome outcome, std::string problem) {
  if (failure_) return;
  // Names that were expanded from what the client said may hold anything; a problem is read on terminals and in
  // headers.
  std::replace_if(
      problem.begin(), problem.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  failure_ = Failure{outcome, std::move(problem)};
}

std::string spf_question_name(std::string name) {
  if (name.find('\\') == std::string::npos) return name;
  std::string escaped;
  for (const char c : name) {
    if (c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

bool spf_holds_address(const dns::Answer& answer, const IpAddress& ip) {
  return std::any_of(answer.answers.begin(), answer.answers.end(), [&](const dns::Record& record) {
    const auto* address = std::get_if<IpAddress>(&record.data);
    return address != nullptr && *address == ip;
  });
}

}  // namespace mailrig::auth
