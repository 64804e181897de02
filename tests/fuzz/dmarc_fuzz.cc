// Any bytes as DMARC record, From field, domain and report address: nothing may crash, questions stay within their
// bounds, and an evaluation keeps its promises.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/auth/dmarc.h"
#include "fakes/auth/dmarc_report_destination.h"
#include "fakes/auth/from_header.h"
#include "fakes/base/check.h"
#include "fakes/dns/resolver.h"

using namespace mailrig;

namespace {

// Says the same at every name; the record decides how many of them have one.
class OneRecordEverywhere final : public dns::Resolver {
 public:
  OneRecordEverywhere(std::string_view record, std::uint8_t mask) : record_(record), mask_(mask) {}

  dns::Answer lookup(const dns::Question& question) override {
    dns::Answer answer;
    const auto labels = std::count(question.name.begin(), question.name.end(), '.');
    if ((mask_ >> (labels % 8) & 1) != 0) {
      answer.answers.push_back(dns::Record::txt(question.name, record_));
    } else {
      answer.rcode = labels % 5 == 4 ? dns::Rcode::servfail : dns::Rcode::nxdomain;
    }
    return answer;
  }

 private:
  std::string record_;
  std::uint8_t mask_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint8_t mask = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.find('\n');
  const std::string_view head = bytes.substr(0, cut);
  const std::string_view rest = cut == std::string_view::npos ? std::string_view() : bytes.substr(cut + 1);

  const auto record = auth::parse_dmarc_record(head);
  if (record) CHECK(auth::parse_dmarc_record(record->text) == record);

  const auth::FromHeader from = auth::read_from_field(rest);
  CHECK((from.fault == auth::FromFault::none) == from.author_domain().has_value());
  CHECK((from.fault == auth::FromFault::none) == from.reason.empty());

  OneRecordEverywhere resolver(head, mask);
  auth::DmarcInput input{from.domains.empty() ? std::string(rest) : from.domains.front(), {}, {}};
  input.spf = {auth::IdentifierCheck::passed, "a." + input.author_domain};
  input.dkim.push_back({auth::IdentifierCheck::temporary_error, "mail.example.com"});
  auth::DmarcSettings settings;
  settings.explain = (mask & 1) != 0;
  for (const auto method : {auth::DmarcMethod::tree_walk, auth::DmarcMethod::public_suffix_list}) {
    settings.method = method;
    const auth::DmarcEvaluation result = auth::evaluate_dmarc(resolver, input, settings);
    CHECK(!result.reason.empty());
    CHECK(result.questions.size() <= 8 * 3 + 1);
    CHECK((result.result == auth::DmarcResult::pass) == (result.spf_aligned || result.dkim_aligned));
    CHECK((result.result == auth::DmarcResult::fail) == result.policy.has_value());
    CHECK(!result.policy || result.disposition <= *result.policy);
    if (record && !record->rua.empty()) {
      const auto destination =
          auth::check_report_destination(resolver, input.author_domain, record->rua.front(), settings);
      CHECK(destination.uris.empty() == (destination.consent == auth::ReportConsent::refused ||
                                         destination.consent == auth::ReportConsent::temporary));
    }
  }
  return 0;
}
