#include "sim/explain/account.h"

#include <fmt/format.h>

#include <iterator>

#include "fakes/policy/sender_history.h"

namespace mailrig::explain {
namespace {

using policy::Contribution;
using policy::Factor;
using policy::IdentityRecord;
using policy::SenderIdentity;

double points(std::int32_t milli) {
  return milli / 1000.0;
}

// Authentication and content are the message's, the others somebody's history.
bool has_identity(Factor factor) {
  return factor != Factor::authentication && factor != Factor::content;
}

std::string name_of(const Contribution& part) {
  const std::string_view factor = policy::to_string(part.factor);
  return has_identity(part.factor) ? fmt::format("{} ({})", factor, policy::to_string(part.identity))
                                   : std::string(factor);
}

std::string outcome_of(const Judgement& judgement) {
  std::string text(to_string(judgement.outcome));
  if (!judgement.phase.empty()) text += fmt::format(" at {}", judgement.phase);
  if (!judgement.reason.empty()) text += fmt::format(", because of {}", judgement.reason);
  return text;
}

void add_score(std::string& text, const Judgement& judgement) {
  if (!judgement.scored) return;
  auto out = std::back_inserter(text);
  std::int32_t sum = 0;
  for (const Contribution& part : judgement.score.contributions) sum += part.milli;
  // What the base is can be told only where the sum was not cut off at 0.
  if (judgement.score.milli > 0) fmt::format_to(out, "  {:>7.3f}  base\n", points(judgement.score.milli - sum));
  for (const Contribution& part : judgement.score.contributions) {
    fmt::format_to(out, "  {:>+7.3f}  {}\n", points(part.milli), name_of(part));
  }
  fmt::format_to(out, "  {:>7.3f}  score", points(judgement.score.milli));
  // Where a message would go is nobody's question before there is one.
  if (judgement.junk_below_milli > 0) fmt::format_to(out, "; spam below {:.3f}", points(judgement.junk_below_milli));
  text += '\n';
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "0 %" : fmt::format("{:.2f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void add_memory(std::string& text, const policy::Recollection& remembered) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "remembered of the sender\n  bulk sender: {}\n", remembered.bulk ? "yes" : "no");
  if (!remembered.weighed) return;
  for (std::size_t i = 0; i < policy::sender_identity_count; ++i) {
    const IdentityRecord& record = remembered.weighed->records[i];
    if (!record.known) continue;
    fmt::format_to(
        out,
        "  {:<12} {} days of sending, {} copies today, {} the most of a recent day; {} unknown recipients, {} "
        "traps hit, {} complaints, {} opened\n",
        policy::to_string(static_cast<SenderIdentity>(i)), record.active_days, record.today, record.recent_max,
        share(record.unknown_milli, record.accepted_milli + record.unknown_milli),
        record.traps_milli / policy::SenderHistory::one, share(record.complaints_milli, record.accepted_milli),
        record.awaited_milli == 0 ? "nobody knows how many" : share(record.opened_milli, record.awaited_milli));
    if (record.held) fmt::format_to(out, "               shut out for a while, for having been over the day's cap\n");
  }
}

std::string_view yes_no(bool value) {
  return value ? "yes" : "no";
}

void add_facts(std::string& text, const measure::Circumstances& circumstances) {
  const policy::Session& session = circumstances.session;
  const policy::AuthenticationFacts& found = session.authentication;
  auto out = std::back_inserter(text);
  fmt::format_to(out, "facts\n  from {} ({}), helo {}, ptr {}, tls {}\n", session.client_ip.to_string(),
                 session.mail_from.empty() ? "null sender" : session.mail_from, session.helo,
                 auth::to_string(session.network.iprev), yes_no(session.tls != policy::TlsVersion::none));
  if (!found.results_field.empty()) {
    fmt::format_to(out, "  spf {} (aligned: {}), dkim {} (aligned: {}), dmarc {} for {}\n", auth::to_string(found.spf),
                   yes_no(found.spf_aligned), auth::to_string(found.dkim), yes_no(found.dkim_aligned),
                   auth::to_string(found.dmarc), found.author_domain.empty() ? "nobody" : found.author_domain);
  }
  if (session.content.read) {
    fmt::format_to(out, "  content {:.1f} of 10, unsubscribe: {}\n", points(session.content.score_milli),
                   session.content.one_click     ? "one-click"
                   : session.content.unsubscribe ? "link"
                                                 : "none");
  }
}

// What refused the attempt all the same: what counts, waits or looks at the mailbox.
void add_other_reason(std::string& text, const Account& account) {
  using Outcome = Judgement::Outcome;
  const Outcome outcome = account.judgement->outcome;
  if (outcome == Outcome::deferred || outcome == Outcome::refused) return;
  for (const StoredAttempt& attempt : account.delivery.attempts) {
    if (attempt.n != account.delivery.judgement->n || attempt.result == "accepted") continue;
    fmt::format_to(std::back_inserter(text), "  but {} at {}, which can't be asked again\n", attempt.event,
                   attempt.phase);
  }
}

boost::json::object json_of(const Judgement& judgement) {
  boost::json::object json{{"outcome", to_string(judgement.outcome)}, {"reason", judgement.reason}};
  if (!judgement.phase.empty()) json["phase"] = judgement.phase;
  if (!judgement.scored) return json;
  json["score"] = points(judgement.score.milli);
  if (judgement.junk_below_milli > 0) json["spam_below"] = points(judgement.junk_below_milli);
  boost::json::array& parts = json["contributions"].emplace_array();
  for (const Contribution& part : judgement.score.contributions) {
    boost::json::object entry{{"factor", policy::to_string(part.factor)}};
    if (has_identity(part.factor)) entry["identity"] = policy::to_string(part.identity);
    entry["points"] = points(part.milli);
    parts.push_back(std::move(entry));
  }
  return json;
}

}  // namespace

std::string to_text(const Account& account) {
  const StoredDelivery& delivery = account.delivery;
  std::string text;
  auto out = std::back_inserter(text);
  fmt::format_to(out, "delivery {} to {}: {}\n  {}, message {:016x}, from {}, intended {}\n", delivery.row,
                 delivery.recipient, delivery.fate, delivery.stream, delivery.message,
                 delivery.mail_from.empty() ? "<>" : delivery.mail_from, to_rfc3339(delivery.intended));
  fmt::format_to(out, "\nattempts\n");
  if (delivery.attempts.empty()) fmt::format_to(out, "  none was seen\n");
  for (const StoredAttempt& attempt : delivery.attempts) {
    fmt::format_to(out, "  {}  {}  from {}  {} at {}: {}  {} {}\n", to_rfc3339(attempt.at), attempt.receiver,
                   attempt.source_ip, attempt.result, attempt.phase, attempt.event, attempt.code, attempt.text);
  }
  if (!account.judgement) {
    fmt::format_to(out, "\n{}\n", unjudged);
    return text;
  }
  fmt::format_to(out, "\nwhy, at {}, attempt {}: {}\n", delivery.receiver, delivery.judgement->n,
                 outcome_of(*account.judgement));
  add_score(text, *account.judgement);
  add_other_reason(text, account);
  text += '\n';
  add_facts(text, delivery.judgement->circumstances);
  add_memory(text, delivery.judgement->remembered);
  if (account.imagined) {
    fmt::format_to(out, "\nwhat if {}: {}\n", account.what_if, outcome_of(*account.imagined));
    add_score(text, *account.imagined);
  }
  return text;
}

boost::json::object to_json(const Account& account) {
  const StoredDelivery& delivery = account.delivery;
  boost::json::object json{{"delivery", delivery.row},        {"message", fmt::format("{:016x}", delivery.message)},
                           {"stream", delivery.stream},       {"intended", to_rfc3339(delivery.intended)},
                           {"mail_from", delivery.mail_from}, {"recipient", delivery.recipient},
                           {"receiver", delivery.receiver},   {"fate", delivery.fate}};
  boost::json::array& attempts = json["attempts"].emplace_array();
  for (const StoredAttempt& attempt : delivery.attempts) {
    attempts.push_back({{"n", attempt.n},
                        {"at", to_rfc3339(attempt.at)},
                        {"receiver", attempt.receiver},
                        {"source_ip", attempt.source_ip},
                        {"phase", attempt.phase},
                        {"event", attempt.event},
                        {"result", attempt.result},
                        {"code", attempt.code},
                        {"text", attempt.text}});
  }
  if (!account.judgement) return json;
  json["judgement"] = json_of(*account.judgement);
  json["judgement"].get_object()["attempt"] = delivery.judgement->n;
  if (!account.imagined) return json;
  boost::json::object imagined = json_of(*account.imagined);
  imagined["facts"] = account.what_if;
  json["what_if"] = std::move(imagined);
  return json;
}

}  // namespace mailrig::explain
