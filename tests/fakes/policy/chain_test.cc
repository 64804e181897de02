#include "fakes/policy/chain.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;

// Objects in one phase, wants to be heard in another, and counts how often it was asked.
class Objector : public Policy {
 public:
  struct Log {
    int asked = 0;
    int accepted = 0;
    int disconnected = 0;
    std::vector<std::string> unknown;
  };

  Objector(Hooks hooks, const ReplyTemplate& words, Phase spoken, Log& log)
      : hooks_(hooks), says_{&words, spoken}, log_(log) {}

  Hooks hooks() const override { return hooks_; }
  std::optional<Verdict> connect(Instant, const Session&) override { return object(); }
  std::optional<Verdict> helo(Instant, const Session&, std::string_view) override { return object(); }
  std::optional<Verdict> mail(Instant, const Session&, const MailFacts&) override { return object(); }
  std::optional<Verdict> rcpt(Instant, const Session&, const Recipient&) override { return object(); }
  std::optional<Verdict> data(Instant, const Session&, const MessageFacts&) override { return object(); }
  void unknown_recipient(Instant, const Session&, const Recipient& candidate) override {
    log_.unknown.push_back(candidate.address);
  }
  void accepted(Instant, const Session&, const MessageFacts&) override { ++log_.accepted; }
  void disconnected(Instant, const Session&) override { ++log_.disconnected; }

 private:
  Hooks hooks_;
  Utterance says_;
  Log& log_;

  std::optional<Verdict> object() {
    ++log_.asked;
    return says_.refusal();
  }
};

class ChainTest : public ::testing::Test {
 protected:
  void add(Hooks hooks, const ReplyTemplate& words, Phase spoken) {
    chain_.add(std::make_unique<Objector>(hooks, words, spoken, log_));
  }

  Chain chain_;
  Objector::Log log_;
  Session session_ = session_from("198.18.2.10");
  const ReplyTemplate first_ = reply(Event::rate_limited);
  const ReplyTemplate second_ = reply(Event::unknown_user);
};

TEST_F(ChainTest, AsksOnlyInThePhasesThatAPolicyWants) {
  add({.mail = true}, first_, Phase::mail);
  EXPECT_FALSE(chain_.connect(start, session_));
  EXPECT_FALSE(chain_.helo(start, session_, "mta"));
  EXPECT_FALSE(chain_.rcpt(start, session_, recipient("a@isp.example")));
  EXPECT_FALSE(chain_.data(start, session_, {}));
  chain_.accepted(start, session_, {});
  chain_.disconnected(start, session_);
  EXPECT_EQ(log_.asked + log_.accepted + log_.disconnected, 0);
  EXPECT_TRUE(chain_.mail(start, session_, {}));
  EXPECT_EQ(log_.asked, 1);
}

TEST_F(ChainTest, TheFirstObjectionIsTheAnswer) {
  add({.rcpt = true}, first_, Phase::rcpt);
  add({.rcpt = true}, second_, Phase::rcpt);
  EXPECT_EQ(chain_.rcpt(start, session_, recipient("a@isp.example"))->reply, &first_);
  EXPECT_EQ(log_.asked, 1) << "the second was not asked";
}

// QQ: too many connections are noticed at connect and spoken of after DATA, in every transaction.
TEST_F(ChainTest, AnObjectionToTheConnectionWaitsForItsPhaseInEveryTransaction) {
  add({.connect = true}, first_, Phase::data);
  EXPECT_FALSE(chain_.connect(start, session_));
  for (int transaction = 0; transaction < 2; ++transaction) {
    EXPECT_FALSE(chain_.mail(start, session_, {}));
    EXPECT_FALSE(chain_.rcpt(start, session_, recipient("a@isp.example")));
    const auto verdict = chain_.data(start, session_, {});
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->reply, &first_);
    EXPECT_EQ(verdict->phase, Phase::data);
    session_.held_in_transaction.clear();  // as the receiver does between transactions
  }
}

// Yahoo: an unknown user is spoken of after DATA.
TEST_F(ChainTest, AnObjectionToTheTransactionEndsWithIt) {
  add({.rcpt = true}, second_, Phase::data);
  EXPECT_FALSE(chain_.rcpt(start, session_, recipient("a@isp.example")));
  EXPECT_EQ(chain_.data(start, session_, {})->reply, &second_);
  session_.held_in_transaction.clear();
  EXPECT_FALSE(chain_.data(start, session_, {}));
}

TEST_F(ChainTest, APhaseThatIsOverMeansNow) {
  add({.data = true}, first_, Phase::mail);
  const auto verdict = chain_.data(start, session_, {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->phase, Phase::data);
}

// Files everything as spam, or nothing.
class Filer : public Policy {
 public:
  Filer(bool wants_placement, bool junks, std::string_view because = "for a test")
      : wants_placement_(wants_placement), junks_(junks), because_(because) {}

  Hooks hooks() const override { return {.placement = wants_placement_}; }
  void place(Instant, const Session&, const MessageFacts&, Placement& placement) override {
    if (junks_) placement.to_spam(because_);
  }

 private:
  bool wants_placement_;
  bool junks_;
  std::string_view because_;
};

TEST_F(ChainTest, OnePolicyIsEnoughForTheSpamFolder) {
  chain_.add(std::make_unique<Filer>(true, false));
  chain_.add(std::make_unique<Filer>(false, true));
  EXPECT_FALSE(chain_.place(start, session_, {}).spam) << "the second did not want to be asked";
  chain_.add(std::make_unique<Filer>(true, true));
  EXPECT_EQ(chain_.place(start, session_, {}).reason, "for a test");
}

TEST_F(ChainTest, TheFirstWhoFilesAsSpamIsTheReason) {
  chain_.add(std::make_unique<Filer>(true, true));
  chain_.add(std::make_unique<Filer>(true, true, "for another"));
  EXPECT_EQ(chain_.place(start, session_, {}).reason, "for a test");
}

TEST_F(ChainTest, WhoCountsUnknownRecipientsIsToldOfThem) {
  add({.unknown_recipient = true}, first_, Phase::rcpt);
  EXPECT_FALSE(chain_.rcpt(start, session_, recipient("jane@isp.example")));
  add({.rcpt = true}, second_, Phase::rcpt);
  EXPECT_TRUE(chain_.rcpt(start, session_, recipient("nobody@isp.example")));
  EXPECT_EQ(log_.unknown, std::vector<std::string>{"nobody@isp.example"});
}

TEST_F(ChainTest, AnUnknownRecipientCountsThoughItIsSpokenOfLater) {
  add({.unknown_recipient = true}, first_, Phase::rcpt);
  add({.rcpt = true}, second_, Phase::data);
  EXPECT_FALSE(chain_.rcpt(start, session_, recipient("nobody@isp.example")));
  EXPECT_EQ(log_.unknown.size(), 1U);
}

TEST_F(ChainTest, OtherObjectionsToARecipientAreNoUnknownRecipients) {
  add({.unknown_recipient = true}, first_, Phase::rcpt);
  add({.rcpt = true}, first_, Phase::rcpt);
  EXPECT_TRUE(chain_.rcpt(start, session_, recipient("nobody@isp.example")));
  EXPECT_TRUE(log_.unknown.empty());
}

TEST_F(ChainTest, TellsOfAcceptanceAndDisconnection) {
  add({.accepted = true, .disconnected = true}, first_, Phase::mail);
  chain_.accepted(start, session_, {});
  chain_.disconnected(start, session_);
  EXPECT_EQ(log_.accepted, 1);
  EXPECT_EQ(log_.disconnected, 1);
}

}  // namespace
}  // namespace mailrig::policy
