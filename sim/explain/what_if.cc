#include "sim/explain/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "fakes/auth/organizational_domain.h"
#include "fakes/base/units.h"
#include "fakes/config/nearest.h"
#include "fakes/policy/sender_history.h"

namespace mailrig::explain {
namespace {

using measure::Circumstances;
using policy::IdentityRecord;
using policy::Phase;
using policy::Recollection;
using policy::SenderIdentity;

struct Imagined {
  Circumstances& circumstances;
  Recollection& remembered;

  policy::Session& session() { return circumstances.session; }
  policy::AuthenticationFacts& found() { return circumstances.session.authentication; }
};

// Whether the value was understood.
using Set = bool (*)(Imagined& facts, std::string_view value);

struct Fact {
  std::string_view name;
  std::string_view values;  // for people
  Set set;
  Phase known_from;  // what is not known yet changes nothing
};

template <class E, std::size_t N>
bool choose(std::string_view value, const std::array<std::pair<std::string_view, E>, N>& choices, E& into) {
  for (const auto& [name, meaning] : choices) {
    if (name != value) continue;
    into = meaning;
    return true;
  }
  return false;
}

bool yes_or_no(std::string_view value, bool& into) {
  static constexpr std::array<std::pair<std::string_view, bool>, 2> choices = {{{"yes", true}, {"no", false}}};
  return choose(value, choices, into);
}

bool same_organization(const std::string& a, const std::string& b) {
  const auto& list = auth::PublicSuffixList::newest();
  const auto of_a = list.organizational_domain(a);
  return !a.empty() && (a == b || (of_a && of_a == list.organizational_domain(b)));
}

// What DMARC makes of the results as they are now. RFC 9989 §5.3.5 leaves nothing to do where no record is published.
void conclude(policy::AuthenticationFacts& found, auth::DmarcPolicy wish) {
  const bool aligned = found.spf_aligned || found.dkim_aligned;
  found.dmarc = !found.dmarc_published ? auth::DmarcResult::none
                : aligned              ? auth::DmarcResult::pass
                                       : auth::DmarcResult::fail;
  found.disposition = found.dmarc == auth::DmarcResult::fail ? wish : auth::DmarcPolicy::none;
}

bool set_spf(Imagined& facts, std::string_view value) {
  using auth::SpfOutcome;
  static constexpr std::array<std::pair<std::string_view, SpfOutcome>, 7> choices = {
      {{"pass", SpfOutcome::pass},
       {"fail", SpfOutcome::fail},
       {"softfail", SpfOutcome::softfail},
       {"neutral", SpfOutcome::neutral},
       {"none", SpfOutcome::none},
       {"temperror", SpfOutcome::temperror},
       {"permerror", SpfOutcome::permerror}}};
  policy::AuthenticationFacts& found = facts.found();
  if (!choose(value, choices, found.spf)) return false;
  found.spf_aligned = found.spf == SpfOutcome::pass && same_organization(found.spf_domain, found.author_domain);
  conclude(found, found.disposition);
  return true;
}

bool set_dkim(Imagined& facts, std::string_view value) {
  using auth::DkimResult;
  static constexpr std::array<std::pair<std::string_view, DkimResult>, 3> choices = {
      {{"pass", DkimResult::pass}, {"fail", DkimResult::fail}, {"none", DkimResult::none}}};
  policy::AuthenticationFacts& found = facts.found();
  if (!choose(value, choices, found.dkim)) return false;
  const bool passes = found.dkim == DkimResult::pass;
  found.signatures.clear();
  if (found.dkim != DkimResult::none) found.signatures.push_back({found.dkim, found.author_domain, "what-if", passes});
  found.dkim_aligned = passes && !found.author_domain.empty();
  conclude(found, found.disposition);
  if (!facts.remembered.weighed) return true;
  // A signature brings its domain's history along: as far as anybody knows, that of the author's domain.
  IdentityRecord& signer = facts.remembered.weighed->of(SenderIdentity::dkim_domain);
  if (!passes) signer = {};
  if (passes && !signer.known) {
    signer = facts.remembered.weighed->of(SenderIdentity::hdr_domain);
    signer.known = true;
  }
  return true;
}

// What the author's domain publishes.
bool set_dmarc(Imagined& facts, std::string_view value) {
  using auth::DmarcPolicy;
  static constexpr std::array<std::pair<std::string_view, DmarcPolicy>, 4> choices = {
      {{"absent", DmarcPolicy::none},
       {"none", DmarcPolicy::none},
       {"quarantine", DmarcPolicy::quarantine},
       {"reject", DmarcPolicy::reject}}};
  DmarcPolicy wish = DmarcPolicy::none;
  if (!choose(value, choices, wish)) return false;
  facts.found().dmarc_published = value != "absent";
  conclude(facts.found(), wish);
  return true;
}

bool set_tls(Imagined& facts, std::string_view value) {
  bool encrypted = false;
  if (!yes_or_no(value, encrypted)) return false;
  facts.session().tls = encrypted ? policy::TlsVersion::tls1_3 : policy::TlsVersion::none;
  return true;
}

bool set_ptr(Imagined& facts, std::string_view value) {
  using auth::IprevOutcome;
  static constexpr std::array<std::pair<std::string_view, IprevOutcome>, 4> choices = {
      {{"pass", IprevOutcome::pass},
       {"fail", IprevOutcome::fail},
       {"temperror", IprevOutcome::temperror},
       {"none", IprevOutcome::permerror}}};
  return choose(value, choices, facts.session().network.iprev);
}

bool set_listed(Imagined& facts, std::string_view value) {
  bool listed = false;
  if (!yes_or_no(value, listed)) return false;
  const auto status = listed ? policy::Listing::listed : policy::Listing::clean;
  facts.session().network.listing.status = status;
  if (listed) return true;
  facts.found().domain_listing.status = status;
  facts.found().helo_listing.status = status;
  facts.session().content.link_listing.status = status;
  return true;
}

bool set_bulk(Imagined& facts, std::string_view value) {
  return yes_or_no(value, facts.remembered.bulk);
}

bool set_content(Imagined& facts, std::string_view value) {
  const auto milli = parse_thousandths(value);
  if (!milli || *milli > 10'000) return false;
  facts.session().content.read = true;
  facts.session().content.score_milli = static_cast<std::int32_t>(*milli);
  return true;
}

bool set_unsubscribe(Imagined& facts, std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, int>, 3> choices = {
      {{"none", 0}, {"link", 1}, {"one-click", 2}}};
  int way = 0;
  if (!choose(value, choices, way)) return false;
  facts.session().content.read = true;
  facts.session().content.unsubscribe = way > 0;
  facts.session().content.one_click = way == 2;
  return true;
}

bool set_feedback_id(Imagined& facts, std::string_view value) {
  facts.session().content.read = true;
  return yes_or_no(value, facts.session().content.feedback_id);
}

constexpr std::array<Fact, 10> facts_known = {
    {{"spf", "pass, fail, softfail, neutral, none, temperror or permerror", set_spf, Phase::mail},
     {"dkim", "pass (signed by From's domain), fail or none", set_dkim, Phase::data},
     {"dmarc", "absent, none, quarantine or reject: what From's domain publishes", set_dmarc, Phase::data},
     {"tls", "yes or no", set_tls, Phase::helo},
     {"ptr", "pass, fail, temperror or none", set_ptr, Phase::connect},
     {"listed", "yes or no: whether block lists have the address", set_listed, Phase::connect},
     {"bulk", "yes or no: whether From's domain is a bulk sender", set_bulk, Phase::data},
     {"content", "the text's score from 0 to 10", set_content, Phase::data},
     {"unsubscribe", "none, link or one-click", set_unsubscribe, Phase::data},
     {"feedback_id", "yes or no: whether there is a Feedback-ID field", set_feedback_id, Phase::data}}};

// ---- What the receiver remembers of an identity.

constexpr std::array<std::string_view, 9> history_keys = {"age",     "today", "hour",       "max",   "accepted",
                                                          "unknown", "traps", "complaints", "opened"};
constexpr std::string_view history_values =
    "age=30d (days of sending), today=N, hour=N (copies this hour), max=N (copies of a recent day), accepted=N, "
    "unknown=3%, traps=N, "
    "complaints=0.1%, opened=20%";

std::optional<std::uint64_t> count_in(std::string_view value) {
  const auto count = parse_count(value);
  return count ? std::optional(*count) : std::nullopt;
}

bool set_history(IdentityRecord& record, std::string_view key, std::string_view value) {
  // A hold followed from the history as it was.
  record.held = false;
  record.today_max = 0;
  if (key == "age") {
    const auto age = parse_duration(value);
    if (!age) return false;
    record.active_days = static_cast<std::uint32_t>(*age / std::chrono::days(1));
    return true;
  }
  if (key == "unknown" || key == "complaints" || key == "opened") {
    const auto share = parse_share(value);
    if (!share || *share >= 1'000'000) return false;
    // Unknown recipients are a share of those tried, the others of those accepted.
    const std::uint64_t whole = record.accepted_milli;
    if (key == "opened") {
      record.awaited_milli = std::max(record.awaited_milli, whole);
      record.opened_milli = record.awaited_milli * *share / 1'000'000;
    }
    if (key == "complaints") record.complaints_milli = whole * *share / 1'000'000;
    if (key == "unknown") record.unknown_milli = whole * *share / (1'000'000 - *share);
    return true;
  }
  const auto count = count_in(value);
  if (!count || *count > 4'000'000'000) return false;
  if (key == "today") record.today = static_cast<std::uint32_t>(*count);
  if (key == "hour") record.this_hour = static_cast<std::uint32_t>(*count);
  if (key == "max") record.recent_max = static_cast<std::uint32_t>(*count);
  if (key == "accepted") record.accepted_milli = *count * policy::SenderHistory::one;
  if (key == "traps") record.traps_milli = *count * policy::SenderHistory::one;
  return true;
}

// "ip" and "domain" are all networks and all names; the others one identity.
bool is_meant(std::string_view whose, SenderIdentity identity) {
  if (whose == "ip") return policy::is_network(identity);
  if (whose == "domain") return !policy::is_network(identity);
  return whose == policy::to_string(identity);
}

std::vector<std::string> names_known() {
  std::vector<std::string> names;
  names.reserve(facts_known.size());
  for (const Fact& fact : facts_known) names.emplace_back(fact.name);
  std::vector<std::string> whose = {"domain"};
  for (std::size_t i = 0; i < policy::sender_identity_count; ++i) {
    whose.emplace_back(policy::to_string(static_cast<SenderIdentity>(i)));
  }
  for (const std::string& name : whose) {
    for (const std::string_view key : history_keys) names.push_back(fmt::format("{}.{}", name, key));
  }
  return names;
}

Error not_understood(std::string_view name, std::string_view value, std::string_view expected) {
  return Error{fmt::format("--what-if {}={}: '{}' is not understood; expected {}", name, value, value, expected)};
}

Error unknown_fact(std::string_view name) {
  return Error{fmt::format("--what-if: unknown fact '{}'{}", name, config::suggestion(name, names_known()))};
}

Result<void> imagine_history(Imagined& facts, std::string_view name, std::string_view value) {
  const std::size_t dot = name.find('.');
  const std::string_view whose = name.substr(0, dot);
  const std::string_view key = name.substr(dot + 1);
  bool known_key = false;
  for (const std::string_view each : history_keys) known_key = known_key || each == key;
  if (!known_key) return unknown_fact(name);
  bool met = false;
  for (std::size_t i = 0; i < policy::sender_identity_count; ++i) {
    const auto identity = static_cast<SenderIdentity>(i);
    if (!is_meant(whose, identity)) continue;
    met = true;
    if (!facts.remembered.weighed) continue;
    IdentityRecord& record = facts.remembered.weighed->of(identity);
    if (record.known && !set_history(record, key, value)) return not_understood(name, value, history_values);
  }
  if (!met) return unknown_fact(name);
  return {};
}

}  // namespace

Result<void> imagine(std::string_view what_if, Phase phase, Circumstances& circumstances, Recollection& remembered) {
  Imagined facts{circumstances, remembered};
  while (!what_if.empty()) {
    const std::string_view one = what_if.substr(0, what_if.find(','));
    what_if.remove_prefix(std::min(one.size() + 1, what_if.size()));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos) {
      return Error{fmt::format("--what-if: '{}' changes nothing; write fact=value, such as dkim=pass", one)};
    }
    const std::string_view name = one.substr(0, equals);
    const std::string_view value = one.substr(equals + 1);
    if (name.find('.') != std::string_view::npos) {
      if (auto done = imagine_history(facts, name, value); !done) return done;
      continue;
    }
    const Fact* known = nullptr;
    for (const Fact& fact : facts_known) known = fact.name == name ? &fact : known;
    if (known == nullptr) return unknown_fact(name);
    if (known->known_from > phase) {
      return Error{fmt::format("--what-if: '{}' is not known before {}, and the attempt ended at {}", name,
                               policy::to_string(known->known_from), policy::to_string(phase))};
    }
    if (!known->set(facts, value)) return not_understood(name, value, known->values);
  }
  return {};
}

std::string what_if_help() {
  std::string text;
  for (const Fact& fact : facts_known) text += fmt::format("  {:<12} {}\n", fact.name, fact.values);
  text += fmt::format("  ip.…, domain.…, or an identity's name (dkim_domain.…)\n               {}\n", history_values);
  return text;
}

}  // namespace mailrig::explain
