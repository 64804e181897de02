#include "fakes/net/network_resolver.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <charconv>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "fakes/base/check.h"
#include "fakes/dns/name.h"
#include "fakes/net/endpoint.h"

namespace mailrig::net {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr int cname_links_max = 8;  // as the zones follow them

// What goes out to the real network must not be foreseeable (RFC 5452 §9.2), so no seed of a scenario chooses the ids.
std::uint64_t unforeseeable_seed() {
  std::uint64_t seed = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed) == 1);
  return seed;
}

dns::Answer failure(dns::Rcode rcode) {
  dns::Answer answer;
  answer.rcode = rcode;
  return answer;
}

// Takes what continues the chain that begins at `name` out of `answer`, in the chain's order, and moves `name` to the
// end of the chain.
std::vector<dns::Record> along_the_chain(const dns::Answer& answer, dns::Type type, std::string& name, int& links) {
  std::vector<dns::Record> taken;
  for (bool moved = true; moved && links <= cname_links_max;) {
    moved = false;
    for (const dns::Record& record : answer.answers) {
      if (record.name != name || record.type != dns::Type::cname || type == dns::Type::cname) continue;
      taken.push_back(record);
      name = std::get<dns::Target>(record.data).name;
      ++links;
      moved = true;
      break;
    }
  }
  std::copy_if(answer.answers.begin(), answer.answers.end(), std::back_inserter(taken), [&](const dns::Record& record) {
    return record.name == name && (record.type == type || type == dns::Type::any);
  });
  return taken;
}

}  // namespace

Result<boost::asio::ip::udp::endpoint> parse_dns_server(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  const auto colon = text.rfind(':');
  if (text.starts_with('[')) {
    const auto end = std::min(text.find(']'), text.size());
    host = text.substr(1, end - 1);
    if (end + 1 < text.size() && text[end + 1] == ':') port = text.substr(end + 2);
    if (end == text.size() || (port.empty() && end + 1 != text.size())) host = {};
  } else if (colon != std::string_view::npos && text.find(':') == colon) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) host = {};
  }
  std::uint16_t number = dns_port;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool port_good =
      port.empty() || (read.ec == std::errc() && read.ptr == port.data() + port.size() && number > 0);
  const auto ip = IpAddress::parse(host);
  if (!ip || !port_good) {
    return Error{
        fmt::format("'{}' is no DNS server; expected an address with or without a port, such as 192.0.2.53 or "
                    "127.0.0.1:5353 or [::1]:5353",
                    text)};
  }
  return boost::asio::ip::udp::endpoint(to_asio(*ip), number);
}

NetworkResolver::NetworkResolver(const boost::asio::ip::udp::endpoint& server, std::chrono::nanoseconds timeout)
    : server_(server), timeout_(timeout), client_(io_, Draw(unforeseeable_seed())) {}

dns::Answer NetworkResolver::ask(const dns::Question& question) {
  dns::Answer answer;
  boost::asio::co_spawn(io_, client_.query(server_, question, timeout_),
                        [&answer](const std::exception_ptr& failed, dns::Answer got) {
                          if (failed) std::rethrow_exception(failed);
                          answer = std::move(got);
                        });
  io_.restart();
  io_.run();
  return answer;
}

dns::Answer NetworkResolver::lookup(const dns::Question& question) {
  const auto first = dns::canonical_name(question.name);
  if (!first) return failure(dns::Rcode::formerr);
  std::string name = *first;
  dns::Answer whole;
  int links = 0;
  while (true) {
    const std::string asked = name;
    dns::Answer answer = ask({asked, question.type});
    auto records = along_the_chain(answer, question.type, name, links);
    if (links > cname_links_max) return failure(dns::Rcode::servfail);  // a loop, or as good as one
    const bool open_end = !records.empty() && records.back().type == dns::Type::cname &&
                          question.type != dns::Type::cname && question.type != dns::Type::any;
    std::move(records.begin(), records.end(), std::back_inserter(whole.answers));
    // A chain without an end: the server knows nothing of the target's zone, or the target has no such data, which
    // it says with the SOA.
    const bool unsaid = open_end && answer.rcode == dns::Rcode::noerror &&
                        std::none_of(answer.authority.begin(), answer.authority.end(),
                                     [](const dns::Record& record) { return record.type == dns::Type::soa; });
    if (unsaid) continue;
    whole.rcode = answer.rcode;
    whole.timed_out = answer.timed_out;
    whole.authority = std::move(answer.authority);
    if (whole.temporary()) whole.answers.clear();
    return whole;
  }
}

}  // namespace mailrig::net
