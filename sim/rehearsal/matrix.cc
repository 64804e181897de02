#include "sim/rehearsal/matrix.h"

#include <fmt/format.h>

#include "fakes/smtp/reply.h"
#include "sim/rehearsal/scene.h"

namespace mailrig::rehearsal {
namespace {

constexpr std::string_view states[] = {"aligned", "unaligned", "fail", "none"};

struct Policy {
  std::string_view name;
  std::string_view domain;
};
constexpr Policy policies[] = {{"absent", plain}, {"none", shop}, {"quarantine", wary}, {"reject", strict}};

Client client_for(const MatrixRow& row, std::string_view domain, const std::string& recipient) {
  Client client;
  client.recipients = {recipient};
  client.from_domain = domain;
  client.mail_from = fmt::format("news@{}", row.spf == "unaligned" ? platform : row.spf == "none" ? bare : domain);
  if (row.spf == "fail") {
    client.ip = stranger_ip;
    client.helo = "mta.bare.example";
  }
  client.signed_by = row.dkim == "none" ? "" : row.dkim == "unaligned" ? platform : domain;
  client.tampered = row.dkim == "fail";
  // What bulk mail has to have besides.
  client.more_header =
      "List-Unsubscribe: <https://shop.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  return client;
}

std::string outcome_of(const std::vector<Heard>& heard) {
  for (const Heard& reply : heard) {
    if (reply.text.empty()) return "closed";
    if (reply.text[0] == '4' || reply.text[0] == '5') {
      const auto enhanced = smtp::parse_enhanced_code(std::string_view(reply.text).substr(4));
      return reply.text.substr(0, 3) + (enhanced ? " " + enhanced->to_string() : "");
    }
    if (reply.phase == policy::Phase::data && reply.reply != nullptr) return reply.spam ? "spam" : "inbox";
  }
  return "nothing";
}

}  // namespace

std::vector<MatrixRow> authentication_matrix(const receiver::Profile& profile) {
  std::vector<MatrixRow> rows;
  for (const bool bulk : {false, true}) {
    for (const Policy& wish : policies) {
      for (const std::string_view spf : states) {
        for (const std::string_view dkim : states) {
          MatrixRow row{.spf = spf, .dkim = dkim, .dmarc = wish.name, .bulk = bulk, .outcome = {}};
          receiver::Profile arranged = profile;
          quieten(arranged);
          // A bulk sender from the second message on, or never.
          auto& threshold = arranged.auth_policy.require_for_bulk.threshold_per_day;
          if (threshold > 0) threshold = bulk ? 1 : 1'000'000'000;
          Stage stage(std::move(arranged));
          const std::string recipient = "jane@" + stage.receiver().profile().domains.front();
          if (bulk)
            stage.talk(
                client_for({.spf = "aligned", .dkim = "aligned", .dmarc = {}, .outcome = {}}, wish.domain, recipient));
          row.outcome = outcome_of(stage.talk(client_for(row, wish.domain, recipient)));
          rows.push_back(std::move(row));
        }
      }
    }
  }
  return rows;
}

}  // namespace mailrig::rehearsal
