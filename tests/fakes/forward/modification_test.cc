#include "fakes/forward/modification.h"

#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/key_record.h"
#include "fakes/mail/build.h"
#include "fakes/mail/header.h"
#include "fakes/mail/mime.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::forward {
namespace {

using auth::Canonicalization;
using mail::TransferEncoding;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr Instant modified_at{std::chrono::seconds(1'790'000'000)};

std::string message(TransferEncoding encoding, bool with_attachment = false) {
  mail::Composition composition;
  composition.from = {"Shop", {"news", "shop.example"}};
  composition.to = {{"", {"ann", "alumni.example"}}};
  composition.subject = "Hello";
  composition.message_id = "1@shop.example";
  composition.text = "Good morning.\nIt is =) spring.\n";
  composition.encoding = encoding;
  if (with_attachment) composition.attachments = {{"a.txt", "application/octet-stream", "binary"}};
  return mail::compose(composition);
}

std::string text_of(std::string_view message) {
  const auto parts = mail::leaf_parts(message);
  std::string text = mail::decoded_content(parts.at(0), 10'000);
  std::erase(text, '\r');
  return text;
}

std::string modified(std::string_view original, std::vector<Modification> modifications) {
  return modify(original, modifications, "alumni");
}

const std::string footer = "________________________________________\nForwarded by alumni\n";

TEST(Modify, AppendsAFooterInTheEncodingOfTheText) {
  for (const auto encoding :
       {TransferEncoding::seven_bit, TransferEncoding::quoted_printable, TransferEncoding::base64}) {
    for (const bool attachment : {false, true}) {
      const std::string original = message(encoding, attachment);
      const std::string changed = modified(original, {Modification::footer});
      EXPECT_EQ(text_of(changed), text_of(original) + (text_of(original).ends_with('\n') ? "" : "\n") + footer)
          << changed;
      EXPECT_EQ(mail::leaf_parts(changed).size(), attachment ? 2U : 1U);
      EXPECT_EQ(*mail::find_field(changed, "Subject"), *mail::find_field(original, "Subject"));
    }
  }
}

TEST(Modify, WritesTheFooterOfHtmlInHtml) {
  const std::string html = "Content-Type: text/html\r\n\r\n<p>Hello</p>\r\n";
  EXPECT_EQ(modified(html, {Modification::footer}), html + "<hr><p>Forwarded by alumni</p>\r\n");
}

TEST(Modify, LeavesAMessageWithoutTextAlone) {
  const std::string image = "Content-Type: image/png\r\n\r\nPNG\r\n";
  EXPECT_EQ(modified(image, {Modification::footer, Modification::encoding}), image);
}

TEST(Modify, ChangesTheEncodingAndNotTheText) {
  for (const auto encoding :
       {TransferEncoding::seven_bit, TransferEncoding::quoted_printable, TransferEncoding::base64}) {
    const std::string original = message(encoding, true);
    const std::string changed = modified(original, {Modification::encoding});
    EXPECT_EQ(text_of(changed), text_of(original));
    EXPECT_NE(mail::leaf_parts(changed).at(0).content, mail::leaf_parts(original).at(0).content);
    EXPECT_EQ(mail::leaf_parts(changed).at(1).content, mail::leaf_parts(original).at(1).content);
  }
  EXPECT_EQ(modified("Subject: x\r\n\r\nplain\r\n", {Modification::encoding}),
            "Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\ncGxhaW4NCg==\r\n");
}

TEST(Modify, TagsTheSubject) {
  EXPECT_EQ(modified("Subject: Hello\r\n\r\n", {Modification::subject}), "Subject: [alumni] Hello\r\n\r\n");
  EXPECT_EQ(modified("From: a@b.example\r\n\r\n", {Modification::subject}),
            "Subject: [alumni]\r\nFrom: a@b.example\r\n\r\n");
}

TEST(Modify, DoesSeveralThingsInTheirOrder) {
  const std::string changed =
      modified("Subject: Hello\r\n\r\nHi\r\n", {Modification::subject, Modification::headers, Modification::footer});
  EXPECT_THAT(changed, HasSubstr("subject: [alumni] Hello\r\n"));
  EXPECT_THAT(changed, EndsWith("Forwarded by alumni\r\n"));
}

// RFC 6376 §3.4: what each canonicalization tolerates. The name of each modification is a promise about signatures.
TEST(Modify, BreaksSignaturesAsItSays) {
  const auto key = auth::PrivateKey::generate_ed25519();
  auth::suite::Resolver resolver;
  resolver.txt("s1._domainkey.shop.example", auth::key_record_text(key));
  const std::string original = message(TransferEncoding::quoted_printable);
  const auto survives = [&](Canonicalization header, std::vector<Modification> modifications) {
    auto signer = auth::DkimSigner::make(
        {.domain = "shop.example", .selector = "s1", .key = key, .header = header, .body = Canonicalization::relaxed});
    const std::string changed = modified(signer->sign(original, modified_at) + original, std::move(modifications));
    return auth::DkimVerifier().verify(changed, resolver, modified_at).result() == auth::DkimResult::pass;
  };
  EXPECT_TRUE(survives(Canonicalization::simple, {}));
  EXPECT_TRUE(survives(Canonicalization::relaxed, {Modification::headers}));
  EXPECT_FALSE(survives(Canonicalization::simple, {Modification::headers}));
  EXPECT_FALSE(survives(Canonicalization::relaxed, {Modification::subject}));
  EXPECT_FALSE(survives(Canonicalization::relaxed, {Modification::footer}));
  EXPECT_FALSE(survives(Canonicalization::relaxed, {Modification::encoding}));
}

TEST(ChangeBody, IsTrueOfWhatTouchesIt) {
  const auto changes = [](std::vector<Modification> modifications) { return change_body(modifications); };
  EXPECT_TRUE(changes({Modification::subject, Modification::footer}));
  EXPECT_TRUE(changes({Modification::encoding}));
  EXPECT_FALSE(changes({Modification::subject, Modification::headers}));
}

}  // namespace
}  // namespace mailrig::forward
