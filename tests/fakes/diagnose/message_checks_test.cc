#include "fakes/diagnose/message_checks.h"

#include <algorithm>

#include "tests/fakes/diagnose/findings_of.h"

namespace mailrig::diagnose {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Instant now{std::chrono::seconds(1'772'438'400)};  // 2026-03-02T08:00:00Z

struct Fields {
  std::string from = "From: Shop <news@shop.example>\r\n";
  std::string date = "Date: Mon, 2 Mar 2026 08:00:00 +0000\r\n";
  std::string id = "Message-ID: <1@shop.example>\r\n";
  std::string subject = "Subject: your order\r\n";
  std::string more = "Return-Path: <news@shop.example>\r\n";
  std::string body = "hello\r\n";
  std::string text() const { return more + from + date + id + subject + "\r\n" + body; }
};

std::vector<std::string> checked_fields(const Fields& fields, bool bulk = false) {
  MessageSettings settings;
  settings.now = now;
  settings.bulk = bulk;
  Findings findings;
  check_message(fields.text(), settings, nullptr, findings);
  auto list = ids(findings);
  // Nothing here is signed; that is said once, below.
  list.erase(std::remove(list.begin(), list.end(), "warning dkim-unsigned"), list.end());
  return list;
}

TEST(MessageCheck, NothingWhereAllIsWell) {
  EXPECT_THAT(checked_fields({}), IsEmpty());
  Findings findings;
  check_alignment(Fields{}.text(), {}, findings);
  EXPECT_THAT(ids(findings), ElementsAre("warning dkim-unsigned"));
}

// RFC 5322 §3.6.
TEST(MessageHeaderCheck, FindsWhatIsMissing) {
  EXPECT_THAT(checked_fields({.from = ""}), Contains("error header-from-missing"));
  EXPECT_THAT(checked_fields({.date = ""}), ElementsAre("error header-date-missing"));
  EXPECT_THAT(checked_fields({.id = ""}), ElementsAre("error header-message-id-missing"));
  EXPECT_THAT(checked_fields({.subject = ""}), ElementsAre("advice header-subject-missing"));
}

TEST(MessageHeaderCheck, FindsWhatIsWrong) {
  EXPECT_THAT(checked_fields({.from = "From: a@shop.example\r\nFrom: b@shop.example\r\n"}),
              Contains("error header-from-several"));
  EXPECT_THAT(checked_fields({.from = "From: nobody\r\n"}), Contains("error header-from-unusable"));
  EXPECT_THAT(checked_fields({.date = "Date: yesterday\r\n"}), ElementsAre("warning header-date-invalid"));
  EXPECT_THAT(checked_fields({.date = "Date: Mon, 2 Mar 2020 08:00:00 +0000\r\n"}),
              ElementsAre("warning header-date-off"));
  EXPECT_THAT(checked_fields({.id = "Message-ID: 17\r\n"}), ElementsAre("warning header-message-id-invalid"));
  EXPECT_THAT(checked_fields({.subject = "Subject: a\r\nSubject: b\r\n"}), ElementsAre("error header-duplicate"));
  EXPECT_THAT(checked_fields({.subject = "Subject: " + std::string(100, 'x') + "\r\n"}),
              ElementsAre("advice subject-long"));
  std::string folded = "Subject: ";
  for (int i = 0; i < 20; ++i) folded += std::string(60, 'x') + "\r\n ";
  EXPECT_THAT(checked_fields({.subject = folded + "end\r\n"}), ElementsAre("error subject-too-long"));
  EXPECT_THAT(checked_fields({.more = "Return-Path: <a@shop.example>\r\nX-Long: " + std::string(1100, 'x') + "\r\n"}),
              ElementsAre("error header-long-line"));
  EXPECT_THAT(checked_fields({.subject = "Subject: gr\xc3\xbc\xc3\x9f\r\n"}), ElementsAre("warning header-utf8"));
  EXPECT_THAT(checked_fields({.subject = "Subject: gr\xfc\xdf\r\n"}), ElementsAre("error header-8bit"));
}

// RFC 8058.
TEST(UnsubscribeCheck, BulkMailCanBeLeft) {
  const std::string path = "Return-Path: <a@shop.example>\r\n";
  EXPECT_THAT(checked_fields({}, true), ElementsAre("warning unsubscribe-missing"));
  EXPECT_THAT(checked_fields({.more = path + "Precedence: bulk\r\n"}), ElementsAre("warning unsubscribe-missing"));
  EXPECT_THAT(checked_fields({.more = path + "List-Unsubscribe: <mailto:u@shop.example>\r\n"}),
              ElementsAre("warning unsubscribe-not-one-click"));
  EXPECT_THAT(checked_fields({.more = path + "List-Unsubscribe: <https://shop.example/u>\r\n"
                                             "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"}),
              IsEmpty());
  EXPECT_THAT(checked_fields({.more = path + "List-Unsubscribe: <https://shop.example/u>\r\n"
                                             "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
                                             "DKIM-Signature: v=1; d=shop.example; h=from:subject; b=x\r\n"}),
              Contains("warning unsubscribe-unsigned"));
}

std::vector<std::string> text_in(const std::string& type, const std::string& encoding, const std::string& body) {
  return checked_fields({.more = "Return-Path: <a@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: " + type +
                                 "\r\nContent-Transfer-Encoding: " + encoding + "\r\n",
                         .body = body + "\r\n"});
}

// Mission C7: Chinese text arrives as characters only where its character set is told and it is encoded.
TEST(MessageTextCheck, CharacterSetsAreTold) {
  const std::string chinese_utf8 = "\xe4\xbd\xa0\xe5\xa5\xbd";
  const std::string chinese_gbk = "\xc4\xe3\xba\xc3";
  EXPECT_THAT(text_in("text/plain; charset=utf-8", "base64", "5L2g5aW9"), IsEmpty());
  EXPECT_THAT(text_in("text/plain; charset=gb18030", "base64", "xOO6ww=="), IsEmpty());
  EXPECT_THAT(text_in("text/plain", "base64", "5L2g5aW9"), ElementsAre("error text-charset-missing"));
  EXPECT_THAT(text_in("text/plain; charset=us-ascii", "base64", "5L2g5aW9"),
              ElementsAre("error text-charset-mismatch"));
  EXPECT_THAT(text_in("text/plain; charset=utf-8", "base64", "xOO6ww=="), ElementsAre("error text-charset-mismatch"));
  EXPECT_THAT(text_in("text/plain; charset=x-none", "7bit", "a"), ElementsAre("warning text-charset-unknown"));
  EXPECT_THAT(text_in("text/plain; charset=utf-8", "8bit", chinese_utf8), ElementsAre("warning text-8bit"));
  EXPECT_THAT(text_in("text/plain; charset=utf-8", "7bit", chinese_utf8), ElementsAre("error text-undeclared-8bit"));
  EXPECT_THAT(text_in("text/plain; charset=iso-2022-jp", "7bit", "\x1b$BCf9q\x1b(B"),
              ElementsAre("warning text-charset-chinese"));
  EXPECT_THAT(text_in("text/plain; charset=gbk", "8bit", chinese_gbk), ElementsAre("warning text-8bit"));
  EXPECT_THAT(text_in("text/plain; charset=utf-8", "base64", "5L2g!5aW9"), Contains("warning text-encoding-broken"));
  EXPECT_THAT(text_in("text/html; charset=utf-8", "7bit", "<p>a</p>"), ElementsAre("warning text-plain-missing"));
  EXPECT_THAT(checked_fields({.body = std::string(1200, 'x') + "\r\n"}), ElementsAre("error text-long-line"));
}

// Mission B5.
TEST(AlignmentCheck, NamesBelongTogether) {
  EXPECT_THAT(checked_fields({.more = "Return-Path: <b@esp.example.net>\r\n"}), Contains("error align-none"));
  EXPECT_THAT(checked_fields({.id = "Message-ID: <1@host.local>\r\n"}), ElementsAre("advice align-message-id"));
  const std::string foreign = "DKIM-Signature: v=1; a=rsa-sha256; d=esp.example.net; s=s; h=from; bh=x; b=x\r\n";
  EXPECT_THAT(checked_fields({.more = "Return-Path: <a@shop.example>\r\n" + foreign}), Contains("warning align-dkim"));
  const std::string own = "DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s; h=from; bh=x; b=x\r\n";
  EXPECT_THAT(checked_fields({.more = "Return-Path: <b@esp.example.net>\r\n" + own}),
              Contains("warning align-return-path"));
  EXPECT_THAT(checked_fields({.more = "Return-Path: <a@bounces.shop.example>\r\n" + own}),
              Not(Contains("error align-none")));
}

std::vector<std::string> authenticated(const std::string& zone_text, const Fields& fields, const char* client) {
  MessageSettings settings;
  settings.now = now;
  settings.helo = "mta1.shop.example";
  if (client != nullptr) settings.client_ip = IpAddress::parse(client);
  auto resolver = zone("shop.example. 3600 IN SOA a.b. c.d. 1 7200 3600 1209600 3600\n" + zone_text);
  Findings findings;
  check_authentication(fields.text(), settings, resolver, findings);
  return ids(findings);
}

TEST(AuthenticationCheck, WhatAReceiverWouldFind) {
  const std::string spf = "shop.example. 3600 IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";
  const std::string dmarc = "_dmarc.shop.example. 3600 IN TXT \"v=DMARC1; p=reject\"\n";
  EXPECT_THAT(authenticated(spf + dmarc, {}, "192.0.2.1"), IsEmpty());
  EXPECT_THAT(authenticated(spf, {}, "192.0.2.1"), ElementsAre("warning dmarc-none"));
  EXPECT_THAT(authenticated(spf + dmarc, {}, "192.0.2.9"), ElementsAre("error spf-fail", "error dmarc-fail"));
  EXPECT_THAT(authenticated(spf + dmarc, {}, nullptr), ElementsAre("warning dmarc-unsure"));
  EXPECT_THAT(authenticated(spf + dmarc,
                            {.more = "Return-Path: <a@shop.example>\r\nDKIM-Signature: v=1; a=rsa-sha256; "
                                     "d=shop.example; s=s; h=from; bh=eA==; b=eA==\r\n"},
                            "192.0.2.1"),
              ElementsAre("error dkim-fail"));
}

// Messages come from strangers: what they hold costs bounded time, and stands on terminals.
TEST(MessageCheck, HostileMessagesAreHarmless) {
  Fields fields;
  for (int i = 0; i < 20'000; ++i) fields.more += "Subject: \x1b[2J" + std::to_string(i) + "\r\n";
  for (int i = 0; i < 2'000; ++i) fields.body += "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  MessageSettings settings;
  settings.now = now;
  Findings findings;
  check_message(fields.text(), settings, nullptr, findings);
  EXPECT_LT(findings.all().size(), 100U);
  for (const Finding& finding : findings.all()) {
    for (const std::string& text : {finding.subject, finding.evidence, finding.remedy}) {
      EXPECT_EQ(text.find('\x1b'), std::string::npos) << finding.id;
    }
  }
}

}  // namespace
}  // namespace mailrig::diagnose
