#include "fakes/mailstore/mail_store.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/fakes/receiver/fixture.h"
#include "tests/temporary_folder.h"

namespace mailrig::mailstore {
namespace {

namespace fs = std::filesystem;
using receiver::testing::Connection;
using receiver::testing::Diary;
using receiver::testing::start;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

policy::Session session_of(std::string from, std::string results = {}) {
  policy::Session session;
  session.mail_from = std::move(from);
  session.authentication.results_field = std::move(results);
  return session;
}

TEST(DeliveredText, HasWhatAServerAddsAndLineFeedsAlone) {
  EXPECT_EQ(delivered_text(session_of("news@shop.example"), "jane+x@isp.example", "Subject: x\r\n\r\nhello\r\n"),
            "Return-Path: <news@shop.example>\nDelivered-To: jane+x@isp.example\nSubject: x\n\nhello\n");
  EXPECT_EQ(delivered_text(session_of(""), "jane@isp.example", "x"),
            "Return-Path: <>\nDelivered-To: jane@isp.example\nx");
}

TEST(DeliveredText, SaysWhatTheReceiverFoundOut) {
  const auto session = session_of("a@b.example", "Authentication-Results: isp.example;\r\n spf=pass\r\n");
  EXPECT_EQ(delivered_text(session, "jane@isp.example", "x\r\n"),
            "Return-Path: <a@b.example>\nDelivered-To: jane@isp.example\nAuthentication-Results: isp.example;\n "
            "spf=pass\nx\n");
}

TEST(DeliveredText, LoneCarriageReturnsAndLineFeedsStay) {
  EXPECT_TRUE(
      delivered_text(session_of("a@b.example"), "jane@isp.example", "1\r2\n3\r\r\n\r").ends_with("\n1\r2\n3\r\n\r"));
}

TEST(DeliveredText, AnAddressBeginsNoField) {
  EXPECT_TRUE(delivered_text(session_of("\"a\r\nX: y\"@b.example"), "\"j\nX: y\"@isp.example", "")
                  .starts_with("Return-Path: <\"a??X: y\"@b.example>\nDelivered-To: \"j?X: y\"@isp.example\n"));
}

class MailStoreTest : public ::testing::Test {
 protected:
  // A receiver whose mailboxes are kept.
  receiver::Receiver& make(receiver::Observer* next) {
    auto opened = MailStore::open(folder_ / "mail", [this](const Error& error) { told_.push_back(error.to_string()); });
    EXPECT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
    auto profile =
        receiver::testing::profile("postgrey-site", "{ domains: [isp.example], greylist: { enabled: false } }");
    receiver_ = std::make_unique<receiver::Receiver>("the isp", std::move(profile), receiver::Mailboxes(Draw(1)),
                                                     Draw(1), store_->keep("the isp", next));
    return *receiver_;
  }
  // Sends one message to each in one transaction.
  void send(const std::vector<std::string>& to) {
    Connection connection(*receiver_, start);
    connection.message.content = "Subject: x\r\n\r\nhello\r\n";
    connection.helo();
    connection.mail();
    for (const std::string& address : to) connection.rcpt(address);
    EXPECT_THAT(connection.data(), ::testing::StartsWith("250"));
  }
  // Files that hold messages, from the root, without their names.
  std::vector<std::string> folders() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file() || entry.path().filename() == "maildirfolder") continue;
      found.push_back(fs::relative(entry.path().parent_path(), folder_.path()).string());
    }
    return found;
  }

  TemporaryFolder folder_;
  std::vector<std::string> told_;
  std::unique_ptr<MailStore> store_;
  std::unique_ptr<receiver::Receiver> receiver_;
};

TEST_F(MailStoreTest, EveryStoredCopyIsAFileOfItsMailbox) {
  make(nullptr);
  send({"Jane@isp.example", "jane+news@isp.example", "joe+spam@isp.example", "jim+discard@isp.example"});
  EXPECT_THAT(folders(),
              UnorderedElementsAre("mail/the%20isp/isp.example/jane/new", "mail/the%20isp/isp.example/jane/new",
                                   "mail/the%20isp/isp.example/joe/.Junk/new"));
  EXPECT_EQ(store_->failures(), 0U);
}

TEST_F(MailStoreTest, TheNextObserverHearsEverything) {
  Diary diary;
  make(&diary);
  send({"jane@isp.example"});
  receiver_.reset();
  EXPECT_THAT(diary.take(), ElementsAre("opened", "stored jane@isp.example",
                                        "jane@isp.example accepted at data with message", "closed"));
}

TEST_F(MailStoreTest, HostileAddressesStayInTheirFolder) {
  make(nullptr);
  send({"\"../../../out\"@isp.example", "..@isp.example", ".Junk@isp.example", "\"a/b\"@isp.example", "@isp.example",
        std::string(3000, 'x') + "@isp.example", "new@isp.example"});
  for (const std::string& found : folders()) {
    EXPECT_TRUE(found.starts_with("mail/the%20isp/isp.example/")) << found;
    EXPECT_TRUE(found.ends_with("/new")) << found;
    EXPECT_EQ(std::count(found.begin(), found.end(), '/'), 4) << found;
  }
  EXPECT_THAT(folders(), Contains("mail/the%20isp/isp.example/%22..%2F..%2F..%2Fout%22/new"));
}

TEST_F(MailStoreTest, WhatCannotBeWrittenIsCountedAndToldOnce) {
  make(nullptr);
  std::ofstream(folder_ / "mail" / "the%20isp") << "a file is in the way";
  send({"jane@isp.example", "joe@isp.example"});
  EXPECT_EQ(store_->failures(), 2U);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_THAT(told_.front(), ::testing::HasSubstr("Not a directory"));
  fs::remove(folder_ / "mail" / "the%20isp");
  send({"jim@isp.example"});
  EXPECT_THAT(folders(), ElementsAre("mail/the%20isp/isp.example/jim/new")) << "later ones are written again";
  EXPECT_EQ(store_->failures(), 2U);
}

TEST(MailStore, SaysAtOnceWhereItCannotBe) {
  const TemporaryFolder folder;
  std::ofstream(folder / "mail") << "a file";
  const auto opened = MailStore::open(folder / "mail" / "below", {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().to_string(), ::testing::HasSubstr("mail/below: cannot be made"));
}

}  // namespace
}  // namespace mailrig::mailstore
