// Where the mail for a domain goes: RFC 5321 §5.1 with the null MX of RFC 7505, as a sender asks it. Sans-IO: it says
// which question comes next and is given the answer; who asks, and how long that takes, is the driver's business.
//
// Thread rule: a plain value, one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/base/recent_map.h"
#include "fakes/dns/record.h"
#include "fakes/dns/steadiness.h"
#include "fakes/dns/zones.h"

namespace mailrig::dns {

enum class MxStatus : std::uint8_t {
  ok,
  no_domain,  // the domain does not exist, or is no domain
  no_mail,    // it exists and takes no mail: a null MX, or neither MX nor address
  temporary   // the DNS did not say; ask again later
};

struct MxTarget {
  std::uint16_t preference = 0;
  std::string host;  // a literal stays as written: "[192.0.2.1]"
  std::vector<IpAddress> addresses;
  friend bool operator==(const MxTarget&, const MxTarget&) = default;
};

struct MxResult {
  MxStatus status = MxStatus::temporary;
  // By preference, equal ones in the order of the answer: shuffling those is the sender's draw. Hosts without an
  // address are left out.
  std::vector<MxTarget> targets;
  std::uint32_t ttl_s = 0;  // how long all this holds; 0 for temporary failures
};

class MxLookup {
 public:
  // A domain name, or an address literal (RFC 5321 §4.1.3), which asks nothing.
  explicit MxLookup(std::string_view domain);

  // What to ask now; nothing once the result is there.
  std::optional<Question> next_question() const;

  // The answer to next_question().
  void answer(const Answer& answer);

  // Only when next_question() is nothing.
  const MxResult& result() const { return result_; }

 private:
  enum class Step : std::uint8_t { mx, a, aaaa, done };

  void take_mx(const Answer& answer);
  void take_address(const Answer& answer);
  void ask_addresses_of_next_target();
  void finish(MxStatus status);
  void keep_ttl(const Answer& answer);

  std::string domain_;
  Step step_ = Step::mx;
  std::size_t target_ = 0;  // whose addresses are being asked
  bool temporary_ = false;  // at least one host might have addresses that we were not told
  MxResult result_;
};

// The whole lookup over zones at hand. `cost` is set to what all the questions cost together.
MxResult resolve_mx(const Zones& zones, Instant now, std::string_view domain, Duration* cost);

// The same for whoever asks for the same few domains again and again. Not thread-safe.
class MxMemo {
 public:
  // `zones` must outlive it.
  explicit MxMemo(const Zones& zones) : zones_(zones) {}
  // Valid until the next call.
  const MxResult& resolve(Instant now, std::string_view domain, Duration* cost);

 private:
  struct Known {
    MxResult result;
    Duration cost{};
    Steadiness steadiness;
  };

  const Zones& zones_;
  RecentMap<std::string, Known> known_{10'000};
  std::string domain_;  // scratch
};

}  // namespace mailrig::dns
