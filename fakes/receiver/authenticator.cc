#include "fakes/receiver/authenticator.h"

#include <algorithm>
#include <utility>

#include "fakes/auth/authentication_results.h"
#include "fakes/auth/from_header.h"
#include "fakes/base/stable_hash.h"
#include "fakes/dns/mx_lookup.h"
#include "fakes/dns/name.h"
#include "fakes/policy/address_key.h"
#include "fakes/receiver/authentication_report.h"

namespace mailrig::receiver {

using policy::ContentFacts;
using policy::EnvelopeFacts;
using policy::MessageFacts;
using policy::NameStatus;
using policy::Session;

namespace {

constexpr std::size_t verdicts_max = 50'000;

std::string_view envelope_domain(const Session& session) {
  return policy::split_address(session.mail_from).domain;
}

std::uint64_t spf_key(const Session& session) {
  const std::string_view domain = session.mail_from.empty() ? session.helo : envelope_domain(session);
  return combine(session.client_ip.hash(), policy::key_of(domain));
}

// SPF of MAIL FROM's local part alone is never asked, but `a@` and `@a` differ, and so do a null and any other path.
// `names`: keys of HELO and of MAIL FROM's domain.
std::uint64_t envelope_key(const Session& session, std::uint64_t names) {
  return combine(combine(session.client_ip.hash(), names), session.mail_from.empty() ? 1 : 0);
}

// What of the envelope the verdict on a message depends on.
std::uint64_t content_key(const Session& session, const MessageFacts& message) {
  const policy::AuthenticationFacts& found = session.authentication;
  const auto outcomes = static_cast<std::uint64_t>(found.spf) << 24 | static_cast<std::uint64_t>(found.spf_helo) << 16 |
                        static_cast<std::uint64_t>(session.network.iprev) << 8;
  std::uint64_t envelope = found.key;
  if (envelope == 0) {
    envelope = envelope_key(session, combine(policy::key_of(session.helo), policy::key_of(envelope_domain(session))));
  }
  const std::uint64_t host = stable_hash(session.mx_host, envelope);
  return combine(combine(combine(message.content_key, host), outcomes), policy::key_of(message.header_from_domain));
}

auth::DmarcIdentifier spf_identifier(const Session& session) {
  using auth::IdentifierCheck;
  const policy::AuthenticationFacts& found = session.authentication;
  IdentifierCheck check = IdentifierCheck::failed;
  if (found.spf == auth::SpfOutcome::pass) check = IdentifierCheck::passed;
  if (found.spf == auth::SpfOutcome::temperror) check = IdentifierCheck::temporary_error;
  return {check, found.spf_domain};
}

auth::DmarcIdentifier dkim_identifier(const auth::SignatureVerdict& signature) {
  using auth::IdentifierCheck;
  IdentifierCheck check = IdentifierCheck::failed;
  if (signature.result == auth::DkimResult::pass) check = IdentifierCheck::passed;
  if (signature.result == auth::DkimResult::temperror) check = IdentifierCheck::temporary_error;
  return {check, signature.domain};
}

// Of several authors (RFC 9989 §11.5) the one that speaks most against the message counts.
int severity(const auth::DmarcEvaluation& evaluation) {
  switch (evaluation.result) {
    case auth::DmarcResult::fail:
      return 4 + static_cast<int>(evaluation.disposition);
    case auth::DmarcResult::temperror:
      return 3;
    case auth::DmarcResult::permerror:
      return 2;
    case auth::DmarcResult::none:
      return 1;
    case auth::DmarcResult::pass:
      break;
  }
  return 0;
}

bool is_literal(std::string_view name) {
  return name.starts_with('[') || IpAddress::parse(name).has_value();
}

}  // namespace

// The provider's resolver at one moment, for several threads.
class Authenticator::Answers final : public dns::Resolver {
 public:
  Answers(Authenticator& authenticator, Instant now) : authenticator_(authenticator), now_(now) {}

  dns::Answer lookup(const dns::Question& question) override {
    const std::lock_guard lock(authenticator_.mutex_);
    authenticator_.resolver_.set_now(now_);
    dns::Answer answer = authenticator_.resolver_.lookup(question);
    asked_.push_back(authenticator_.resolver_.asked());
    return answer;
  }

  // What was asked since the last call.
  std::vector<dns::Asked> take_asked() { return std::exchange(asked_, {}); }

