#include "fakes/dns/responder.h"

#include <algorithm>

#include "fakes/dns/message.h"

namespace mailrig::dns {
namespace {

std::size_t bytes_max(const Query& query, Transport transport) {
  if (transport == Transport::tcp) return tcp_bytes_max;
  if (!query.edns) return plain_udp_bytes_max;
  // RFC 6891 §6.2.3: a size below 512 counts as 512.
  return std::clamp<std::size_t>(query.edns->udp_bytes_max, plain_udp_bytes_max, edns_udp_bytes_max);
}

}  // namespace

std::optional<std::string> Responder::respond(Instant now, std::string_view packet, Transport transport, Duration* cost,
                                              std::optional<Instant> wall) const {
  *cost = Duration::zero();
  const auto query = parse_query(packet);
  if (!query) return std::nullopt;
  Answer answer;
  answer.rcode = query->rcode;
  if (query->rcode == Rcode::noerror) answer = zones_->lookup(now, *query->question);
  if (answer.timed_out) return std::nullopt;
  if (signer_ != nullptr && query->rcode == Rcode::noerror && (query->dnssec_ok() || query->authentic_data)) {
    signer_->complete(answer, *query->question, {now, wall.value_or(now)}, query->dnssec_ok());
  }
  *cost = answer.cost;
  return build_response(*query, answer, bytes_max(*query, transport));
}

}  // namespace mailrig::dns
