#include "fakes/receiver/receiver.h"

#include <optional>
#include <utility>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"
#include "fakes/policy/chain.h"
#include "fakes/policy/expiring_table.h"
#include "fakes/policy/recipient_command.h"
#include "fakes/policy/reply_template.h"
#include "fakes/receiver/authenticator.h"
#include "fakes/receiver/content_reader.h"
#include "fakes/receiver/policies.h"

namespace mailrig::receiver {

using policy::Copy;
using policy::DataVerdict;
using policy::Disposition;
using policy::Event;
using policy::MailFacts;
using policy::MessageFacts;
using policy::Phase;
using policy::Recipient;
using policy::RecipientCommands;
using policy::ReplyContext;
using policy::ReplyTemplate;
using policy::Session;
using policy::Verdict;

namespace {

// Everything that reply texts may mention.
class Context {
 public:
  Context(Instant now, const Session& session, const MessageFacts* message, std::uint64_t token) {
    context_.now = now;
    context_.ip = session.client_ip;
    context_.from = session.mail_from;
    context_.helo = session.helo;
    context_.host = session.mx_host;
    context_.token = token;
    context_.spf_passes = session.authentication.spf == auth::SpfOutcome::pass;
    context_.dkim_passes = session.authentication.dkim == auth::DkimResult::pass;
    context_.dmarc_passes = session.authentication.dmarc == auth::DmarcResult::pass;
    const policy::ListingFacts& listing = listed(session);
    context_.list = listing.list;
    context_.list_reason = listing.reason;
    for (const policy::SignatureFacts& signature : session.authentication.signatures) {
      if (signature.result == auth::DkimResult::pass && context_.dkim_domain.empty()) {
        context_.dkim_domain = signature.domain;
      }
    }
    if (!session.recipients.empty()) context_.rcpt = session.recipients.front().address;
    if (message != nullptr) {
      context_.header_domain = message->header_from_domain;
      context_.message_id = message->message_id;
      context_.bytes = message->size;
    }
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const ReplyContext& for_recipient(std::string_view address) {
    context_.rcpt = address;
    return context_;
  }
  const ReplyContext& get() const { return context_; }

 private:
  // The client's address comes before names.
  static const policy::ListingFacts& listed(const Session& session) {
    const policy::ListingFacts& client = session.network.listing;
    const policy::ListingFacts& helo = session.authentication.helo_listing;
    const policy::ListingFacts& domain = session.authentication.domain_listing;
    if (client.status == policy::Listing::listed) return client;
    if (helo.status == policy::Listing::listed) return helo;
    return domain.status == policy::Listing::listed ? domain : session.content.link_listing;
  }

  ReplyContext context_;
};

// What a verdict on a message followed from; null where it is not known.
struct Why {
  const policy::Placement* placement = nullptr;
  const policy::Recollection* remembered = nullptr;
};

}  // namespace

struct Receiver::State {
  State(std::string name_, Profile profile_, Mailboxes mailboxes_, Draw draw_, Observer* observer_,
        const dns::Zones* zones, std::string region)
      : name(std::move(name_)),
        profile(std::move(profile_)),
        mailboxes(std::move(mailboxes_)),
        tokens(draw_.lots(name, "session token")),
        observer(observer_),
        reader(profile),
        authenticator(make_authenticator(zones, std::move(region), draw_)),
        policies(make_policies(profile, mailboxes, conditions, authenticator != nullptr, draw_, name)),
        chain(policies.chain),
        banner(&profile.replies.reply("banner")),
        helo_ok(&profile.replies.reply("helo_ok")),
        mail_ok(&profile.replies.reply("mail_ok")),
        rcpt_ok(&profile.replies.reply("rcpt_ok")),
        accepted(&profile.replies.reply("accepted")),
        timeout(&profile.replies.reply("timeout")) {}

