#include "sim/rehearsal/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/key_record.h"
#include "fakes/base/check.h"
#include "fakes/smtp/server_session.h"

namespace mailrig::rehearsal {
namespace {

// A Monday morning.
const Instant curtain = *parse_rfc3339("2026-03-02T08:00:00Z");

const auth::PrivateKey& stage_key() {
  static const auth::PrivateKey key = auth::PrivateKey::generate_ed25519();
  return key;
}

template <class T>
void must(const Result<T>& result) {
  CHECK(result.has_value());
}

}  // namespace

// One connection: bytes to the engine, its events to the receiver, and what is said written down.
class Stage::Conversation {
 public:
  Conversation(Stage& stage, const Client& client) : stage_(stage) {
    session_.client_ip = IpAddress::parse(client.ip).value();
    const receiver::Profile& profile = stage_.receiver().profile();
    session_.mx_host = profile.mx.empty() ? "mx.isp.example" : profile.mx.front().host;
    session_.opened = stage_.now();
    engine_.emplace(stage_.receiver().server_config(session_.mx_host, session_.client_ip));
    engine_->start(stage_.now());
    work();
  }
  ~Conversation() { hang_up(); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  bool over() const { return engine_->finished(); }
  void say(std::string_view line) {
    if (over()) return;
    engine_->receive(stage_.now(), std::string(line) + "\r\n");
    work();
  }
  void expire() {
    stage_.now_ = std::max(stage_.now_, engine_->deadline());
    engine_->expire(stage_.now_);
    work();
  }
  void hang_up() {
    if (!open_) return;
    open_ = false;
    stage_.receiver().disconnected(stage_.now(), session_);
  }
  // Whether the last reply goes forward.
  bool positive() const { return !heard.empty() && (heard.back().text[0] == '2' || heard.back().text[0] == '3'); }

  std::vector<Heard> heard;

 private:
  Stage& stage_;
  policy::Session session_;
  std::optional<smtp::ServerSession> engine_;
  bool open_ = false;

  void work() {
    for (;;) {
      while (const auto event = engine_->next_event()) decide(*event);
      if (engine_->output().empty()) return;
      // What the engine said by itself.
      heard.push_back({nullptr, policy::Phase::connect, std::string(engine_->output())});
      engine_->consume(engine_->output().size());
    }
  }

  void decide(const smtp::ServerEvent& event) {
    using Kind = smtp::ServerEvent::Kind;
    receiver::Receiver& receiver = stage_.receiver();
    const Instant now = stage_.now();
    switch (event.kind) {
      case Kind::connected:
        open_ = true;
        return answer(receiver.connect(now, session_));
      case Kind::helo:
        return answer(receiver.helo(now, session_, event.argument));
      case Kind::mail:
        return answer(receiver.mail(now, session_, {.from = event.argument, .declared_size = event.declared_size}));
      case Kind::rcpt:
        return answer(receiver.rcpt(now, session_, event.argument), event.argument);
      case Kind::message: {
        const policy::MessageFacts facts = policy::facts_of(event.content);
        const policy::DataVerdict judged = receiver.data(now, session_, facts);
        answer(judged.verdict, {}, &facts);
        heard.back().spam =
            std::any_of(judged.copies.begin(), judged.copies.end(), [](const policy::Copy& copy) { return copy.spam; });
        return;
      }
      case Kind::reset:
        return receiver.reset(session_);
      case Kind::start_tls:
        session_.tls = policy::TlsVersion::tls1_3;
        receiver.reset(session_);
        engine_->consume(engine_->output().size());
        return engine_->tls_started(now);
      case Kind::closed:
        return hang_up();
    }
  }

  void answer(const policy::Verdict& verdict, std::string_view recipient = {},
              const policy::MessageFacts* message = nullptr) {
    const std::size_t before = engine_->output().size();
    engine_->answer(stage_.now(),
                    {.reply = stage_.receiver().render(stage_.now(), session_, verdict, recipient, message),
                     .close = verdict.close});
    std::string said(engine_->output().substr(before));
    engine_->consume(engine_->output().size());
    heard.push_back({verdict.reply, verdict.phase, std::move(said)});
  }
};

Stage::Stage(receiver::Profile profile) : zones_({.outside = dns::Rcode::nxdomain}), now_(curtain) {
  zones_.add_reverse_zones();
  publish();
  for (const auto& list : profile.network.lists.addresses) must(zones_.add_zone(list));
  for (const auto& list : profile.network.lists.domains) {
    if (!zones_.encloses(list)) must(zones_.add_zone(list));
  }
  std::string name = profile.name;
  receiver_ = std::make_unique<receiver::Receiver>(std::move(name), std::move(profile), receiver::Mailboxes(Draw(1)),
                                                   Draw(1), nullptr, &zones_);
}

Stage::~Stage() = default;

void Stage::publish() {
  const auto add = [this](dns::Record record) { must(zones_.add(std::move(record))); };
  const auto address = [](std::string_view ip) { return IpAddress::parse(ip).value(); };
  const auto host = [&](const std::string& name, std::string_view ip) {
    add(dns::Record::address(name, address(ip)));
    must(zones_.add_ptr(address(ip), name));
  };
  for (const std::string_view domain :
       {shop, strict, wary, platform, bare, plain, silent, broken_spf, broken_dkim, broken_dmarc, broken}) {
    const std::string name(domain);
    must(zones_.add_zone(name));
    add(dns::Record::mx(name, 10, "mx." + name));
    add(dns::Record::address("mx." + name, address("198.18.1.1")));
    if (domain == bare) continue;
    add(dns::Record::txt(name, domain == silent ? "v=spf1 -all" : "v=spf1 ip4:198.18.2.0/24 -all"));
    add(dns::Record::txt("s1._domainkey." + name, auth::key_record_text(stage_key())));
    if (domain == plain) continue;
    const char* const wish = domain == strict ? "v=DMARC1; p=reject"
                             : domain == wary ? "v=DMARC1; p=quarantine"
                                              : "v=DMARC1; p=none";
    add(dns::Record::txt("_dmarc." + name, wish));
  }
  host("mta1.shop.example", shop_ip);
  host("mta.bare.example", stranger_ip);
  const auto fault = [this](std::string name, bool subtree = false) {
    const auto type = subtree ? std::nullopt : std::optional(dns::Type::txt);
    must(zones_.add_fault({.name = std::move(name), .type = type, .subtree = subtree, .cost = {}, .regions = {}}));
  };
  fault(std::string(broken_spf));
  fault("s1._domainkey." + std::string(broken_dkim));
  fault("_dmarc." + std::string(broken_dmarc));
  fault(std::string(broken), true);
}

std::string Stage::message(const Client& client) {
  std::string content;
  for (std::uint32_t i = 0; i < client.received_fields; ++i) {
    content += fmt::format("Received: from a{} by b{}; Mon, 02 Mar 2026 08:00:00 +0000\r\n", i, i);
  }
  content += client.from_field.empty() ? fmt::format("From: Shop <news@{}>\r\n", client.from_domain)
                                       : client.from_field + "\r\n";
  content += "To: jane@isp.example\r\nSubject: Your order\r\n";
  if (client.date) content += "Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n";
  if (client.message_id) content += fmt::format("Message-ID: <1@{}>\r\n", client.from_domain);
  content += client.more_header + "\r\n" + client.body;
  if (client.signed_by.empty()) return content;
  auto signer = auth::DkimSigner::make({.domain = client.signed_by, .selector = "s1", .key = stage_key()});
  CHECK(signer.has_value());
  std::string sealed = signer->sign(content, now_) + content;
  if (client.tampered) sealed += "One line more.\r\n";
  return sealed;
}

std::vector<Heard> Stage::talk(const Client& client, int messages) {
  Conversation conversation(*this, client);
  if (conversation.over()) return std::move(conversation.heard);
  conversation.say("EHLO " + client.helo);
  if (client.tls && receiver_->offers_starttls() && !conversation.over()) {
    conversation.say("STARTTLS");
    conversation.say("EHLO " + client.helo);
  }
  for (int i = 0; i < messages && !conversation.over(); ++i) {
    const std::string content = message(client);
    const auto& extensions = receiver_->profile().ehlo;
    const bool declares = std::any_of(extensions.begin(), extensions.end(),
                                      [](const std::string& line) { return line.starts_with("SIZE"); });
    conversation.say(fmt::format("MAIL FROM:<{}>{}", client.mail_from,
                                 declares ? fmt::format(" SIZE={}", content.size()) : std::string()));
    if (!conversation.positive()) continue;
    bool any = false;
    for (const std::string& recipient : client.recipients) {
      conversation.say("RCPT TO:<" + recipient + ">");
      any = any || conversation.positive();
    }
    if (!any || conversation.over()) {
      conversation.say("RSET");
      continue;
    }
    conversation.say("DATA");
    if (conversation.positive()) conversation.say(content + ".");
  }
  conversation.say("QUIT");
  return std::move(conversation.heard);
}

std::vector<Heard> Stage::hold(const Client& client) {
  held_.push_back(std::make_unique<Conversation>(*this, client));
  held_.back()->say("EHLO " + client.helo);
  return held_.back()->heard;
}

std::vector<Heard> Stage::babble(const Client& client) {
  Conversation conversation(*this, client);
  for (int i = 0; i < 1000 && !conversation.over(); ++i) conversation.say("WHAT?");
  return std::move(conversation.heard);
}

std::vector<Heard> Stage::stay_silent(const Client& client) {
  Conversation conversation(*this, client);
  conversation.expire();
  return std::move(conversation.heard);
}

}  // namespace mailrig::rehearsal
