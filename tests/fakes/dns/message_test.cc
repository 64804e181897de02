#include "fakes/dns/message.h"

#include <gmock/gmock.h>

#include "fakes/base/draw.h"

namespace mailrig::dns {
namespace {

using testing::IsEmpty;

const Question mx_question{"shop.example", Type::mx};

std::string bytes(std::initializer_list<int> values) {
  std::string packet;
  for (const int value : values) packet += static_cast<char>(value);
  return packet;
}

const std::string shop_name = bytes({4, 'S', 'h', 'O', 'p', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0});

// A query for an MX, by hand: id 0x1234, RD, one question "ShOp.example".
std::string plain_query() {
  return bytes({0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0}) + shop_name + bytes({0, 15, 0, 1});
}

// The same with an OPT record (RFC 6891 §6.1.2).
std::string edns_query(int udp_bytes_max, int version, int flags = 0) {
  std::string packet = plain_query();
  packet[11] = 1;
  return packet + bytes({0, 0, 41, udp_bytes_max >> 8, udp_bytes_max & 0xff, 0, version, flags, 0, 0, 0});
}

std::string with(std::string packet, std::size_t at, int value) {
  packet[at] = static_cast<char>(value);
  return packet;
}

TEST(ParseQuery, ReadsHeaderAndQuestion) {
  const auto query = parse_query(plain_query());
  ASSERT_TRUE(query);
  EXPECT_EQ(query->id, 0x1234);
  EXPECT_TRUE(query->recursion_desired);
  EXPECT_EQ(query->rcode, Rcode::noerror);
  EXPECT_EQ(query->question, mx_question);
  EXPECT_EQ(query->name_as_asked, "ShOp.example.");
  EXPECT_FALSE(query->edns);
}

TEST(ParseQuery, ReadsEdns) {
  const auto query = parse_query(edns_query(4096, 0, 0x80));
  ASSERT_TRUE(query && query->edns);
  EXPECT_EQ(query->edns->udp_bytes_max, 4096);
  EXPECT_EQ(query->edns->version, 0);
  EXPECT_TRUE(query->edns->dnssec_ok);
  EXPECT_EQ(query->rcode, Rcode::noerror);
}

TEST(ParseQuery, IsSilentAboutWhatIsNoQuery) {
  EXPECT_FALSE(parse_query(""));
  EXPECT_FALSE(parse_query(plain_query().substr(0, 11)));
  // A response must never be answered, or two servers could talk for ever.
  EXPECT_FALSE(parse_query(with(plain_query(), 2, 0x81)));
}

struct Rejected {
  const char* what;
  std::string packet;
  Rcode rcode;
};

class ParseQueryRejects : public testing::TestWithParam<Rejected> {};

TEST_P(ParseQueryRejects, WithTheCodeOfTheStandard) {
  const auto query = parse_query(GetParam().packet);
  ASSERT_TRUE(query);
  EXPECT_EQ(to_string(query->rcode), to_string(GetParam().rcode));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ParseQueryRejects,
    testing::Values(
        // RFC 1035 §4.1.1: 4, "the name server does not support the requested kind of query". STATUS, then UPDATE.
        Rejected{"opcode_status", with(plain_query(), 2, 0x10), Rcode::notimp},
        Rejected{"opcode_update", with(plain_query(), 2, 0x28), Rcode::notimp},
        // RFC 9619 §4: a QDCOUNT greater than 1 in a QUERY must be answered with FORMERR.
        Rejected{"no_question", with(plain_query(), 5, 0), Rcode::formerr},
        Rejected{"two_questions", with(plain_query(), 5, 2) + shop_name + bytes({0, 1, 0, 1}), Rcode::formerr},
        Rejected{"missing_record", with(plain_query(), 7, 1), Rcode::formerr},
        Rejected{"pointer_loop", bytes({0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 15, 0, 1}), Rcode::formerr},
        Rejected{"reserved_label", bytes({0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 15, 0, 1}), Rcode::formerr},
        Rejected{"class_chaos", with(plain_query(), plain_query().size() - 1, 3), Rcode::refused},
        Rejected{"zone_transfer", with(plain_query(), plain_query().size() - 3, 252), Rcode::refused},
        Rejected{"question_for_opt", with(plain_query(), plain_query().size() - 3, 41), Rcode::formerr},
        // RFC 6891 §6.1.3: an unknown version is answered with BADVERS; §6.1.1: more than one OPT is a FORMERR.
        Rejected{"edns_version_1", edns_query(1232, 1), Rcode::badvers},
        Rejected{"two_opt", with(edns_query(1232, 0), 11, 2) + bytes({0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0}),
                 Rcode::formerr}),
    [](const auto& tested) { return tested.param.what; });

TEST(ParseQuery, AnswersOrIsSilentAtEveryTruncation) {
  const std::string whole = edns_query(1232, 0);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto query = parse_query(std::string_view(whole).substr(0, size));
    ASSERT_EQ(query.has_value(), size >= 12) << size;
    if (query.has_value()) {
      EXPECT_EQ(query->rcode, Rcode::formerr) << size;
    }
  }
}

TEST(ParseQuery, SurvivesMutations) {
  const std::string whole = edns_query(1232, 0);
  const Draw draw(1);
  for (std::uint64_t round = 0; round < 5000; ++round) {
    std::string packet = whole;
    for (std::uint64_t i = 0; i < 4; ++i) {
      const std::uint64_t bits = draw.bits("message", "mutation", round, i);
      packet[below(bits, packet.size())] = static_cast<char>(bits & 0xff);
    }
    if (const auto query = parse_query(packet)) {
      Answer answer;
      answer.rcode = query->rcode;
      EXPECT_LE(build_response(*query, answer, plain_udp_bytes_max).size(), plain_udp_bytes_max);
    }
  }
}

Answer rich_answer() {
  Answer answer;
  answer.answers = {
      Record::cname("shop.example", "a\\.b.shop.example", 60),
      Record::mx("shop.example", 10, "mx1.shop.example", 300),
      Record::mx("shop.example", 0, "", 300),
      Record{"shop.example", Type::txt, 5, Txt{{"v=spf1 -all", std::string("nul\0 and \xff", 10), ""}}},
      Record::address("mx1.shop.example", *IpAddress::parse("192.0.2.1")),
      Record::address("mx1.shop.example", *IpAddress::parse("2001:db8::1")),
      Record::ptr("1.2.0.192.in-addr.arpa", "mx1.shop.example"),
      Record::ns("shop.example", "ns.shop.example"),
      Record{"shop.example", static_cast<Type>(65400), 7, Opaque{std::string("\x00\x01\x02", 3)}},
  };
  answer.authority = {Record::soa("shop.example", Soa{"ns.shop.example", "hm.shop.example", 1, 2, 3, 4, 5}, 60)};
  return answer;
}

TEST(Response, TravelsThereAndBack) {
  const Answer sent = rich_answer();
  const auto query = parse_query(plain_query());
  const auto response = parse_response(build_response(*query, sent, 4096), 0x1234, mx_question);
  ASSERT_TRUE(response);
  EXPECT_FALSE(response->truncated);
  EXPECT_EQ(response->answer.rcode, Rcode::noerror);
  EXPECT_EQ(response->answer.answers, sent.answers);
  EXPECT_EQ(response->answer.authority, sent.authority);
}

TEST(Response, RepeatsTheQuestionInItsOwnCase) {
  const std::string response = build_response(*parse_query(plain_query()), rich_answer(), 4096);
  EXPECT_EQ(response.substr(12, shop_name.size()), shop_name);
  // The owner of the first answer points there (RFC 1035 §4.1.4), so a client sees its own spelling.
  EXPECT_EQ(response.substr(12 + shop_name.size() + 4, 2), bytes({0xc0, 12}));
}

TEST(Response, HasTheFlagsOfAnAuthorityAndAResolver) {
  const std::string response = build_response(*parse_query(plain_query()), {}, 512);
  EXPECT_EQ(response.substr(0, 4), bytes({0x12, 0x34, 0x85, 0x80}));  // QR AA RD, RA NOERROR
}

TEST(Response, CarriesEdnsOnlyWhenAsked) {
  // RFC 6891 §7: no OPT in a response to a query without one.
  EXPECT_EQ(build_response(*parse_query(plain_query()), {}, 512)[11], 0);
  const std::string response = build_response(*parse_query(edns_query(4096, 0, 0x80)), {}, 512);
  EXPECT_EQ(response[11], 1);
  // OPT, 1232 bytes, no extended code, version 0, DO copied (RFC 3225 §3), no data.
  EXPECT_EQ(response.substr(response.size() - 11), bytes({0, 0, 41, 1232 >> 8, 1232 & 0xff, 0, 0, 0x80, 0, 0, 0}));
}

TEST(Response, SplitsTheExtendedCode) {
  const auto query = parse_query(edns_query(1232, 1));
  Answer answer;
  answer.rcode = query->rcode;
  const auto response = parse_response(build_response(*query, answer, 512), 0x1234, mx_question);
  ASSERT_TRUE(response);
  EXPECT_EQ(to_string(response->answer.rcode), "BADVERS");
}

// RFC 2181 §9: TC tells the client to ask again over TCP, and what came with it is ignored; so nothing comes with it.
TEST(Response, IsCutWhenItDoesNotFit) {
  const auto query = parse_query(plain_query());
  const std::string whole = build_response(*query, rich_answer(), 4096);
  EXPECT_EQ(build_response(*query, rich_answer(), whole.size()), whole);

  const std::string cut = build_response(*query, rich_answer(), whole.size() - 1);
  EXPECT_LE(cut.size(), plain_udp_bytes_max);
  const auto response = parse_response(cut, 0x1234, mx_question);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->truncated);
  EXPECT_THAT(response->answer.answers, IsEmpty());
  EXPECT_THAT(response->answer.authority, IsEmpty());
}