  const std::string name;
  const Profile profile;
  const Mailboxes mailboxes;
  policy::Conditions conditions;
  const Draw::Lots tokens;
  Observer* const observer;
  ContentReader reader;
  const std::unique_ptr<Authenticator> authenticator;  // null: nothing is judged
  Policies policies;
  policy::Chain& chain;  // of these
  const ReplyTemplate *const banner, *const helo_ok, *const mail_ok, *const rcpt_ok, *const accepted, *const timeout;
  std::uint32_t sessions = 0;
  policy::ExpiringTable<char> cut_before;   // by message and recipient of +dropstored
  std::vector<Recipient> spare_recipients;  // their strings are used again, so that accepting does not allocate

  std::unique_ptr<Authenticator> make_authenticator(const dns::Zones* zones, std::string region, Draw draw) const {
    if (zones == nullptr || profile.kind == Profile::Kind::sink || !profile.auth_policy.judge) return nullptr;
    return std::make_unique<Authenticator>(*zones, std::move(region), profile.auth_policy, profile.network.lists, draw,
                                           name);
  }

  // Every transaction of a session shows another token, as queue ids do.
  std::uint64_t token(const Session& session) const { return tokens.bits(session.sequence, session.messages); }

  // Goes forward, once `spent` and whatever slows the server down have gone by.
  Verdict accept(const ReplyTemplate* reply, Phase phase, Duration spent) const {
    return {reply, Event::accepted, phase, {}, spent + conditions.slow, false};
  }

  // The same for an objection. Of several wordings one is said, the same one for as long as the session stands where it
  // stands.
  void refuse(const Session& session, Verdict& refusal, Duration spent) const {
    refusal.reply = &refusal.reply->drawn(token(session));
    refusal.close = refusal.close || refusal.reply->close;
    refusal.delay += spent + conditions.slow;
  }

  void refused_session(Instant now, const Session& session, const Verdict& verdict) const {
    if (observer == nullptr) return;
    const Context context(now, session, nullptr, token(session));
    const auto remembered = recall_refused(now, session, verdict);
    observer->session_refused({now, session, verdict, context.get(), remembered ? &*remembered : nullptr});
  }

  // What a refusal followed from that was spoken before there is a message.
  std::optional<policy::Recollection> recall_refused(Instant now, const Session& session,
                                                     const Verdict& verdict) const {
    if (!observer->asks_why() || !can_be_asked_again(verdict.event)) return std::nullopt;
    return chain.recall(now, session, nullptr);
  }

  void forget_transaction(Session& session) {
    session.in_transaction = false;
    session.held_in_transaction.clear();
    session.mail_from.clear();
    session.authentication.forget();
    session.content.forget();
    clear_recipients(session);
  }

  void clear_recipients(Session& session) {
    for (Recipient& recipient : session.recipients) spare_recipients.push_back(std::move(recipient));
    session.recipients.clear();
  }

  Recipient take_recipient(std::string_view address) {
    Recipient recipient;
    if (!spare_recipients.empty()) {
      recipient = std::move(spare_recipients.back());
      spare_recipients.pop_back();
    }
    policy::assign_recipient(recipient, address);
    return recipient;
  }

  // One verdict for every recipient that RCPT accepted.
  void tell_all(Instant now, const Session& session, const MessageFacts* message, const Verdict& verdict,
                const std::vector<Copy>& copies, const Why& why = {}) const {
    if (observer == nullptr) return;
    Context context(now, session, message, token(session));
    for (std::size_t i = 0; i < session.recipients.size(); ++i) {
      const std::string& address = session.recipients[i].address;
      const Copy copy = copies.empty() ? Copy{} : copies[i];
      const Disposition disposition = copy.disposition;
      Verdict own = verdict;
      if (verdict.event == Event::accepted && disposition == Disposition::discard) own.event = Event::discarded;
      if (message != nullptr && (disposition == Disposition::store || disposition == Disposition::drop_stored)) {
        observer->stored(now, session, address, *message, copy.spam);
      }
      std::optional<policy::Placement> placement;
      if (why.placement != nullptr) {
        placement = *why.placement;
        placement->spam = copy.spam;
        placement->reason = copy.because;
      }
      observer->recipient_verdict({now, session, address, message, own, context.for_recipient(address), disposition,
                                   placement ? &*placement : nullptr, why.remembered});
    }
  }

