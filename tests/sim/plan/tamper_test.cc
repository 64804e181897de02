#include "sim/plan/tamper.h"

namespace mailrig::plan {
namespace {

using scenario::Tamper;

const std::string letter = "From: a@shop.example\r\nSubject: Order 7\r\nTo: b@c.example\r\n\r\nHello\r\nthere.\r\n";

std::string tampered(std::string message, Tamper what) {
  EXPECT_TRUE(tamper(message, what));
  return message;
}

std::size_t differing_octets(const std::string& a, const std::string& b) {
  EXPECT_EQ(a.size(), b.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) count += a[i] == b[i] ? 0 : 1;
  return count;
}

TEST(Tamper, ChangesOneOctetOfTheBody) {
  const std::string changed = tampered(letter, Tamper::body);
  EXPECT_EQ(differing_octets(letter, changed), 1U);
  EXPECT_EQ(changed.substr(0, letter.find("Hello")), letter.substr(0, letter.find("Hello")));
  EXPECT_EQ(tampered(letter, Tamper::body), changed);
}

TEST(Tamper, ChangesOneOctetOfTheSubject) {
  const std::string changed = tampered(letter, Tamper::header);
  EXPECT_EQ(differing_octets(letter, changed), 1U);
  const auto subject = letter.find("Order 7");
  EXPECT_NE(changed.substr(subject, 7), "Order 7");
}

// Signatures are put in front, and must not move the fault.
TEST(Tamper, FieldsInFrontDoNotMoveIt) {
  const std::string field = "DKIM-Signature: v=1; h=Subject;\r\n b=abc\r\n";
  for (const Tamper what : {Tamper::body, Tamper::header}) {
    EXPECT_EQ(tampered(field + letter, what), field + tampered(letter, what));
  }
}

TEST(Tamper, EncodedTextStaysEncoded) {
  const std::string hex = "0123456789abcdefABCDEF";
  for (const char digit : hex) {
    const std::string changed = tampered(std::string("Subject: x\r\n\r\n=") + digit, Tamper::body);
    EXPECT_NE(hex.find(changed.back()), std::string::npos) << digit;
    EXPECT_NE(changed.back(), digit);
  }
}

TEST(Tamper, WhereThereIsNothingItSaysSo) {
  std::string bare = "From: a@shop.example\r\n\r\n...\r\n";
  const std::string before = bare;
  EXPECT_FALSE(tamper(bare, Tamper::body));
  EXPECT_FALSE(tamper(bare, Tamper::header));
  EXPECT_FALSE(tamper(bare, Tamper::none));
  EXPECT_EQ(bare, before);
}

}  // namespace
}  // namespace mailrig::plan
