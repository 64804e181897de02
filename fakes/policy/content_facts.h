// What a receiver found in a message's text; a receiver that does not read it leaves everything as it is. Plain values.
#pragma once

#include <cstdint>

#include "fakes/policy/network_facts.h"

namespace mailrig::policy {

struct ContentTraits {
  bool read = false;                  // somebody looked
  std::int32_t score_milli = 10'000;  // as mail-tester counts: 10 is faultless (content::Score)
  std::uint64_t fingerprint = 0;      // the same for copies of one campaign; 0: unknown
  bool one_click = false;             // can be unsubscribed from with one click (RFC 8058)
  bool unsubscribe = false;           // or at all
  bool feedback_id = false;           // names its campaign in a Feedback-ID field
  bool blocked_attachment = false;    // of a kind that the receiver does not take
  ListingFacts link_listing;          // of the domains that its links lead to

  void forget() {
    read = false;
    score_milli = 10'000;
    fingerprint = 0;
    one_click = false;
    unsubscribe = false;
    feedback_id = false;
    blocked_attachment = false;
    link_listing.forget();
  }
};

}  // namespace mailrig::policy