 private:
  Authenticator& authenticator_;
  Instant now_;
  std::vector<dns::Asked> asked_;
};

// Passes questions on and keeps account of them.
class Authenticator::Questions final : public dns::Resolver {
 public:
  explicit Questions(dns::Resolver* resolver) : resolver_(*resolver) {}
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  dns::Answer lookup(const dns::Question& question) override {
    dns::Answer answer = resolver_.lookup(question);
    cost_ += answer.cost;
    ttl_s_ = std::min(ttl_s_, answer.ttl_s());
    if (question.type == dns::Type::txt && !names_local_part_) {
      for (const std::string& text : answer.texts()) names_local_part_ = names_local_part_ || mentions_local_part(text);
    }
    return answer;
  }

  Duration cost() const { return cost_; }
  Instant hold_until(Instant now) const { return later(now, std::chrono::seconds(ttl_s_)); }
  // An SPF macro may have brought the sender's local part into play, so nothing holds for the whole domain.
  bool names_local_part() const { return names_local_part_; }

 private:
  // %{l} and %{s} of RFC 7208 §7.2.
  static bool mentions_local_part(std::string_view text) {
    for (auto at = text.find("%{"); at != std::string_view::npos; at = text.find("%{", at + 2)) {
      const char letter = policy::to_lower(at + 2 < text.size() ? text[at + 2] : '\0');
      if (letter == 'l' || letter == 's') return true;
    }
    return false;
  }