  // +dropstored cuts a message's first attempt only: the second is taken and makes the classic duplicate.
  bool first_attempt(Instant now, const Recipient& recipient, const MessageFacts& facts) {
    constexpr Duration remembered = std::chrono::hours(24 * 7);
    const std::uint64_t message = combine(stable_hash(facts.message_id), facts.rig_id);
    const auto row = cut_before.obtain(now, stable_hash(recipient.address, message));
    cut_before.keep_until(row, now + remembered);
    return std::exchange(cut_before.values(row).front(), char{1}) == 0;
  }

  // Address books bring mail to the inbox whatever the provider makes of it. But they list names, and a name says
  // something only while nobody else writes under it: where DMARC fails and the author's domain wants such mail kept
  // out of the inbox, providers do not let contacts and safe senders save it.
  bool is_let_in_by_contacts(const Session& session, const Recipient& recipient, const MessageFacts& facts) const {
    const policy::AuthenticationFacts& found = session.authentication;
    if (profile.auth_policy.dmarc_honoured && !found.arc_vouches && found.disposition != auth::DmarcPolicy::none) {
      return false;
    }
    return mailboxes.has_contact(recipient, facts.header_from_domain);
  }

  // What becomes of the copies of an accepted message that the policies want placed as `whole`: recipients have the
  // last word, by the commands in their addresses and by their address books.
  DataVerdict dispose(Instant now, const Session& session, const MessageFacts& facts, const policy::Placement& whole) {
    DataVerdict result;
    const bool sink = profile.kind == Profile::Kind::sink;
    bool drop = false;
    bool drop_stored = false;
    result.copies.reserve(session.recipients.size());
    for (const Recipient& recipient : session.recipients) {
      Disposition disposition = sink ? Disposition::discard : Disposition::store;
      std::optional<bool> wants_spam;
      if (!recipient.command.empty() && profile.has_mailboxes()) {
        const RecipientCommands commands = policy::parse_commands(recipient.command);
        if (commands.discard) disposition = Disposition::discard;
        if (commands.drop_stored && first_attempt(now, recipient, facts)) disposition = Disposition::drop_stored;
        if (commands.drop) disposition = Disposition::drop;
        // Nobody is told about what came from the null sender (RFC 5321 §6.1).
        if (commands.bounce) disposition = session.mail_from.empty() ? Disposition::discard : Disposition::bounce;
        wants_spam = commands.spam;
        // In the spam folder there would be nothing to complain about.
        if (commands.complain && !wants_spam) wants_spam = false;
      }
      if (!wants_spam && whole.spam && is_let_in_by_contacts(session, recipient, facts)) wants_spam = false;
      policy::Placement own = whole;
      if (wants_spam) own.as_recipient_wants(*wants_spam);
      drop = drop || disposition == Disposition::drop;
      drop_stored = drop_stored || disposition == Disposition::drop_stored;
      result.copies.push_back({disposition, own.spam, own.reason});
    }
    result.cut = drop || drop_stored;
    if (!result.cut) return result;
    // A cut is one for the whole transaction. Copies that command nothing share its fate, and nothing stored wins.
    for (Copy& copy : result.copies) {
      if (copy.disposition == Disposition::store)
        copy.disposition = drop ? Disposition::drop : Disposition::drop_stored;
    }
    return result;
  }
};

Receiver::Receiver(std::string name, Profile profile, Mailboxes mailboxes, Draw draw, Observer* observer,
                   const dns::Zones* zones, std::string region)
    : state_(std::make_unique<State>(std::move(name), std::move(profile), std::move(mailboxes), draw, observer, zones,
                                     std::move(region))) {}
Receiver::~Receiver() = default;

void Receiver::add(std::unique_ptr<policy::Policy> policy) {
  state_->chain.add(std::move(policy));
}

const std::string& Receiver::name() const {
  return state_->name;
}
const Profile& Receiver::profile() const {
  return state_->profile;
}
void Receiver::remember(Instant now, const policy::KnownSender& sender) {
  if (state_->policies.reputation != nullptr) state_->policies.reputation->remember(now, sender);
}

void Receiver::read(Instant now, const policy::SenderKeys& sender, policy::Reputation::Reading reading) {
  if (state_->policies.reputation != nullptr) state_->policies.reputation->read(now, sender, reading);
}

void Receiver::set_conditions(const policy::Conditions& conditions) {
  state_->conditions = conditions;
}
const policy::Conditions& Receiver::conditions() const {
  return state_->conditions;
}
bool Receiver::offers_starttls() const {
  return state_->conditions.tls && state_->profile.offers_starttls();
}

smtp::ServerConfig Receiver::server_config(std::string_view mx_host, std::optional<IpAddress> client_ip) const {
  const Profile& profile = state_->profile;
  ReplyContext context;
  context.host = mx_host;
  context.ip = client_ip;
  const auto reply = [&](std::string_view key) { return profile.replies.reply(key).render(context); };

  smtp::ServerConfig config;
  config.host_name = mx_host;
  config.ehlo_greeting = policy::fill_placeholders(profile.ehlo_first, context);
  config.extensions = profile.ehlo;
  config.starttls = offers_starttls();
  if (!config.starttls) std::erase(config.extensions, "STARTTLS");
  // The engine only guards memory: a message somewhat over the limit still reaches the policy, which refuses it in the
  // profile's phase and is seen doing so.
  if (profile.limits.size_bytes > 0) config.message_bytes_max = 2 * profile.limits.size_bytes;
  if (profile.limits.rcpts_per_message >= config.recipients_max) {
    config.recipients_max = profile.limits.rcpts_per_message + 1;
  }
  config.errors_max = static_cast<int>(profile.limits.errors_per_session);
  config.command_timeout = profile.limits.command_timeout;
  config.session_timeout = profile.limits.session_timeout;
  config.too_many_errors = reply("protocol_abuse");
  config.timeout = reply("timeout");
  config.too_large = reply("too_large");
  config.data_go_ahead = reply("data_go");
  config.bad_recipient = reply("syntax_error");
  return config;
}

Verdict Receiver::connect(Instant now, Session& session) {
  session.sequence = ++state_->sessions;
  session.greeted = false;
  session.messages = 0;
  session.recipients_accepted = 0;
  session.network = {};
  session.helo.clear();
  session.held.clear();
  state_->forget_transaction(session);
  if (state_->observer != nullptr) state_->observer->session_opened(now, session);
  const Duration delay = state_->authenticator ? state_->authenticator->connect(now, session) : Duration{};
  if (auto refusal = state_->chain.connect(now, session)) {
    state_->refuse(session, *refusal, delay);
    refusal->close = true;
    state_->refused_session(now, session, *refusal);
    return *refusal;
  }
  session.greeted = true;
  return state_->accept(state_->banner, Phase::connect, delay);
}

Verdict Receiver::helo(Instant now, Session& session, std::string_view name) {
  state_->forget_transaction(session);
  session.helo.assign(name);
  if (auto refusal = state_->chain.helo(now, session, name)) {
    state_->refuse(session, *refusal, {});
    state_->refused_session(now, session, *refusal);
    return *refusal;
  }
  return state_->accept(state_->helo_ok, Phase::helo, {});
}

Verdict Receiver::mail(Instant now, Session& session, const MailFacts& facts) {
  state_->forget_transaction(session);
  session.mail_from.assign(facts.from);
  const Duration delay = state_->authenticator ? state_->authenticator->mail(now, session) : Duration{};
  if (auto refusal = state_->chain.mail(now, session, facts)) {
    state_->refuse(session, *refusal, delay);
    state_->refused_session(now, session, *refusal);
    return *refusal;
  }
  session.in_transaction = true;
  ++session.messages;
  return state_->accept(state_->mail_ok, Phase::mail, delay);
}

Verdict Receiver::rcpt(Instant now, Session& session, std::string_view address) {
  Recipient candidate = state_->take_recipient(address);
  const bool commanded = !candidate.command.empty() && state_->profile.has_mailboxes();
  const Duration delay = commanded ? policy::parse_commands(candidate.command).delay : Duration{};
  if (auto refusal = state_->chain.rcpt(now, session, candidate)) {
    state_->refuse(session, *refusal, delay);
    state_->spare_recipients.push_back(std::move(candidate));
    if (state_->observer != nullptr) {
      Context context(now, session, nullptr, state_->token(session));
      const auto remembered = state_->recall_refused(now, session, *refusal);
      state_->observer->recipient_verdict({now, session, address, nullptr, *refusal, context.for_recipient(address),
                                           Disposition::discard, nullptr, remembered ? &*remembered : nullptr});
    }
    return *refusal;
  }
  session.recipients.push_back(std::move(candidate));
  ++session.recipients_accepted;
  return state_->accept(state_->rcpt_ok, Phase::rcpt, delay);
}

DataVerdict Receiver::data(Instant now, Session& session, const MessageFacts& facts) {
  const Duration judging = judge(now, session, facts);
  return decide(now, session, facts, judging);
}

Duration Receiver::judge(Instant now, Session& session, const MessageFacts& facts) const {
  Duration cost{};
  if (state_->authenticator) cost += state_->authenticator->data(now, session, facts);
  if (!state_->reader.wanted()) return cost;
  ContentReader::Found found = state_->reader.read(facts);
  session.content = found.traits;
  if (state_->authenticator && !found.link_domains.empty()) {
    session.content.link_listing = state_->authenticator->look_up_links(now, found.link_domains, cost);
  }
  return cost;
}

DataVerdict Receiver::decide(Instant now, Session& session, const MessageFacts& facts, Duration judging) {
  session.in_transaction = false;
  Why why;
  std::optional<policy::Recollection> remembered;
  if (state_->observer != nullptr && state_->observer->asks_why()) {
    why.remembered = &remembered.emplace(state_->chain.recall(now, session, &facts));
  }
  if (auto refusal = state_->chain.data(now, session, facts)) {
    state_->refuse(session, *refusal, judging);
    DataVerdict result{*refusal, false, std::vector<Copy>(session.recipients.size())};
    state_->tell_all(now, session, &facts, result.verdict, result.copies, why);
    return result;
  }
  const policy::Placement placement = state_->chain.place(now, session, facts);
  why.placement = &placement;
  DataVerdict result = state_->dispose(now, session, facts, placement);
  if (result.cut) {
    result.verdict = {state_->timeout, Event::timeout, Phase::data, {}, judging + state_->conditions.slow, true};
  } else {
    result.verdict = state_->accept(state_->accepted, Phase::data, judging);
    state_->chain.accepted(now, session, facts);
  }
  state_->tell_all(now, session, &facts, result.verdict, result.copies, why);
  return result;
}

void Receiver::reset(Session& session) {
  state_->forget_transaction(session);
}

void Receiver::disconnected(Instant now, Session& session) {
  if (session.in_transaction) {
    const Verdict verdict{state_->timeout, Event::timeout, Phase::data, {}, {}, true};
    state_->tell_all(now, session, nullptr, verdict, {});
  }
  state_->chain.disconnected(now, session);
  if (state_->observer != nullptr) state_->observer->session_closed(now, session);
  state_->forget_transaction(session);
}

smtp::Reply Receiver::render(Instant now, const Session& session, const Verdict& verdict, std::string_view recipient,
                             const MessageFacts* message) const {
  CHECK(verdict.reply != nullptr);
  Context context(now, session, message, state_->token(session));
  return verdict.reply->render(recipient.empty() ? context.get() : context.for_recipient(recipient));
}

}  // namespace mailrig::receiver
