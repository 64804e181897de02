// Any bytes as a message, or as the HTML of one: the score must keep to its bounds and say the same twice.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/check.h"
#include "fakes/content/rules.h"
#include "fakes/content/score.h"
#include "fakes/mail/text.h"

using namespace mailrig;

namespace {

void check_reasons(const content::Score& score) {
  std::int32_t sum = content::faultless_milli;
  auto rule = content::rules().begin();
  for (const content::Reason& reason : score.reasons) {
    rule = std::find_if(rule, content::rules().end(), [&](const auto& row) { return row.id == reason.id; });
    CHECK(rule != content::rules().end());  // in their order, and none twice
    CHECK(reason.points_milli <= rule->points_milli);
    CHECK(reason.points_milli >= rule->points_milli * rule->times_max);
    ++rule;
    sum += reason.points_milli;
  }
  CHECK(score.milli == std::max(0, sum));
}

void check_lists(const content::Score& score) {
  CHECK(score.link_domains.size() <= content::link_domains_max);
  for (const auto* list : {&score.link_domains, &score.attachment_extensions}) {
    for (const std::string& entry : *list) {
      CHECK(!entry.empty() && entry == mail::to_lower(entry));
      CHECK(std::count(list->begin(), list->end(), entry) == 1);
    }
  }
  CHECK(!score.one_click || (score.bulk && score.unsubscribe));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool html = (data[0] & 1U) != 0;
  const std::string message = (html ? "Content-Type: text/html\r\n\r\n" : "") + std::string(bytes);
  const content::Score score = content::score_message(message);
  check_reasons(score);
  check_lists(score);
  const content::Score again = content::score_message(message);
  CHECK(again.fingerprint == score.fingerprint && again.milli == score.milli);
  return 0;
}