  dns::Resolver& resolver_;
  Duration cost_{};
  std::uint32_t ttl_s_ = UINT32_MAX;
  bool names_local_part_ = false;
};

namespace {

NameStatus mail_status(dns::Resolver& resolver, std::string_view domain) {
  dns::MxLookup lookup(domain);
  while (const auto question = lookup.next_question()) lookup.answer(resolver.lookup(*question));
  switch (lookup.result().status) {
    case dns::MxStatus::ok:
      return NameStatus::resolves;
    case dns::MxStatus::no_domain:
    case dns::MxStatus::no_mail:
      return NameStatus::unknown;
    case dns::MxStatus::temporary:
      break;
  }
  return NameStatus::temporary_error;
}

NameStatus host_status(dns::Resolver& resolver, const std::string& name) {
  if (is_literal(name)) return NameStatus::resolves;
  bool temporary = false;
  for (const dns::Type type : {dns::Type::a, dns::Type::aaaa}) {
    const dns::Answer answer = resolver.lookup({name, type});
    if (answer.holds(type)) return NameStatus::resolves;
    temporary = temporary || answer.temporary();
  }
  return temporary ? NameStatus::temporary_error : NameStatus::unknown;
}

}  // namespace

Authenticator::Authenticator(const dns::Zones& zones, std::string region, const AuthPolicy& policy,
                             const BlockLists& lists, Draw draw, std::string_view entity)
    : policy_(policy),
      lists_(lists),
      pct_lots_(draw.lots(entity, "dmarc pct")),
      networks_(verdicts_max),
      envelopes_(verdicts_max),
      spf_verdicts_(verdicts_max),
      resolver_(zones, std::move(region)),
      contents_(verdicts_max),
      signatures_(verdicts_max) {}

std::size_t Authenticator::size() const {
  const std::lock_guard lock(mutex_);
  return resolver_.size() + networks_.size() + envelopes_.size() + spf_verdicts_.size() + contents_.size() +
         signatures_.size();
}

Duration Authenticator::connect(Instant now, Session& session) {
  const std::uint64_t key = session.client_ip.hash();
  Duration cost{};
  NetworkVerdict* known = networks_.find(key);
  if (known != nullptr && (now < known->grounds.expires || renew(now, known->grounds, cost))) {
    session.network = known->facts;
    return cost;
  }
  Answers answers(*this, now);
  Questions questions(&answers);
  judge_network(session.client_ip, session.network, questions);
  const Instant holds = questions.hold_until(now);
  if (holds > now) networks_.put(key, {session.network, {holds, answers.take_asked()}});
  return cost + questions.cost();
}

bool Authenticator::renew(Instant now, Grounds& grounds, Duration& cost) {
  const std::lock_guard lock(mutex_);
  return renew_locked(now, grounds, cost);
}

// The same, by whoever has the lock.
bool Authenticator::renew_locked(Instant now, Grounds& grounds, Duration& cost) {
  if (grounds.asked.empty()) return false;
  resolver_.set_now(now);
  const auto renewal = resolver_.ask_again(grounds.asked, cost);
  if (renewal) grounds.expires = later(now, std::chrono::seconds(renewal->ttl_s));
  return renewal.has_value();
}

void Authenticator::judge_network(const IpAddress& client, policy::NetworkFacts& facts, Questions& questions) {
  auth::IprevResult iprev = auth::check_iprev(questions, client);
  facts.iprev = iprev.result;
  facts.reverse_name = std::move(iprev.name);
  facts.listing = look_up(questions, lists_.addresses, client);
}

policy::ListingFacts Authenticator::look_up_links(Instant now, const std::vector<std::string>& domains,
                                                  Duration& cost) {
  policy::ListingFacts found;
  if (lists_.domains.empty()) return found;
  Answers answers(*this, now);
  Questions questions(&answers);
  for (const std::string& domain : domains) {
    found = look_up(questions, lists_.domains, domain);
    if (found.status == policy::Listing::listed) break;
  }
  cost += questions.cost();
  return found;
}

Duration Authenticator::mail(Instant now, Session& session) {
  const std::uint64_t names = combine(helo_.of(session.helo), sender_domain_.of(envelope_domain(session)));
  const std::uint64_t key = envelope_key(session, names);
  EnvelopeFacts& facts = session.authentication;
  Duration cost{};
  if (EnvelopeVerdict* known = envelopes_.find(key); known != nullptr) {
    const bool holds = now < known->grounds.expires;
    if (holds || renew(now, known->grounds, cost)) {
      facts = known->facts;
      facts.spf_remembered = holds;
      return cost;
    }
  }
  Answers answers(*this, now);
  Questions questions(&answers);
  EnvelopeVerdict verdict = judge_envelope(now, session, questions);
  verdict.facts.key = key;
  facts = verdict.facts;
  // Of what a provider keeps longer than the DNS says, answers do not tell how long it holds.
  if (policy_.spf_cache == Duration{}) verdict.grounds.asked = answers.take_asked();
  if (verdict.grounds.expires > now) envelopes_.put(key, std::move(verdict));
  return cost + questions.cost();
}

Authenticator::EnvelopeVerdict Authenticator::judge_envelope(Instant now, const Session& session,
                                                             Questions& questions) {
  EnvelopeVerdict verdict;
  EnvelopeFacts& facts = verdict.facts;
  const Instant spf_holds = judge_spf(now, session, facts, questions);
  Questions names(&questions);
  if (!session.mail_from.empty()) {
    const auth::SpfIdentity identity{session.helo, session.mail_from, session.client_ip};
    facts.spf_helo =
        check_spf_helo(names, identity, {.receiver = session.mx_host, .now = now, .explain = false}).result;
  }
  const std::string_view domain = envelope_domain(session);
  if (policy_.identity.spf_null != policy::AuthAction::accept && !domain.empty()) {
    facts.spf_null = auth::sends_no_mail(names, domain);
  }
  if (!domain.empty()) facts.domain_listing = look_up(names, lists_.domains, domain);
  // An address literal (RFC 5321 §4.1.3) is no name.
  if (!session.helo.starts_with('[')) facts.helo_listing = look_up(names, lists_.helo, session.helo);
  if (policy_.sender_domain_must_resolve && !session.mail_from.empty()) {
    facts.sender_domain = mail_status(names, domain);
  }
  if (policy_.helo_must_resolve) facts.helo_name = host_status(names, session.helo);
  verdict.grounds.expires = std::min(spf_holds, names.hold_until(now));
  return verdict;
}

// Returns how long the result holds.
Instant Authenticator::judge_spf(Instant now, const Session& session, EnvelopeFacts& facts, Questions& questions) {
  const bool keeps = policy_.spf_cache > Duration{};
  if (keeps) {
    const SpfVerdict* known = spf_verdicts_.find(spf_key(session));
    if (known != nullptr && now < known->expires) {
      facts.spf = known->result;
      facts.spf_domain = known->domain;
      facts.spf_remembered = true;
      return known->expires;
    }
  }
  Questions asked(&questions);
  const auth::SpfIdentity identity{session.helo, session.mail_from, session.client_ip};
  auth::SpfResult spf = auth::check_spf(asked, identity, {.receiver = session.mx_host, .now = now, .explain = false});
  facts.spf = spf.result;
  facts.spf_domain = std::move(spf.domain);
  if (asked.names_local_part() || facts.spf == auth::SpfOutcome::temperror) return now;
  if (!keeps) return asked.hold_until(now);
  const Instant expires = later(now, policy_.spf_cache);
  spf_verdicts_.put(spf_key(session), {facts.spf, facts.spf_domain, expires});
  return expires;
}

Duration Authenticator::data(Instant now, Session& session, const MessageFacts& message) {
  ContentFacts& facts = session.authentication;
  const bool may_remember = message.content_key != 0;
  const int draw = pct_draw(message);
  // Most domains have no pct, and then the lot does not matter.
  const std::uint64_t any_lot = may_remember ? content_key(session, message) : 0;
  const std::uint64_t own_lot = combine(any_lot, static_cast<std::uint64_t>(draw));
  Duration cost{};
  if (may_remember) {
    if (recall_content(now, any_lot, facts) || recall_content(now, own_lot, facts)) return {};
    if (renew_content(now, any_lot, message, facts, cost) || renew_content(now, own_lot, message, facts, cost)) {
      return cost;
    }
  }
  Answers answers(*this, now);
  Questions questions(&answers);
  const Judged judged = judge_content(now, session, message, draw, answers, questions);
  const Instant holds = std::min(questions.hold_until(now), judged.signatures_hold);
  if (may_remember && holds > now) {
    const std::lock_guard lock(mutex_);
    contents_.put(judged.by_lot ? own_lot : any_lot, {facts, {holds, answers.take_asked()}, judged.signatures});
  }
  return cost + questions.cost();
}

bool Authenticator::recall_content(Instant now, std::uint64_t key, ContentFacts& facts) {
  const std::lock_guard lock(mutex_);
  const ContentVerdict* known = contents_.find(key);
  if (known == nullptr || now >= known->grounds.expires) return false;
  facts = known->facts;
  return true;
}

bool Authenticator::renew_content(Instant now, std::uint64_t key, const MessageFacts& message, ContentFacts& facts,
                                  Duration& cost) {
  const std::lock_guard lock(mutex_);
  ContentVerdict* known = contents_.find(key);
  SignatureVerdicts* found = signatures_.find(message.content_key);
  if (known == nullptr || found == nullptr) return false;
  if (now >= found->grounds.expires && !renew_locked(now, found->grounds, cost)) return false;
  if (found->number != known->signatures || !renew_locked(now, known->grounds, cost)) return false;
  known->grounds.expires = std::min(known->grounds.expires, found->grounds.expires);
  facts = known->facts;
  return true;
}

std::unique_ptr<Authenticator::Verifiers> Authenticator::take_verifiers() {
  const std::lock_guard lock(mutex_);
  if (idle_verifiers_.empty()) return std::make_unique<Verifiers>();
  auto verifiers = std::move(idle_verifiers_.back());
  idle_verifiers_.pop_back();
  return verifiers;
}

Authenticator::SignatureVerdicts Authenticator::verify(Instant now, std::string_view message, Answers& answers,
                                                       Questions& questions) {
  SignatureVerdicts found;
  auto verifiers = take_verifiers();
  found.dkim = verifiers->dkim.verify(message, questions, now);
  if (policy_.arc_trusts_anybody || !policy_.arc_trusted.empty()) {
    found.arc = verifiers->arc.verify(message, questions, now);
    found.arc_vouches = vouches(found.arc, message);
  }
  found.grounds = {questions.hold_until(now), answers.take_asked()};
  // Once its time is over a signature does not hold any more, whatever the DNS says.
  if (found.dkim.expires || found.arc.result != auth::ArcResult::none) found.grounds.asked.clear();
  const std::lock_guard lock(mutex_);
  found.number = ++signatures_found_;
  idle_verifiers_.push_back(std::move(verifiers));
  return found;
}

Authenticator::SignatureVerdicts Authenticator::check_signatures(Instant now, const MessageFacts& message,
                                                                 Answers& answers, Questions& questions) {
  const std::uint64_t key = message.content_key;
  if (key != 0) {
    const std::lock_guard lock(mutex_);
    const SignatureVerdicts* known = signatures_.find(key);
    if (known != nullptr && now < known->grounds.expires) return *known;
  }
  // Of its own, so that it is known how long the keys hold, whatever is asked besides.
  Questions about_keys(&questions);
  SignatureVerdicts found = verify(now, message.content, answers, about_keys);
  if (key != 0 && found.grounds.expires > now) {
    const std::lock_guard lock(mutex_);
    signatures_.put(key, found);
  }
  return found;
}

Authenticator::Judged Authenticator::judge_content(Instant now, Session& session, const MessageFacts& message, int draw,
                                                   Answers& answers, Questions& questions) {
  ContentFacts& facts = session.authentication;
  const SignatureVerdicts found = check_signatures(now, message, answers, questions);
  facts.dkim = found.dkim.result();
  facts.arc = found.arc.result;
  facts.arc_vouches = found.arc_vouches;
  const bool by_lot = judge_author(session, message, found.dkim, draw, questions);
  facts.results_field =
      authentication_field(policy_.authserv_id.empty() ? std::string_view(session.mx_host) : policy_.authserv_id,
                           session, found.dkim, found.arc);
  return {found.grounds.expires, found.number, by_lot};
}

bool Authenticator::judge_author(Session& session, const MessageFacts& message, const auth::DkimOutcome& dkim, int draw,
                                 Questions& questions) {
  ContentFacts& facts = session.authentication;
  auth::DmarcInput input{.author_domain = {}, .spf = spf_identifier(session), .dkim = {}};
  for (const auth::SignatureVerdict& signature : dkim.signatures) {
    input.dkim.push_back(dkim_identifier(signature));
    facts.signatures.push_back({signature.result, signature.domain, signature.selector, false});
  }
  std::vector<std::string> authors;
  if (message.content.empty()) {
    if (!message.header_from_domain.empty()) authors.push_back(message.header_from_domain);
  } else {
    auth::FromHeader from = auth::read_from_header(message.content);
    facts.from_fault = from.fault;
    authors = std::move(from.domains);
  }
  facts.dmarc = auth::DmarcResult::permerror;  // nobody to ask about
  int worst = -1;
  bool by_lot = false;
  for (const std::string& author : authors) {
    input.author_domain = author;
    const auth::DmarcEvaluation found =
        auth::evaluate_dmarc(questions, input, {.method = policy_.org_domain, .pct_draw = draw});
    by_lot = by_lot || (found.record != nullptr && found.record->pct < 100);
    if (severity(found) <= worst) continue;
    worst = severity(found);
    facts.author_domain = found.author_domain;
    facts.dmarc = found.result;
    facts.disposition = found.disposition;
    facts.dmarc_published = found.record != nullptr;
    facts.spf_aligned = found.spf_aligned;
    facts.dkim_aligned = found.dkim_aligned;
    // Without a policy nobody looked.
    for (std::size_t i = 0; i < facts.signatures.size(); ++i) {
      facts.signatures[i].aligned = i < found.dkim.size() && found.dkim[i].aligned;
    }
  }
  return by_lot;
}

// RFC 8617 §7.2.1: who trusts all who sealed may take their word for how the message came to the first of them.
bool Authenticator::vouches(const auth::ArcOutcome& arc, std::string_view message) const {
  if (arc.result != auth::ArcResult::pass || arc.seals.empty()) return false;
  const auto is_trusted = [this](const auth::ArcSealVerdict& seal) {
    return policy_.arc_trusts_anybody ||
           std::any_of(policy_.arc_trusted.begin(), policy_.arc_trusted.end(),
                       [&](const std::string& domain) { return dns::is_within(seal.domain, domain); });
  };
  if (!std::all_of(arc.seals.begin(), arc.seals.end(), is_trusted)) return false;

  auth::HeaderFields header;
  header.assign(message);
  const auth::ArcChain chain = auth::collect_arc_chain(header);
  if (chain.sets.empty() || chain.sets.front().results == nullptr) return false;
  // "i=1; authserv-id; …"
  const std::string_view value = chain.sets.front().results->value;
  const auto results =
      auth::parse_authentication_results(value.substr(std::min(value.find(';'), value.size() - 1) + 1));
  if (!results) return false;
  const auto passes = [&](std::string_view name) {
    return std::any_of(results->methods.begin(), results->methods.end(), [&](const auth::AuthenticationMethod& method) {
      return method.method == name && method.result == "pass";
    });
  };
  return passes("dmarc");
}

// RFC 7489 §6.6.4; the same message draws the same lot each time it comes.
int Authenticator::pct_draw(const MessageFacts& message) const {
  if (policy_.org_domain != auth::DmarcMethod::public_suffix_list) return 0;
  const std::uint64_t id = combine(stable_hash(message.message_id), message.rig_id);
  return static_cast<int>(below(pct_lots_.bits(id), 100));
}

}  // namespace mailrig::receiver
