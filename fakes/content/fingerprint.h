// A value that the copies of one mailing share, however they were personalised, and other messages do not: a hash of
// the words shown, without what differs from copy to copy. That is whatever holds a digit (sums, dates, numbers of
// orders, codes), addresses, the target of links but for its site, salutations, and the names found in them or in the
// To field. A copy whose text differs otherwise, by a name that stands in neither or by a line more, has another value:
// it must be certain that different texts do not share one. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailrig::content {

struct FingerprintInput {
  std::string_view text;     // as shown, folded
  std::string_view to;       // of the To field, folded
  std::string_view subject;  // folded; counts where there is hardly any text
  std::string extra;         // what else tells messages without text apart; counts like the subject
};

std::uint64_t fingerprint(const FingerprintInput& input);

}  // namespace mailrig::content
