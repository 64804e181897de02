#include "fakes/diagnose/message_checks.h"
#include "tests/fakes/content/messages.h"
#include "tests/fakes/diagnose/findings_of.h"

namespace mailrig::diagnose {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

std::vector<std::string> found(const std::string& message) {
  Findings findings;
  check_content(message, findings);
  return ids(findings);
}

TEST(ContentCheck, EveryReasonIsAFindingWithARemedy) {
  Findings findings;
  EXPECT_EQ(check_content(content::chinese_marketing().text(), findings), 4'800);
  EXPECT_THAT(ids(findings),
              ElementsAre("warning content-subject-spam-phrase", "warning content-spam-phrase",
                          "advice content-spam-word", "advice content-exclamation", "warning content-link-shortener"));
  for (const Finding& finding : findings.all()) {
    EXPECT_FALSE(finding.evidence.empty() || finding.remedy.empty()) << finding.id;
  }
  EXPECT_THAT(found(content::order_confirmation().text()), IsEmpty());
}

std::vector<std::string> checked(const std::string& message) {
  Findings findings;
  check_message(message, {}, nullptr, findings);
  return ids(findings);
}

// What the other checks say is not said twice, and what is left out here is said there.
TEST(ContentCheck, SaysNothingTwice) {
  content::Draft bulk;
  bulk.more = "Precedence: bulk\r\n";
  bulk.html = "<p>" + std::string(1'000, 'x') + "</p>\r\n";
  EXPECT_THAT(found(bulk.text()), IsEmpty());
  EXPECT_THAT(checked(bulk.text()),
              IsSupersetOf({"warning text-plain-missing", "error text-long-line", "warning unsubscribe-missing"}));
  for (const char* subject : {"", "Subject: \r\n"}) {
    const std::string bare = std::string("X: y\r\n") + subject + "\r\nhello\r\n";
    EXPECT_THAT(found(bare), IsEmpty());
    EXPECT_THAT(checked(bare), IsSupersetOf({"error header-from-missing", "error header-date-missing",
                                             "error header-message-id-missing", "advice header-subject-missing"}));
  }
  bulk.more += "List-Unsubscribe: <mailto:u@shop.example>\r\n";
  EXPECT_THAT(found(bulk.text()), IsEmpty());
  EXPECT_THAT(checked(bulk.text()), Contains("warning unsubscribe-not-one-click"));
}

}  // namespace
}  // namespace mailrig::diagnose
