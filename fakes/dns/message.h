// DNS messages in wire format (RFC 1035 §4, EDNS: RFC 6891), read and written by ldns. Meets bytes from outside: every
// input ends in a value, never in a crash. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/dns/record.h"

namespace mailrig::dns {

// What a message without EDNS may measure over UDP (RFC 1035 §2.3.4), what we offer and send at most (avoids
// fragments everywhere), and what the length prefix of TCP allows.
inline constexpr std::size_t plain_udp_bytes_max = 512;
inline constexpr std::size_t edns_udp_bytes_max = 1232;
inline constexpr std::size_t tcp_bytes_max = 65535;

struct Edns {
  std::uint16_t udp_bytes_max = edns_udp_bytes_max;
  std::uint8_t version = 0;
  bool dnssec_ok = false;
};

struct Query {
  std::uint16_t id = 0;
  std::uint8_t opcode = 0;
  bool recursion_desired = false;
  bool checking_disabled = false;
  bool authentic_data = false;  // asks to be told whether the answer is authentic (RFC 6840 §5.7)
  // Other than noerror: answer with this at once, the query is not for the zones.
  Rcode rcode = Rcode::noerror;
  // Absent where the question could not be read.
  std::optional<Question> question;
  std::string name_as_asked;  // in the client's own case, which is echoed (draft-vixie-dnsext-dns0x20)
  std::uint16_t question_class = 1;
  std::optional<Edns> edns;

  bool dnssec_ok() const { return edns && edns->dnssec_ok; }
};

// Nothing when there must be no reply: too short for a header, or itself a reply.
std::optional<Query> parse_query(std::string_view packet);

// A response that does not fit into `bytes_max`, or is truncated_over_udp where `bytes_max` is UDP's, is cut down to
// header and question with TC set (RFC 2181 §9); one beyond tcp_bytes_max becomes servfail, for no transport could
// carry it. AD is set on an authentic answer for whoever asked with AD or DO (RFC 6840 §5.8).
std::string build_response(const Query& query, const Answer& answer, std::size_t bytes_max);

// A query for a resolver: recursion desired, EDNS with edns_udp_bytes_max. The name must be a domain name.
std::string build_query(std::uint16_t id, const Question& question);

struct Response {
  Answer answer;
  bool truncated = false;
};

// Nothing when the packet does not answer this question: malformed, another id, another question.
std::optional<Response> parse_response(std::string_view packet, std::uint16_t id, const Question& question);

}  // namespace mailrig::dns
