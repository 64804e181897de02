#include "fakes/dns/message.h"

#include "fakes/base/check.h"
#include "fakes/dns/ldns_records.h"
#include "fakes/dns/name.h"

namespace mailrig::dns {
namespace {

const std::uint8_t* wire(std::string_view packet) {
  return reinterpret_cast<const std::uint8_t*>(packet.data());
}

Ldns<ldns_pkt> read(std::string_view packet) {
  ldns_pkt* parsed = nullptr;
  const ldns_status status = ldns_wire2pkt(&parsed, wire(packet), packet.size());
  Ldns<ldns_pkt> owned(parsed);
  if (status != LDNS_STATUS_OK) return nullptr;
  return owned;
}

std::string write(const ldns_pkt* packet) {
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  CHECK(ldns_pkt2wire(&bytes, packet, &size) == LDNS_STATUS_OK);
  const Ldns<std::uint8_t> owned(bytes);
  return {reinterpret_cast<const char*>(bytes), size};
}

void set_question(ldns_pkt* packet, std::string_view name, Type type, std::uint16_t question_class) {
  Ldns<ldns_rr> question(ldns_rr_new());
  auto owner = to_ldns_name(name);
  CHECK(question && owner);
  ldns_rr_set_question(question.get(), true);
  ldns_rr_set_owner(question.get(), owner.release());
  ldns_rr_set_type(question.get(), static_cast<ldns_rr_type>(type));
  ldns_rr_set_class(question.get(), static_cast<ldns_rr_class>(question_class));
  ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION, question.release());
}

void push_all(ldns_pkt* packet, ldns_pkt_section section, const std::vector<Record>& records) {
  for (const Record& record : records) {
    auto rr = to_ldns(record);
    CHECK(rr != nullptr);
    ldns_pkt_push_rr(packet, section, rr.release());
  }
}

std::optional<Edns> edns_of(const ldns_pkt* packet) {
  if (!ldns_pkt_edns(packet)) return std::nullopt;
  return Edns{ldns_pkt_edns_udp_size(packet), ldns_pkt_edns_version(packet), ldns_pkt_edns_do(packet)};
}

Ldns<ldns_pkt> response_to(const Query& query, Rcode rcode) {
  Ldns<ldns_pkt> packet(ldns_pkt_new());
  CHECK(packet != nullptr);
  ldns_pkt_set_id(packet.get(), query.id);
  ldns_pkt_set_qr(packet.get(), true);
  ldns_pkt_set_opcode(packet.get(), static_cast<ldns_pkt_opcode>(query.opcode));
  ldns_pkt_set_rd(packet.get(), query.recursion_desired);
  ldns_pkt_set_cd(packet.get(), query.checking_disabled);
  // We are the authority of the zones and the resolver of the senders in one, so both bits are true.
  ldns_pkt_set_aa(packet.get(), rcode == Rcode::noerror || rcode == Rcode::nxdomain);
  ldns_pkt_set_ra(packet.get(), true);
  const auto code = static_cast<std::uint16_t>(rcode);
  ldns_pkt_set_rcode(packet.get(), static_cast<std::uint8_t>(code & 0x0f));
  if (query.edns) {
    ldns_pkt_set_edns_udp_size(packet.get(), static_cast<std::uint16_t>(edns_udp_bytes_max));
    ldns_pkt_set_edns_extended_rcode(packet.get(), static_cast<std::uint8_t>(code >> 4));
    ldns_pkt_set_edns_do(packet.get(), query.edns->dnssec_ok);  // copied: RFC 3225 §3
  }
  if (query.question) set_question(packet.get(), query.name_as_asked, query.question->type, query.question_class);
  return packet;
}

// Why a well-formed query with one question is not for the zones, or noerror.
Rcode verdict_on(const Query& query, std::size_t opt_records) {
  constexpr std::uint16_t type_opt = 41;
  constexpr std::uint16_t type_ixfr = 251;
  constexpr std::uint16_t type_axfr = 252;
  const auto type = static_cast<std::uint16_t>(query.question->type);
  if (opt_records > 1) return Rcode::formerr;  // RFC 6891 §6.1.1
  if (query.edns && query.edns->version != 0) return Rcode::badvers;
  if (query.question_class != LDNS_RR_CLASS_IN) return Rcode::refused;
  if (type == type_opt) return Rcode::formerr;
  if (type == type_axfr || type == type_ixfr) return Rcode::refused;
  return Rcode::noerror;
}

}  // namespace

