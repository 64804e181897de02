// The questions that DMARC puts to the DNS, each asked once in an evaluation, and what asking came to.
//
// Thread rule: a value for one evaluation, one thread at a time. The resolver must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/dmarc_record.h"
#include "fakes/base/instant.h"
#include "fakes/dns/resolver.h"

namespace mailrig::auth {

// Names of the DMARC world are host names in A-labels, lower case, without a final dot: letters, digits, "-" and "_".
// None for everything else, so that no escaped dot is ever taken for a boundary.
std::optional<std::string> dmarc_name(std::string_view domain);

struct DmarcAnswer {
  enum class Status : std::uint8_t {
    none,
    one,
    several,   // "they are all discarded" (RFC 9989 §4.10)
    temporary  // the DNS did not say
  };
  Status status = Status::none;
  std::shared_ptr<const DmarcRecord> record;  // when there is one; null otherwise
};

class DmarcLookup {
 public:
  explicit DmarcLookup(dns::Resolver& resolver) : resolver_(resolver) {}

  // The policy record at _dmarc.<domain>. The domain is a dmarc_name. The answer lives as long as the lookup.
  const DmarcAnswer& policy_at(std::string_view domain);

  // Whether a domain exists in the sense of RFC 9989 §3.2.13: unless the answer is NXDOMAIN. None when the DNS did not
  // say.
  std::optional<bool> exists(std::string_view domain);

  // TXT of a name that is none of the above.
  dns::Answer texts(std::string name) { return ask({std::move(name), dns::Type::txt}); }

  // In the order asked.
  const std::vector<dns::Question>& questions() const { return questions_; }
  // The same, at the end: nothing can be asked afterwards.
  std::vector<dns::Question> take_questions() && { return std::move(questions_); }
  // Of all questions together.
  Duration cost() const { return cost_; }
  // How long all the answers hold; 0 when nothing was asked.
  std::uint32_t ttl_s() const { return questions_.empty() ? 0 : ttl_s_; }

 private:
  dns::Answer ask(dns::Question question);

  dns::Resolver& resolver_;
  std::map<std::string, DmarcAnswer, std::less<>> policies_;
  std::vector<dns::Question> questions_;
  Duration cost_{};
  std::uint32_t ttl_s_ = UINT32_MAX;
};

}  // namespace mailrig::auth
