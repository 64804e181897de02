// What a receiver wrote into Authentication-Results (RFC 8601), counted: how many of the messages that it judged had
// which SPF, DKIM and DMARC result. Reads the field as anybody downstream would. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "fakes/base/recent_map.h"

namespace mailrig::measure {

// By result, in the words of RFC 8601.
using ResultCounts = std::map<std::string, std::uint64_t>;

struct AuthCounts {
  ResultCounts spf;   // of MAIL FROM; of HELO where that was all there was
  ResultCounts dkim;  // one for each message: pass if any signature passes, else the first signature's
  ResultCounts dmarc;
};

class AuthTally {
 public:
  // One judged message. `field` is the whole field with its name; an empty one is of a receiver that does not look, and
  // one that cannot be read counts nothing.
  void judged(std::string_view field);
  const AuthCounts& counts() const { return counts_; }

 private:
  // Where a field counts; null: it says nothing of the method.
  struct Places {
    std::uint64_t* spf = nullptr;
    std::uint64_t* dkim = nullptr;
    std::uint64_t* dmarc = nullptr;
  };

  Places read(std::string_view field);

  AuthCounts counts_;
  // Many messages have the same field, and reading it costs more than all else here.
  RecentMap<std::uint64_t, Places> known_{1000};
  std::string last_;  // the latest field
  Places last_places_;
};

}  // namespace mailrig::measure
