#include "fakes/dns/responder.h"

#include <gmock/gmock.h>

#include "fakes/dns/message.h"

namespace mailrig::dns {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant asked_at{};

class ResponderTest : public testing::Test {
 protected:
  ResponderTest() {
    EXPECT_TRUE(zones_.add_zone("shop.example"));
    EXPECT_TRUE(zones_.add(Record::mx("shop.example", 10, "mx1.shop.example")));
    EXPECT_TRUE(zones_.add(Record::txt("medium.shop.example", std::string(700, 'm'))));
    EXPECT_TRUE(zones_.add(Record::txt("large.shop.example", std::string(3000, 'l'))));
  }

  std::optional<std::string> respond(std::string_view packet, Transport transport) {
    return Responder(zones_).respond(asked_at, packet, transport, &cost_);
  }

  Response ask(const Question& question, std::string_view packet, Transport transport) {
    const auto bytes = respond(packet, transport);
    EXPECT_TRUE(bytes);
    bytes_ = bytes->size();
    const auto response = parse_response(*bytes, 1, question);
    EXPECT_TRUE(response);
    return response.value_or(Response{});
  }
  Response ask(const Question& question, Transport transport) {
    return ask(question, build_query(1, question), transport);
  }

  Zones zones_{{.cost = 30ms}};
  Duration cost_{};
  std::size_t bytes_ = 0;
};

// build_query without its OPT record, which is the last thing in it.
std::string without_edns(const Question& question) {
  std::string packet = build_query(1, question);
  packet.resize(packet.size() - 11);
  packet[11] = 0;
  return packet;
}

std::string with_edns_size(const Question& question, std::uint16_t size) {
  std::string packet = build_query(1, question);
  packet[packet.size() - 8] = static_cast<char>(size >> 8);
  packet[packet.size() - 7] = static_cast<char>(size & 0xff);
  return packet;
}

TEST_F(ResponderTest, AnswersFromTheZones) {
  const Response response = ask({"shop.example", Type::mx}, Transport::udp);
  EXPECT_THAT(response.answer.mail_exchangers(), ElementsAre(Mx{10, "mx1.shop.example"}));
  EXPECT_EQ(cost_, 30ms);
}

TEST_F(ResponderTest, TellsNegativeAnswersApart) {
  EXPECT_EQ(ask({"nobody.shop.example", Type::a}, Transport::udp).answer.rcode, Rcode::nxdomain);
  EXPECT_EQ(ask({"shop.example", Type::a}, Transport::udp).answer.rcode, Rcode::noerror);
  EXPECT_EQ(ask({"bank.example", Type::a}, Transport::udp).answer.rcode, Rcode::refused);
}

// RFC 1035 §2.3.4: 512 bytes over UDP; RFC 6891 §6.2.3: the size of the requestor, and below 512 it counts as 512.
TEST_F(ResponderTest, KeepsToTheSizeOfTheTransport) {
  const Question medium{"medium.shop.example", Type::txt};
  EXPECT_TRUE(ask(medium, without_edns(medium), Transport::udp).truncated);
  EXPECT_LE(bytes_, 512U);
  EXPECT_TRUE(ask(medium, with_edns_size(medium, 600), Transport::udp).truncated);
  EXPECT_TRUE(ask(medium, with_edns_size(medium, 100), Transport::udp).truncated);
  EXPECT_FALSE(ask(medium, with_edns_size(medium, 1000), Transport::udp).truncated);
  EXPECT_FALSE(ask(medium, without_edns(medium), Transport::tcp).truncated);

  const Question small{"shop.example", Type::mx};
  EXPECT_FALSE(ask(small, with_edns_size(small, 20), Transport::udp).truncated);
}

TEST_F(ResponderTest, NeverSendsMoreThanItOffers) {
  const Question large{"large.shop.example", Type::txt};
  EXPECT_TRUE(ask(large, with_edns_size(large, 65535), Transport::udp).truncated);
  EXPECT_THAT(ask(large, Transport::tcp).answer.texts(), ElementsAre(std::string(3000, 'l')));
}

TEST_F(ResponderTest, RejectsWithoutAskingTheZones) {
  std::string packet = build_query(1, {"shop.example", Type::mx});
  packet[2] = 0x28;  // UPDATE
  const auto bytes = respond(packet, Transport::udp);
  ASSERT_TRUE(bytes);
  EXPECT_EQ((*bytes)[3] & 0x0f, 4);
  EXPECT_EQ(cost_, 0ms);
}

TEST_F(ResponderTest, IsSilentWhereItMustBe) {
  EXPECT_FALSE(respond("short", Transport::udp));
  const auto response = respond(build_query(1, {"shop.example", Type::mx}), Transport::udp);
  ASSERT_TRUE(response);
  EXPECT_FALSE(respond(*response, Transport::udp));
}

TEST_F(ResponderTest, TruncatesOverUdpWhereAFaultSaysSo) {
  Fault fault;
  fault.name = "shop.example";
  fault.kind = FaultKind::truncated;
  ASSERT_TRUE(zones_.add_fault(fault));
  const Question question{"shop.example", Type::mx};
  const Response cut = ask(question, Transport::udp);
  EXPECT_TRUE(cut.truncated);
  EXPECT_TRUE(cut.answer.answers.empty());
  const Response whole = ask(question, Transport::tcp);
  EXPECT_FALSE(whole.truncated);
  EXPECT_EQ(whole.answer.answers.size(), 1U);
}

TEST_F(ResponderTest, IsSilentWhereAFaultTimesOut) {
  Fault fault;
  fault.name = "shop.example";
  fault.kind = FaultKind::timeout;
  ASSERT_TRUE(zones_.add_fault(fault));
  EXPECT_FALSE(respond(build_query(1, {"shop.example", Type::mx}), Transport::udp));
}

}  // namespace
}  // namespace mailrig::dns
