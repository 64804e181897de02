#include "sim/world/sender_desk.h"

#include "fakes/dns/mx_lookup.h"
#include "fakes/mail/inspect.h"
#include "sim/measure/snapshot.h"
#include "sim/world/outbox.h"
#include "tests/sim/world/signed_world.h"

namespace mailrig::world {
namespace {

using auth::DkimResult;
using std::chrono::minutes;
using testing::ElementsAre;

const std::string rotating_desk =
    "[{selector: old, algorithm: ed25519-sha256, until: 3m}, {selector: new, algorithm: ed25519-sha256, from: 3m}]";

// A desk whose sender is told that every connection works, and every transaction ends as the test likes.
class Desk {
 public:
  Desk(const SignedWorld& world, Content content)
      : world_(world),
        content_(content),
        ledger_({.start = world.scenario.start, .receivers = {"outlook"}, .streams = {{"note", {}}}}, nullptr),
        desks_(make_desks(world.scenario, world.world->sender_keys, world.traffic, ledger_, content,
                          [this](Instant, std::uint32_t) { ++finished_; })) {}

  SenderDesk& operator*() { return *desks_.front(); }
  SenderDesk* operator->() { return desks_.front().get(); }
  int finished() const { return finished_; }

  std::uint64_t submit(std::uint64_t slot, Instant now) {
    const auto message = world_.message(slot);
    desks_.front()->submit(now, message);
    return message.id;
  }

  struct Sent {
    std::uint64_t message = 0;
    std::string mail_from;
    std::string content;
  };
  // Carries out what the sender wants at `now`; every transaction gets `code` as its answer.
  std::vector<Sent> pump(Instant now, std::uint16_t code) {
    SenderDesk& desk = *desks_.front();
    std::vector<Sent> sent;
    Duration cost{};
    while (const auto command = desk.next_command(now)) {
      switch (command->kind) {
        case sender::Command::Kind::resolve:
          desk.resolved(now, command->domain, dns::resolve_mx(world_.world->zones, now, command->domain, &cost));
          break;
        case sender::Command::Kind::connect:
          desk.opening(command->connection, command->connection, command->source);
          desk.connected(now, command->connection);
          break;
        case sender::Command::Kind::send: {
          const bool live = content_ == Content::rendered;
          sent.push_back({command->message, std::string(desk.load(command->message).mail_from),
                          live ? desk.content(command->message) : std::string(desk.facts(command->message).content)});
          smtp::Transaction transaction(command->recipients.size());
          transaction.mail_replied({250, ""});
          for (std::size_t i = 0; i < command->recipients.size(); ++i) transaction.rcpt_replied({250, ""});
          transaction.data_replied({354, ""});
          transaction.message_replied({code, "as the test likes"});
          desk.sending(command->connection, command->message);
          desk.transaction_done(now, command->connection, transaction.result());
          break;
        }
        case sender::Command::Kind::quit:
          desk.connection_closed(now, command->connection);
          break;
      }
    }
    return sent;
  }

 private:
  const SignedWorld& world_;
  const Content content_;
  measure::Ledger ledger_;
  int finished_ = 0;
  Desks desks_;
};

TEST(SenderDesk, SizesCountTheSignature) {
  const SignedWorld world(rotating_desk);
  Desk live(world, Content::rendered);
  Desk virtual_one(world, Content::facts_only);
  for (std::uint64_t slot = 0; slot < 5; ++slot) {
    const auto id = live.submit(slot, world.scenario.start);
    virtual_one.submit(slot, world.scenario.start);
    const std::string content = live->content(id);
    EXPECT_GT(content.size(), world.message(slot).size_bytes);
    EXPECT_EQ(live->load(id).size_bytes, content.size());
    EXPECT_EQ(virtual_one->load(id).size_bytes, content.size());
    EXPECT_EQ(virtual_one->facts(id).size, content.size());
  }
}

// The keys of the submission sign, however late the message goes.
TEST(SenderDesk, EveryAttemptCarriesTheVerySameSignature) {
  const SignedWorld world(rotating_desk);
  const Instant start = world.scenario.start;
  Desk desk(world, Content::rendered);
  const auto early = desk.submit(0, start);
  const std::string first = desk->content(early);
  EXPECT_EQ(desk.pump(start, 451).at(0).content, first);
  const auto late = desk.submit(1, start + minutes(4));
  EXPECT_THAT(world.verify(desk->content(early)).selectors, ElementsAre("old"));
  EXPECT_THAT(world.verify(desk->content(late)).selectors, ElementsAre("new"));
  EXPECT_EQ(world.verify(first).result, DkimResult::pass);
  const auto sent = desk.pump(start + minutes(5), 250);
  ASSERT_EQ(sent.size(), 2U);
  for (const Desk::Sent& one : sent) EXPECT_EQ(one.content == first, one.message == early);
  EXPECT_EQ(desk.finished(), 2);
}

TEST(SenderDesk, FactsAreThoseOfTheMessageAndContentThatOfItsRepresentative) {
  const SignedWorld world(rotating_desk, "{ from: a@brand.example }");
  Desk live(world, Content::rendered);
  Desk desk(world, Content::facts_only);
  const Instant start = world.scenario.start;
  const auto first = desk.submit(0, start);
  const std::string_view content = desk->facts(first).content;
  EXPECT_EQ(world.verify(content).result, DkimResult::pass);
  for (std::uint64_t slot = 1; slot < 10; ++slot) {
    const auto id = desk.submit(slot, start);
    const auto facts = desk->facts(id);
    const auto rendered = mail::inspect((live.submit(slot, start), live->content(id)));
    EXPECT_EQ(facts.rig_id, id);
    EXPECT_EQ(facts.size, rendered.size);
    EXPECT_EQ(facts.message_id, rendered.message_id);
    EXPECT_EQ(facts.header_from_domain, "brand.example");
    EXPECT_EQ(facts.content.data(), content.data());
    EXPECT_EQ(facts.content_key, desk->facts(first).content_key);
    EXPECT_NE(facts.content_key, 0U);
  }
  const auto late = desk.submit(10, start + minutes(3));
  const std::uint64_t early_key = desk->facts(first).content_key;
  EXPECT_NE(desk->facts(late).content_key, early_key);
  EXPECT_THAT(world.verify(desk->facts(late).content).selectors, ElementsAre("new"));
}

TEST(SenderDesk, BouncesAreSignedInBothRuntimes) {
  const SignedWorld world(rotating_desk);
  const Instant start = world.scenario.start;
  for (const Content kind : {Content::rendered, Content::facts_only}) {
    Desk desk(world, kind);
    desk.submit(0, start);
    desk.submit(1, start + minutes(3));
    int bounces = 0;
    for (const Desk::Sent& sent : desk.pump(start + minutes(3), 550)) {
      if (!sent.mail_from.empty()) continue;
      ++bounces;
      EXPECT_EQ(world.verify(sent.content).result, DkimResult::pass);
      EXPECT_THAT(world.verify(sent.content).selectors, ElementsAre("new"));
      EXPECT_EQ(mail::inspect(sent.content).header_from_domain, "mta1.shop.example");
    }
    EXPECT_EQ(bounces, 2);
    EXPECT_EQ(desk.finished(), 2);
  }
}

}  // namespace
}  // namespace mailrig::world
