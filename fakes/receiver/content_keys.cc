#include "fakes/receiver/content_keys.h"

#include "fakes/receiver/profile_types.h"

namespace mailrig::receiver {
namespace {

config::Type<std::uint32_t> score() {
  return thousandths({.what = "content score", .example = "5.5", .min = 0, .max = 10, .fraction_digits = 1});
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
  using Tools = FeedbackSettings::Tools;
  config::Table<FeedbackSettings> table{"feedback"};
  table
      .key("fbl", &FeedbackSettings::fbl,
           config::one_of<Loop>({{"none", Loop::none}, {"arf", Loop::arf}, {"aggregate", Loop::aggregate}}),
           "How senders are told of complaints")
      .key("fbl_key", &FeedbackSettings::fbl_key,
           config::one_of<Key>({{"ip", Key::ip}, {"dkim_domain", Key::dkim_domain}}), "Whose owner is told")
      .key("dmarc_rua", &FeedbackSettings::dmarc_rua, config::boolean(), "Sends DMARC aggregate reports")
      .key("dmarc_ruf", &FeedbackSettings::dmarc_ruf, config::boolean(), "Sends DMARC failure reports")
      .key("tools", &FeedbackSettings::tools,
           config::one_of<Tools>(
               {{"none", Tools::none}, {"domain", Tools::domain}, {"ip", Tools::ip}, {"both", Tools::both}}),
           "Whose reputation its tools for postmasters show")
      .key("tools_delay", &FeedbackSettings::tools_delay, config::duration(), "How much later they show a day")
      .key("tools_min", &FeedbackSettings::tools_min, config::integer<std::uint32_t>(0, 1'000'000'000),
           "Attempts a day from which they show a sender at all");
  return table;
}

}  // namespace mailrig::receiver
