// Where an accepted message goes, and why. Policies that look at it speak one after the other; the first that wants it
// among the spam is the reason. Each recipient has the last word on the own copy. Plain values.
#pragma once

#include <cstdint>
#include <string_view>

namespace mailrig::policy {

struct Placement {
  bool spam = false;
  // The reply key that stands for the fault ("spf_fail", "no_ptr"), or what else decided ("reputation", "content",
  // "recipient"); empty while nothing speaks against the inbox.
  std::string_view reason;

  // What the reputation model found, where the receiver has one.
  std::int32_t score_milli = 1000;
  std::int32_t junk_below_milli = 0;

  void to_spam(std::string_view because) {
    if (spam) return;
    spam = true;
    reason = because;
  }

  void as_recipient_wants(bool among_spam) {
    spam = among_spam;
    reason = "recipient";
  }
};

}  // namespace mailrig::policy
