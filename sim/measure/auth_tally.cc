#include "sim/measure/auth_tally.h"

#include "fakes/auth/authentication_results.h"
#include "fakes/base/stable_hash.h"

namespace mailrig::measure {
namespace {

const auth::AuthenticationMethod* find_method(const auth::AuthenticationResults& results, std::string_view name) {
  for (const auth::AuthenticationMethod& method : results.methods) {
    if (method.method == name) return &method;
  }
  return nullptr;
}

// SPF has an entry for each identity; MAIL FROM's is what counts.
const auth::AuthenticationMethod* find_spf(const auth::AuthenticationResults& results) {
  for (const auth::AuthenticationMethod& method : results.methods) {
    if (method.method == "spf" && method.property("smtp", "mailfrom")) return &method;
  }
  return find_method(results, "spf");
}

const auth::AuthenticationMethod* find_dkim(const auth::AuthenticationResults& results) {
  for (const auth::AuthenticationMethod& method : results.methods) {
    if (method.method == "dkim" && method.result == "pass") return &method;
  }
  return find_method(results, "dkim");
}

}  // namespace

void AuthTally::judged(std::string_view field) {
  if (field.empty()) return;
  // Of a campaign one is mostly like the one before.
  if (field != last_) {
    const std::uint64_t key = stable_hash(field);
    const Places* known = known_.find(key);
    last_places_ = known != nullptr ? *known : known_.put(key, read(field));
    last_ = field;
  }
  for (std::uint64_t* count : {last_places_.spf, last_places_.dkim, last_places_.dmarc}) {
    if (count != nullptr) ++*count;
  }
}

AuthTally::Places AuthTally::read(std::string_view field) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return {};
  const auto results = auth::parse_authentication_results(field.substr(colon + 1));
  if (!results) return {};
  // The counts of an ordered map stay where they are.
  const auto place = [](ResultCounts& counts, const auth::AuthenticationMethod* method) {
    return method == nullptr ? nullptr : &counts[method->result];
  };
  return {place(counts_.spf, find_spf(*results)), place(counts_.dkim, find_dkim(*results)),
          place(counts_.dmarc, find_method(*results, "dmarc"))};
}

}  // namespace mailrig::measure
