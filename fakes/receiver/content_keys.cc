#include "fakes/receiver/content_keys.h"

#include <fmt/format.h>

#include <charconv>

#include "fakes/receiver/profile_types.h"

namespace mailrig::receiver {
namespace {

// "5" or "5.5", from 0 to 10, in thousandths.
config::Type<std::uint32_t> score() {
  return config::scalar<std::uint32_t>(
      [](std::string_view text) -> Result<std::uint32_t> {
        const auto fault = [text] {
          return Error{fmt::format("'{}' is no content score; expected a number from 0 to 10 such as 5.5", text)};
        };
        const auto point = text.find('.');
        const std::string_view digits = text.substr(0, point);
        std::uint32_t whole = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
        if (error != std::errc() || end != digits.data() + digits.size() || whole > 10) return fault();
        std::uint32_t milli = whole * 1000;
        if (point != std::string_view::npos) {
          const std::string_view rest = text.substr(point + 1);
          if (rest.size() != 1 || rest[0] < '0' || rest[0] > '9') return fault();
          milli += static_cast<std::uint32_t>(rest[0] - '0') * 100;
        }
        if (milli > 10'000) return fault();
        return milli;
      },
      "a content score from 0 to 10", {{"type", "number"}, {"minimum", 0}, {"maximum", 10}});
}

}  // namespace

config::Table<policy::ContentSettings> content_table() {
  using policy::ContentSettings;
  config::Table<ContentSettings> table{"content"};
  table.key("junk_below", &ContentSettings::junk_below_milli, score(), "A score under which mail is spam; 0: never")
      .key("reject_below", &ContentSettings::reject_below_milli, score(),
           "A score under which mail is refused; 0: never")
      .key("tempfail_below", &ContentSettings::tempfail_below_milli, score(),
           "A score under which mail is put off until it comes again; 0: never")
      .key("retry_after", &ContentSettings::retry_after, positive_duration(),
           "What was put off is let through after so long")
      .key("blocked_attachments", &ContentSettings::blocked_attachments, config::list_of(config::text()),
           "File name extensions that are refused");
  return table;
}

config::Table<FeedbackSettings> feedback_table() {
  using Loop = FeedbackSettings::Loop;
  using Key = FeedbackSettings::Key;
  config::Table<FeedbackSettings> table{"feedback"};
  table
      .key("fbl", &FeedbackSettings::fbl,
           config::one_of<Loop>({{"none", Loop::none}, {"arf", Loop::arf}, {"aggregate", Loop::aggregate}}),
           "How senders are told of complaints")
      .key("fbl_key", &FeedbackSettings::fbl_key,
           config::one_of<Key>({{"ip", Key::ip}, {"dkim_domain", Key::dkim_domain}}), "Whose owner is told")
      .key("dmarc_rua", &FeedbackSettings::dmarc_rua, config::boolean(), "Sends DMARC aggregate reports")
      .key("dmarc_ruf", &FeedbackSettings::dmarc_ruf, config::boolean(), "Sends DMARC failure reports");
  return table;
}

}  // namespace mailrig::receiver
