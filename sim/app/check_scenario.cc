#include "sim/app/check_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fakes/auth/idna.h"
#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/message_checks.h"
#include "fakes/dns/mx_lookup.h"
#include "fakes/dns/resolver.h"
#include "sim/plan/mix.h"
#include "sim/world/message_signer.h"
#include "sim/world/world.h"

namespace mailrig::app {
namespace {

using diagnose::Findings;

// Who asks whether an address takes mail: an address of no sender (RFC 5737).
constexpr std::uint32_t visitor_ip = 0xc0000201;  // 192.0.2.1

// The receiver's permanent refusal of the address, in its words; empty when there is none.
std::string refusal_of(receiver::Receiver& receiver, const world::MxHost& host, Instant now,
                       const std::string& address) {
  policy::Session session;
  session.key = 1;
  session.client_ip = IpAddress::v4(visitor_ip);
  session.mx_host = host.name;
  session.opened = now;
  const auto words = [&](const policy::Verdict& verdict) {
    smtp::Reply reply = receiver.render(now, session, verdict, address);
    if (!reply.permanent()) return std::string();
    std::replace(reply.text.begin(), reply.text.end(), '\n', ' ');
    return fmt::format("{} {}", reply.code, reply.text);
  };
  std::string refusal;
  // The null reverse-path is what bounces come with, and everybody must take those.
  policy::Verdict verdict = receiver.connect(now, session);
  if (verdict.accepted()) verdict = receiver.helo(now, session, "mx.visitor.example");
  if (verdict.accepted()) verdict = receiver.mail(now, session, {});
  if (verdict.accepted()) {
    verdict = receiver.rcpt(now, session, address);
    refusal = verdict.accepted() ? std::string() : words(verdict);
  }
  receiver.reset(session);
  receiver.disconnected(now, session);
  return refusal;
}

class ScenarioCheck {
 public:
  ScenarioCheck(const scenario::Scenario& scenario, world::World& world, Instant now)
      : scenario_(scenario), world_(world), now_(now), resolver_(world.zones, now) {}

  void check_sender(std::size_t index) {
    const scenario::Sender& sender = scenario_.senders[index];
    diagnose::check_spf_record(resolver_, sender.domain, findings_);
    for (const world::SigningKey& key : world_.sender_keys.of(index)) {
      diagnose::check_dkim_keys(resolver_, key.signing.domain, {{key.signing.selector}, false}, findings_);
    }
    diagnose::check_dmarc_record(resolver_, sender.domain, findings_);
    diagnose::check_zone(resolver_, sender.domain, findings_);
    for (const IpAddress& ip : sender.ips) diagnose::check_sending_address(resolver_, ip, sender.helo, findings_);
  }

  // A1: people answer, and providers look.
  void check_reachable(const mail::Address& address, std::string_view role) {
    const auto domain = auth::to_a_labels(address.domain);
    if (!domain || !asked_.insert(address.to_string()).second) return;
    diagnose::check_mail_exchangers(resolver_, *domain, fmt::format("{} {}", role, address.to_string()), findings_);
    Duration cost{};
    for (const dns::MxTarget& target : dns::resolve_mx(world_.zones, now_, *domain, &cost).targets) {
      for (const IpAddress& ip : target.addresses) {
        const world::MxHost* host = world_.host(ip);
        if (host == nullptr) continue;
        const std::string refusal = refusal_of(*world_.receivers[host->receiver], *host, now_, address.to_string());
        if (!refusal.empty()) {
          findings_.error("mx-refuses", address.to_string(),
                          fmt::format("{}: {} answers {}", role, host->name, refusal),
                          "create this mailbox, or write from an address that takes mail");
        }
        return;  // one host speaks for all
      }
    }
  }

  void check_mail(const plan::Traffic& traffic, std::size_t entry) {
    const plan::PlannedMessage message = traffic.message(entry, 0, now_);
    const scenario::Mail& mail = scenario_.mail[message.mail];
    if (!sampled_.insert(mail.name).second) return;
    const scenario::Sender& sender = scenario_.senders[message.sender];
    std::string text = traffic.render(message);
    if (mail.sign) {
      world::MessageSigner signer(world_.sender_keys.of(message.sender));
      text = signer.sign(text, now_) + text;
    }
    diagnose::MessageSettings settings;
    settings.now = now_;
    settings.bulk = mail.kind == scenario::MailKind::marketing;
    settings.mail_from = message.mail_from;
    settings.helo = sender.helo;
    if (!sender.ips.empty()) settings.client_ip = sender.ips.front();
    Findings of_message;
    diagnose::check_message(text, settings, &resolver_, of_message);
    for (diagnose::Finding finding : of_message.all()) {
      finding.subject = fmt::format("mail {}: {}", mail.name, finding.subject);
      findings_.add(std::move(finding));
    }
    check_reachable(mail.from.address, "the From address");
    if (mail.reply_to) check_reachable(mail.reply_to->address, "the Reply-To address");
  }

  Findings take() { return std::move(findings_); }

 private:
  const scenario::Scenario& scenario_;
  world::World& world_;
  Instant now_;
  dns::ZoneResolver resolver_;
  Findings findings_;
  std::set<std::string> asked_;
  std::set<std::string> sampled_;
};

}  // namespace

Result<Findings> check_scenario(const scenario::Scenario& scenario, Duration at) {
  auto world = world::build_world(scenario, world::AddressRange::documentation, [](std::uint32_t) { return nullptr; });
  if (!world) return world.error();
  const auto traffic = plan::Traffic::create(scenario, world::receiver_domains(scenario));
  if (!traffic) return traffic.error();
  ScenarioCheck check(scenario, **world, later(scenario.start, at));
  for (std::size_t sender = 0; sender < scenario.senders.size(); ++sender) check.check_sender(sender);
  for (std::size_t entry = 0; entry < traffic->entries(); ++entry) check.check_mail(*traffic, entry);
  return check.take();
}

}  // namespace mailrig::app