std::optional<Query> parse_query(std::string_view packet) {
  if (packet.size() < LDNS_HEADER_SIZE || LDNS_QR_WIRE(wire(packet))) return std::nullopt;
  Query query;
  query.id = LDNS_ID_WIRE(wire(packet));
  query.opcode = LDNS_OPCODE_WIRE(wire(packet));
  query.recursion_desired = LDNS_RD_WIRE(wire(packet)) != 0;
  query.checking_disabled = LDNS_CD_WIRE(wire(packet)) != 0;
  query.authentic_data = LDNS_AD_WIRE(wire(packet)) != 0;
  if (query.opcode != LDNS_PACKET_QUERY) {
    query.rcode = Rcode::notimp;
    return query;
  }
  query.rcode = Rcode::formerr;
  if (LDNS_QDCOUNT(wire(packet)) != 1) return query;  // RFC 9619
  const auto parsed = read(packet);
  if (!parsed) return query;
  const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(parsed.get()), 0);
  if (question == nullptr) return query;
  const std::string asked = text_of(ldns_rr_owner(question));
  const auto name = canonical_name(asked);
  if (!name) return query;
  query.question = Question{*name, static_cast<Type>(ldns_rr_get_type(question))};
  query.name_as_asked = asked;
  query.question_class = static_cast<std::uint16_t>(ldns_rr_get_class(question));
  query.edns = edns_of(parsed.get());
  // ldns takes the OPT records out of the additional section and lowers the count.
  const std::size_t opt_records = std::size_t{LDNS_ARCOUNT(wire(packet))} - ldns_pkt_arcount(parsed.get());
  query.rcode = verdict_on(query, opt_records);
  return query;
}

std::string build_response(const Query& query, const Answer& answer, std::size_t bytes_max) {
  const auto packet = response_to(query, answer.rcode);
  ldns_pkt_set_ad(packet.get(), answer.authentic && (query.authentic_data || query.dnssec_ok()));
  push_all(packet.get(), LDNS_SECTION_ANSWER, answer.answers);
  push_all(packet.get(), LDNS_SECTION_AUTHORITY, answer.authority);
  std::string bytes = write(packet.get());
  // Over TCP there is no larger transport to point to.
  const bool larger_exists = bytes_max < tcp_bytes_max;
  if (bytes.size() <= bytes_max && !(answer.truncated_over_udp && larger_exists)) return bytes;
  const auto cut = response_to(query, larger_exists ? answer.rcode : Rcode::servfail);
  ldns_pkt_set_tc(cut.get(), larger_exists);
  return write(cut.get());
}

std::string build_query(std::uint16_t id, const Question& question) {
  const Ldns<ldns_pkt> packet(ldns_pkt_new());
  CHECK(packet != nullptr);
  ldns_pkt_set_id(packet.get(), id);
  ldns_pkt_set_rd(packet.get(), true);
  ldns_pkt_set_edns_udp_size(packet.get(), static_cast<std::uint16_t>(edns_udp_bytes_max));
  set_question(packet.get(), question.name, question.type, LDNS_RR_CLASS_IN);
  return write(packet.get());
}

std::optional<Response> parse_response(std::string_view packet, std::uint16_t id, const Question& question) {
  if (packet.size() < LDNS_HEADER_SIZE || !LDNS_QR_WIRE(wire(packet)) || LDNS_ID_WIRE(wire(packet)) != id) {
    return std::nullopt;
  }
  const auto parsed = read(packet);
  if (!parsed) return std::nullopt;
  Response response;
  response.truncated = ldns_pkt_tc(parsed.get());
  const auto extended = static_cast<std::uint16_t>(ldns_pkt_edns_extended_rcode(parsed.get()) << 4);
  response.answer.rcode = static_cast<Rcode>(extended | static_cast<std::uint16_t>(ldns_pkt_get_rcode(parsed.get())));

  const ldns_rr* echoed = ldns_rr_list_rr(ldns_pkt_question(parsed.get()), 0);
  if (echoed == nullptr) {
    // A server that could not read the question cannot repeat it.
    if (response.answer.rcode == Rcode::noerror) return std::nullopt;
    return response;
  }
  const bool same = canonical_name(text_of(ldns_rr_owner(echoed))) == canonical_name(question.name) &&
                    static_cast<Type>(ldns_rr_get_type(echoed)) == question.type;
  if (!same) return std::nullopt;
  const auto take = [](const ldns_rr_list* from, std::vector<Record>& to) {
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(from); ++i) {
      if (auto record = from_ldns(ldns_rr_list_rr(from, i))) to.push_back(std::move(*record));
    }
  };
  take(ldns_pkt_answer(parsed.get()), response.answer.answers);
  take(ldns_pkt_authority(parsed.get()), response.answer.authority);
  return response;
}

}  // namespace mailrig::dns
