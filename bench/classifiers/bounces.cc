// Every refusal that the shipped profiles word, as it came over the wire, and the notification about it as it would
// reach the sender. One line of JSON for each.
//
//   bounces [PROFILE…]
#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/receiver/profile.h"
#include "fakes/receiver/shipped_profiles.h"
#include "fakes/report_format/dsn.h"
#include "fakes/smtp/reply_parser.h"
#include "sim/rehearsal/coverage.h"

namespace {

using namespace mailrig;

const Instant now = *parse_rfc3339("2026-03-02T08:00:00Z");

constexpr std::string_view original =
    "Message-ID: <1@shop.example>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\nFrom: Shop <news@shop.example>\r\n"
    "To: Anna <anna@mail.example>\r\nSubject: Your order\r\n\r\n";

smtp::Reply reply_of(const std::string& wire) {
  const std::string whole = wire + "\r\n";
  std::string_view input = whole;
  smtp::ReplyParser parser;
  CHECK(parser.next(input) == smtp::ReplyParser::Status::complete);
  return parser.reply();
}

// Where a sender is when it hears the reply.
std::optional<smtp::Stage> stage_of(std::string_view phase) {
  if (phase == to_string(policy::Phase::connect)) return smtp::Stage::greeting;
  if (phase == to_string(policy::Phase::helo)) return smtp::Stage::helo;
  if (phase == to_string(policy::Phase::mail)) return smtp::Stage::mail;
  if (phase == to_string(policy::Phase::rcpt)) return smtp::Stage::rcpt;
  if (phase == to_string(policy::Phase::data)) return smtp::Stage::data;
  return std::nullopt;
}

std::string bounce(const smtp::Reply& reply, std::string_view phase, const std::string& recipient,
                   const std::string& host, const std::string& id) {
  report_format::FailureReport report{.reporting_host = "mta1.shop.example",
                                      .to = "news@shop.example",
                                      .message_id = id + "@shop.example",
                                      .arrived = now,
                                      .now = now,
                                      .failures = {},
                                      .original = original};
  report.failures.push_back({.address = recipient,
                             .reply = reply,
                             .remote_host = host,
                             .expired = reply.transient(),
                             .stage = stage_of(phase)});
  return report_format::write_failure_dsn(report);
}

void print_refusals(const std::string& name) {
  const auto profile = receiver::load_profile(name);
  CHECK(profile);
  const std::string recipient = "anna@" + profile->domains.front();
  const std::string host = profile->mx.front().host;
  for (const rehearsal::Rehearsed& rehearsed : rehearsal::rehearse(*profile)) {
    if (rehearsed.recovering) continue;  // the same words once more
    for (std::size_t i = 0; i < rehearsed.texts.size(); ++i) {
      const std::string& text = rehearsed.texts[i];
      if (!text.starts_with('4') && !text.starts_with('5')) continue;
      const std::string id = fmt::format("{}.{}.{}", name, rehearsed.key, i);
      fmt::print("{}\n", boost::json::serialize(boost::json::object{
                             {"profile", name},
                             {"reply", rehearsed.key},
                             {"wording", i},
                             {"phase", rehearsed.phase},
                             {"recipient", recipient},
                             {"host", host},
                             {"text", text},
                             {"bounce", bounce(reply_of(text), rehearsed.phase, recipient, host, id)}}));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names(argv + 1, argv + argc);
  if (names.empty()) {
    for (const std::string& name : receiver::list_profiles()) {
      if (name != "sink") names.push_back(name);  // which has neither words nor hosts of its own
    }
  }
  for (const std::string& name : names) print_refusals(name);
}
