// Whatever a record, a zone and an SMTP client say, a check ends within its limits and with a result. The input is
// lines: HELO, MAIL FROM, the client's address, and then records "name TYPE data" of the zone.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/spf.h"
#include "fakes/auth/spf_macro.h"
#include "fakes/auth/spf_received.h"
#include "fakes/auth/spf_record.h"
#include "fakes/base/check.h"
#include "fakes/dns/name.h"

namespace {

using namespace mailrig;

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

class FuzzedZone final : public dns::Resolver {
 public:
  explicit FuzzedZone(std::string_view lines) {
    while (!lines.empty()) {
      std::string_view line = take_until(lines, '\n');
      const std::string name = dns::canonical_name(take_until(line, ' ')).value_or("a.example");
      const std::string_view type = take_until(line, ' ');
      if (type == "A" || type == "AAAA") {
        if (const auto ip = IpAddress::parse(line)) records_.push_back(dns::Record::address(name, *ip));
      } else if (type == "MX") {
        records_.push_back(dns::Record::mx(name, 10, dns::canonical_name(line).value_or("")));
      } else if (type == "PTR") {
        records_.push_back(dns::Record::ptr(name, dns::canonical_name(line).value_or("a.example")));
      } else if (type == "FAIL") {
        faults_.push_back(name);
      } else {
        records_.push_back(dns::Record::txt(name, line));
      }
    }
  }

  dns::Answer lookup(const dns::Question& question) override {
    ++asked_;
    dns::Answer answer;
    const auto name = dns::canonical_name(question.name);
    CHECK(name.has_value());  // nobody asks for what is no name
    for (const std::string& fault : faults_) {
      if (fault == *name) answer.rcode = dns::Rcode::servfail;
    }
    if (answer.temporary()) return answer;
    for (const dns::Record& record : records_) {
      if (record.name == *name && record.type == question.type) answer.answers.push_back(record);
    }
    return answer;
  }

  int asked() const { return asked_; }

 private:
  std::vector<dns::Record> records_;
  std::vector<std::string> faults_;
  int asked_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(auth::parse_spf_record(text));
  static_cast<void>(auth::spf_domain_spec_fault(text));

  auth::SpfIdentity identity;
  identity.helo = std::string(take_until(text, '\n'));
  identity.mail_from = std::string(take_until(text, '\n'));
  identity.client_ip = IpAddress::parse(take_until(text, '\n')).value_or(IpAddress::v4(0xC0000201));
  FuzzedZone zone(text);
  auth::SpfOptions options;
  options.trace = true;
  const auth::SpfResult result = auth::check_spf(zone, identity, options);
  // 11 records, 10 terms of at most 11 questions each, the 11 of the client's names, and exp=.
  CHECK(zone.asked() <= 11 + 10 * 11 + 11 + 1);
  CHECK(result.lookups <= 11 && result.void_lookups <= 3);
  const bool error = result.result == auth::SpfOutcome::permerror || result.result == auth::SpfOutcome::temperror;
  CHECK(!error || !result.problem.empty());
  CHECK(result.explanation.empty() || result.result == auth::SpfOutcome::fail);
  CHECK(to_text(result.trace).size() < 64 * (size + 1024) * (result.trace.size() + 1));
  const std::string field = received_spf_field(result, identity, "mx.example");
  CHECK(field.size() < 4096 && field.substr(field.size() - 2) == "\r\n");

  // Without a trace, nothing else comes of it.
  FuzzedZone again(text);
  const auth::SpfResult untraced = auth::check_spf(again, identity, {});
  CHECK(untraced.result == result.result && untraced.explanation == result.explanation);
  static_cast<void>(auth::check_spf_helo(again, identity, {}));
  return 0;
}
