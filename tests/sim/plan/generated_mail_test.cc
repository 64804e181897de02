#include "sim/plan/generated_mail.h"

#include <gtest/gtest.h>

#include "fakes/base/stable_hash.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/text.h"
#include "tests/fakes/mail/decode.h"

namespace mailrig::plan {
namespace {

using mail::TransferEncoding;
using scenario::Language;

scenario::Mail kind(Language language, std::optional<TransferEncoding> encoding = {}) {
  scenario::Mail mail;
  mail.name = "order";
  mail.from = {"Shop", {"no-reply", "shop.example"}};
  mail.language = language;
  mail.encoding = encoding;
  return mail;
}

GeneratedMail make(const scenario::Mail& mail) {
  auto made = GeneratedMail::create(mail, "shop.example");
  EXPECT_TRUE(made);
  return std::move(*made);
}

PlannedMessage planned(std::uint64_t slot, std::uint64_t size) {
  PlannedMessage message;
  message.id = stable_hash("id", slot) | 1;
  message.slot = slot;
  message.intended = *parse_rfc3339("2026-03-02T08:00:00Z");
  message.recipients = {{"buyers.000001@gmail.example", 0}};
  message.size_bytes = size;
  return message;
}

std::string value(std::string_view message, std::string_view name) {
  const auto found = mail::find_field(message, name);
  return found ? mail::unfold(*found) : "(none)";
}

// The longest line, 998 octets at most without its end (RFC 5322 §2.1.1); and no CR or LF on its own.
void expect_clean_lines(std::string_view message) {
  while (!message.empty()) {
    const std::size_t end = message.find("\r\n");
    ASSERT_NE(end, std::string_view::npos);
    ASSERT_LE(end, 998u);
    ASSERT_EQ(message.substr(0, end).find_first_of("\r\n"), std::string_view::npos);
    message.remove_prefix(end + 2);
  }
}

TEST(GeneratedMail, IsExactlyAsLargeAsPlanned) {
  for (const auto language : {Language::en, Language::zh, Language::mixed}) {
    for (const auto encoding :
         {TransferEncoding::eight_bit, TransferEncoding::quoted_printable, TransferEncoding::base64}) {
      const GeneratedMail mail = make(kind(language, encoding));
      const std::uint64_t smallest = mail.smallest_size(1, std::string_view("buyers.000001@gmail.example").size());
      EXPECT_LT(smallest, 1'000u);
      for (std::uint64_t i = 0; i < 300; ++i) {
        const PlannedMessage message = planned(i * 7919, smallest + i * i / 3);
        const std::string text = mail.render(message, stable_hash("draw", i));
        ASSERT_EQ(text.size(), message.size_bytes);
        if (i % 50 == 0) expect_clean_lines(text);
        ASSERT_EQ(mail::inspect(text).rig_id, message.id);
      }
    }
  }
}

TEST(GeneratedMail, HasTheHeaderOfRealMail) {
  scenario::Mail mail = kind(Language::zh);
  mail.name = "spring";
  mail.from.name = "小店";
  mail.reply_to = mail::Mailbox{"", {"help", "shop.example"}};
  mail.kind = scenario::MailKind::marketing;
  PlannedMessage message = planned(5, 4'000);
  message.id = 0xabc;
  const std::string text = make(mail).render(message, 1);
  EXPECT_TRUE(text.starts_with("X-Mailrig-Id: 0000000000000abc\r\n"));
  EXPECT_EQ(mail::decode_words(value(text, "From")), "小店 <no-reply@shop.example>");
  EXPECT_EQ(value(text, "To"), "buyers.000001@gmail.example");
  EXPECT_EQ(value(text, "Reply-To"), "help@shop.example");
  EXPECT_EQ(value(text, "Date"), "Mon, 02 Mar 2026 08:00:00 +0000");
  EXPECT_EQ(value(text, "Message-ID"), "<0000000000000abc.5@shop.example>");
  EXPECT_EQ(value(text, "List-Unsubscribe"), "<mailto:unsubscribe@shop.example?subject=0000000000000abc>");
  EXPECT_EQ(value(text, "Feedback-ID"), "spring:marketing:mailrig");
  EXPECT_EQ(value(text, "Content-Transfer-Encoding"), "base64");
  EXPECT_FALSE(mail::is_ascii(mail::decode_words(value(text, "Subject"))));
  EXPECT_TRUE(mail::is_ascii(text));
  const std::string body = mail::decode_base64(text.substr(mail::body_offset(text)));
  EXPECT_TRUE(mail::is_utf8(body));
  EXPECT_TRUE(body.starts_with("您好，您的参考编号是 0000000000000abc。")) << body.substr(0, 60);
}

TEST(GeneratedMail, TransactionalMailHasNothingToUnsubscribe) {
  const std::string text = make(kind(Language::en)).render(planned(1, 4'000), 1);
  EXPECT_EQ(value(text, "List-Unsubscribe"), "(none)");
  EXPECT_EQ(value(text, "Feedback-ID"), "(none)");
}

TEST(GeneratedMail, UsesTheSubjectGiven) {
  scenario::Mail mail = kind(Language::en);
  mail.subject = "Größe: Ihre Bestellung";
  EXPECT_EQ(mail::decode_words(value(make(mail).render(planned(1, 4'000), 1), "Subject")), mail.subject);
}

TEST(GeneratedMail, ChoosesAnEncodingThatSuitsTheText) {
  const auto encoding = [](Language language) {
    return value(make(kind(language)).render(planned(1, 4'000), 1), "Content-Transfer-Encoding");
  };
  EXPECT_EQ(encoding(Language::en), "7bit");
  EXPECT_EQ(encoding(Language::zh), "base64");
  EXPECT_EQ(encoding(Language::mixed), "quoted-printable");
}

TEST(GeneratedMail, RefusesSevenBitChinese) {
  const auto made = GeneratedMail::create(kind(Language::zh, TransferEncoding::seven_bit), "shop.example");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("7bit cannot carry Chinese text"), std::string::npos);
}

TEST(GeneratedMail, KnowsWhatItNeeds) {
  EXPECT_FALSE(make(kind(Language::zh, TransferEncoding::base64)).eight_bit());
  EXPECT_TRUE(make(kind(Language::zh, TransferEncoding::eight_bit)).eight_bit());
  EXPECT_FALSE(make(kind(Language::en, TransferEncoding::eight_bit)).eight_bit());
  scenario::Mail mail = kind(Language::en);
  EXPECT_FALSE(make(mail).smtputf8());
  mail.from.address.local = "小店";
  EXPECT_TRUE(make(mail).smtputf8());
}

TEST(GeneratedMail, AttachesFilesOfTheirSize) {
  scenario::Mail mail = kind(Language::mixed);
  mail.attachments = {{"invoice.pdf", 50'000, ""}, {"发票.png", 1'000, ""}};
  const GeneratedMail made = make(mail);
  const std::uint64_t smallest = made.smallest_size(1, 40);
  EXPECT_GT(smallest, 68'000u);  // two files in base64
  for (std::uint64_t i = 0; i < 50; ++i) {
    const PlannedMessage message = planned(i, smallest + i * 13);
    const std::string text = made.render(message, stable_hash("draw", i));
    ASSERT_EQ(text.size(), message.size_bytes);
    const std::size_t pdf = text.find("filename=\"invoice.pdf\"\r\n\r\n");
    ASSERT_NE(pdf, std::string::npos);
    const std::size_t begin = text.find("\r\n\r\n", pdf) + 4;
    EXPECT_EQ(mail::decode_base64(std::string_view(text).substr(begin, text.find("--=_", begin) - begin)).size(),
              50'000u);
    EXPECT_TRUE(text.ends_with("--\r\n"));
  }
  expect_clean_lines(made.render(planned(1, smallest), 1));
}

TEST(GeneratedMail, ManyRecipientsFitTheSmallestSize) {
  const GeneratedMail made = make(kind(Language::en));
  for (std::size_t octets = 30; octets < 90; ++octets) {
    PlannedMessage message = planned(1, made.smallest_size(20, octets));
    message.recipients.assign(20, {std::string(octets - 12, 'a') + "@example.com", 0});
    EXPECT_EQ(made.render(message, 1).size(), message.size_bytes);
  }
}

TEST(GeneratedMail, EveryBodyIsOneOfItsKind) {
  const GeneratedMail made = make(kind(Language::en));
  EXPECT_NE(mail::inspect(made.render(planned(1, 4'000), 1)).body_digest,
            mail::inspect(made.render(planned(2, 4'000), 1)).body_digest);
}

}  // namespace
}  // namespace mailrig::plan