TEST(Response, ThatNoTransportCarriesIsServfail) {
  Answer huge;
  for (int i = 0; i < 400; ++i) huge.answers.push_back(Record::txt("shop.example", std::string(200, 'x')));
  const std::string packet = build_response(*parse_query(plain_query()), huge, tcp_bytes_max);
  const auto response = parse_response(packet, 0x1234, mx_question);
  ASSERT_TRUE(response);
  EXPECT_FALSE(response->truncated);
  EXPECT_EQ(response->answer.rcode, Rcode::servfail);
}

TEST(BuildQuery, IsOneThatWeUnderstand) {
  const auto query = parse_query(build_query(7, {"_dmarc.shop.example", Type::txt}));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->id, 7);
  EXPECT_EQ(query->question, (Question{"_dmarc.shop.example", Type::txt}));
  ASSERT_TRUE(query->edns);
  EXPECT_EQ(query->edns->udp_bytes_max, edns_udp_bytes_max);
}

// RFC 5452 §9.1: a response must match the id, the question and its type.
TEST(ParseResponse, TakesOnlyWhatAnswersTheQuestion) {
  const std::string packet = build_response(*parse_query(plain_query()), rich_answer(), 4096);
  EXPECT_TRUE(parse_response(packet, 0x1234, {"SHOP.example", Type::mx}));
  EXPECT_FALSE(parse_response(packet, 0x1235, mx_question));
  EXPECT_FALSE(parse_response(packet, 0x1234, {"bank.example", Type::mx}));
  EXPECT_FALSE(parse_response(packet, 0x1234, {"shop.example", Type::a}));
  EXPECT_FALSE(parse_response(plain_query(), 0x1234, mx_question));
  EXPECT_FALSE(parse_response(packet.substr(0, packet.size() - 1), 0x1234, mx_question));
}

TEST(ParseResponse, TakesErrorsWithoutAQuestion) {
  const std::string formerr = bytes({0x12, 0x34, 0x81, 0x01, 0, 0, 0, 0, 0, 0, 0, 0});
  const auto response = parse_response(formerr, 0x1234, mx_question);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->answer.rcode, Rcode::formerr);
  EXPECT_FALSE(parse_response(with(formerr, 3, 0), 0x1234, mx_question));
}

}  // namespace
}  // namespace mailrig::dns
