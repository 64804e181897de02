#include "sim/world/world.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "fakes/auth/key.h"
#include "fakes/auth/key_record.h"
#include "fakes/forward/forwarder.h"
#include "fakes/forward/return_path_check.h"
#include "sim/world/dns_builder.h"
#include "sim/world/own_mailboxes.h"
#include "sim/world/probe.h"

namespace mailrig::world {
namespace {

using scenario::Scenario;

constexpr std::uint32_t hops_max = 50;  // Postfix's hopcount_limit
constexpr int arc_key_bits = 2048;

// Hands out the addresses of MX hosts, in order.
class AddressSource {
 public:
  explicit AddressSource(AddressRange range) : range_(range) {}

  Result<IpAddress> next() {
    const std::uint32_t n = used_++;
    if (range_ == AddressRange::loopback) {
      constexpr std::uint32_t first = 0x7f1a0000;  // 127.26.0.0
      if (n / 250 > 255) return Error{"more than 64,000 MX hosts"};
      return IpAddress::v4(first + ((n / 250) << 8) + n % 250 + 1);
    }
    constexpr std::uint32_t nets[] = {0xc6336400, 0xcb007100};  // 198.51.100.0, 203.0.113.0
    if (n / 250 >= std::size(nets)) return Error{"more than 500 MX hosts do not fit the documentation networks"};
    return IpAddress::v4(nets[n / 250] + n % 250 + 1);
  }

 private:
  AddressRange range_;
  std::uint32_t used_ = 0;
};

class Builder {
 public:
  Builder(const Scenario& scenario, AddressRange range, const ObserverSource& observers)
      : scenario_(scenario),
        addresses_(range),
        observers_(observers),
        draw_(scenario.seed),
        world_(std::make_unique<World>()) {
    // There is nothing else in this world: who asks for another domain is told so, and need not try again.
    world_->zones = dns::Zones({.outside = dns::Rcode::nxdomain});
  }

  Result<std::unique_ptr<World>> build(bool with_probe) {
    world_->zones.add_reverse_zones();
    if (auto added = add_receivers(); !added) return added.error();
    for (const scenario::Forwarder& forwarder : scenario_.forwarders) {
      if (auto added = add_forwarder(forwarder); !added) return added.error();
    }
    if (auto added = add_senders(); !added) return added.error();
    remember_senders();
    if (with_probe) {
      if (auto added = add_sink(std::string(probe_domain)); !added) return added.error();
    }
    if (auto built = build_dns(scenario_, world_->zones); !built) return built.error();
    auto signer = sign_zones(scenario_, world_->zones);
    if (!signer) return signer.error();
    world_->dnssec = std::move(*signer);
    return std::move(world_);
  }

 private:
  Result<void> add_receivers() {
    for (std::size_t i = 0; i < scenario_.receivers.size(); ++i) {
      const scenario::Receiver& receiver = scenario_.receivers[i];
      auto added = add_receiver(receiver.name, receiver.profile, receiver.region);
      if (!added) return receiver.at.error(added.error().message);
      world_->receivers.back()->set_conditions({.down = receiver.down, .certificate = receiver.certificate});
      world_->wires.push_back({receiver.latency, receiver.bandwidth});
    }
    return {};
  }

  Result<void> add_senders() {
    auto keys = SenderKeys::make(scenario_);
    if (!keys) return keys.error();
    world_->sender_keys = std::move(*keys);
    for (std::size_t i = 0; i < scenario_.senders.size(); ++i) {
      if (auto added = add_sender(scenario_.senders[i]); !added) return added.error();
      if (auto published = publish_keys(i); !published) return published.error();
    }
    return {};
  }

  void remember_senders() {
    for (const scenario::Sender& sender : scenario_.senders) {
      if (!sender.known) continue;
      for (const IpAddress& ip : sender.ips) {
        const policy::KnownSender known{.ip = ip,
                                        .domain = sender.domain,
                                        .days = sender.known->days,
                                        .copies_a_day = static_cast<std::uint32_t>(sender.known->copies_a_day)};
        for (const auto& receiver : world_->receivers) receiver->remember(scenario_.start, known);
      }
    }
  }

  // Shares of unknown, full and disabled mailboxes come with the lists that the traffic writes to. A list that says
  // nothing of the kind about its people leaves them to the receiver, and so it is with their address books.
  receiver::Mailboxes mailboxes(const receiver::Profile& profile) const {
    std::vector<receiver::MailboxRule> rules;
    for (const scenario::List& list : scenario_.lists) {
      receiver::MailboxShares shares{.unknown_ppm = list.unknown_ppm,
                                     .full_ppm = list.full_ppm,
                                     .disabled_ppm = list.disabled_ppm,
                                     .trap_ppm = list.trap_ppm};
      if (shares.all_take_mail()) shares = profile.mailboxes;
      shares.contacts_ppm = list.contacts_ppm.value_or(profile.mailboxes.contacts_ppm);
      if (list.file.empty() && shares != profile.mailboxes) rules.push_back({plan::local_prefix(list), shares});
    }
    return receiver::Mailboxes(draw_, profile.mailboxes, std::move(rules));
  }

  // Its resolver stands in `region`. It tells `door` what it sees, or else whom `observers` names.
  Result<void> add_receiver(const std::string& name, receiver::Profile profile, std::string region = {},
                            receiver::Observer* door = nullptr) {
    const auto index = static_cast<std::uint32_t>(world_->receivers.size());
    for (const std::string& domain : profile.domains) {
      if (!claimed_.insert(domain).second) {
        return Error{fmt::format("two receivers take mail for {}; give one of them other `domains`", domain)};
      }
      if (auto ok = world_->zones.add_zone(domain); !ok) return ok;
      for (const receiver::MxHost& mx : profile.mx) {
        if (auto ok = world_->zones.add(dns::Record::mx(domain, mx.preference, mx.host)); !ok) return ok;
      }
    }
    // Block lists that nobody is on; a scenario puts somebody there.
    for (const auto* lists :
         {&profile.network.lists.addresses, &profile.network.lists.domains, &profile.network.lists.helo}) {
      for (const std::string& list : *lists) {
        if (world_->zones.encloses(list)) continue;
        if (auto ok = world_->zones.add_zone(list); !ok) return ok;
      }
    }
    for (const receiver::MxHost& mx : profile.mx) {
      if (!host_names_.insert(mx.host).second) {
        return Error{fmt::format("two receivers have an MX host {}; give one of them another `mx`", mx.host)};
      }
      const auto address = addresses_.next();
      if (!address) return address.error();
      if (auto ok = add_host(mx.host, *address); !ok) return ok;
      world_->host_at[*address] = static_cast<std::uint32_t>(world_->hosts.size());
      world_->hosts.push_back({index, mx.host, *address});
    }
    auto boxes = mailboxes(profile);
    receiver::Observer* const told = door != nullptr ? door : observers_(index);
    world_->receivers.push_back(std::make_unique<receiver::Receiver>(name, std::move(profile), std::move(boxes), draw_,
                                                                     told, &world_->zones, std::move(region)));
    return {};
  }

  // A receiver that keeps nothing, and behind it a sender.
  Result<void> add_forwarder(const scenario::Forwarder& forwarder) {
    auto profile = receiver::load_profile("sink");
    if (!profile) return profile.error();
    profile->name = "forwarder";
    profile->kind = receiver::Profile::Kind::forwarder;
    profile->domains = {forwarder.domain};
    profile->mx = {{10, "mx." + forwarder.domain}};
    profile->limits.max_received_hops = hops_max;
    profile->auth_policy = authentication_of(forwarder);
    auto made = make_forwarder(forwarder, profile->mx.front().host);
    if (!made) return forwarder.at.error(made.error().message);
    const auto index = static_cast<std::uint32_t>(world_->receivers.size());
    world_->doors.push_back(std::make_unique<Door>(std::move(*made), observers_(index)));
    world_->wires.emplace_back();
    Door& door = *world_->doors.back();
    if (auto added = add_receiver(forwarder.name, std::move(*profile), forwarder.name, &door); !added) return added;
    if (forwarder.srs) {
      receiver::Receiver& taking = *world_->receivers.back();
      const policy::Utterance unknown = taking.profile().replies.at("unknown_user");
      taking.add(std::make_unique<forward::ReturnPathCheck>(door.forwarder().srs(), unknown));
    }
    if (const auto& arc = door.forwarder().settings().arc) {
      const std::string name = arc->selector + "._domainkey." + forwarder.domain;
      if (auto ok = world_->zones.add(dns::Record::txt(name, auth::key_record_text(*arc->key))); !ok) return ok;
    }
    return add_sender(forwarder);
  }

  // Who seals says in the set what it found out. Whatever that is, the mailbox behind it is to decide.
  static receiver::AuthPolicy authentication_of(const scenario::Forwarder& forwarder) {
    receiver::AuthPolicy policy;
    policy.judge = forwarder.arc;
    policy.arc_trusts_anybody = true;  // arc= is to be told too
    policy.spf_temperror = policy.dkim_temperror = policy.dmarc_temperror = policy::AuthAction::accept;
    return policy;
  }

  Result<forward::Forwarder> make_forwarder(const scenario::Forwarder& forwarder, const std::string& host) const {
    forward::ForwarderSettings settings{.name = forwarder.name,
                                        .domain = forwarder.domain,
                                        .host = host,
                                        .target_domain = target_domain(forwarder),
                                        .srs = forwarder.srs,
                                        .modifications = forwarder.modify};
    settings.srs_secret = fmt::format("{:016x}", draw_.bits("forwarder/" + forwarder.name, "srs", 0));
    if (forwarder.arc) {
      auto key = auth::PrivateKey::generate_rsa(arc_key_bits);
      if (!key) return key.error();
      settings.arc = auth::ArcSealOptions{.domain = forwarder.domain, .selector = "arc", .key = std::move(*key)};
    }
    return forward::Forwarder::make(std::move(settings), world_->zones);
  }

  const std::string& target_domain(const scenario::Forwarder& forwarder) const {
    const std::size_t receivers = scenario_.receivers.size();
    return forwarder.to_index < receivers ? scenario_.receivers[forwarder.to_index].profile.domains.front()
                                          : scenario_.forwarders[forwarder.to_index - receivers].domain;
  }

  // A host's address and its PTR, in a zone made for it where none encloses it.
  Result<void> add_host(const std::string& name, const IpAddress& address) {
    if (auto ok = ensure_zone(name); !ok) return ok;
    if (auto ok = world_->zones.add(dns::Record::address(name, address)); !ok) return ok;
    return world_->zones.add_ptr(address, name);
  }

  Result<void> ensure_zone(const std::string& name) {
    if (world_->zones.encloses(name)) return {};
    const auto dot = name.find('.');
    return world_->zones.add_zone(dot == std::string::npos ? name : name.substr(dot + 1));
  }

  Result<void> add_sender(const scenario::Sender& sender) {
    dns::Zones& zones = world_->zones;
    // The zone of a name is made at its parent: of anything below the domain, that is the domain.
    if (auto ok = ensure_zone("any." + sender.domain); !ok) return ok;
    for (const IpAddress& ip : sender.ips) {
      if (auto ok = ensure_zone(sender.helo); !ok) return ok;
      if (auto ok = zones.add(dns::Record::address(sender.helo, ip)); !ok) return ok;
      if (sender.ptr.empty()) continue;
      if (auto ok = zones.add_ptr(ip, sender.ptr); !ok) return ok;
      if (sender.ptr == sender.helo) continue;
      if (auto ok = ensure_zone(sender.ptr); !ok) return ok;
      if (auto ok = zones.add(dns::Record::address(sender.ptr, ip)); !ok) return ok;
    }
    if (!sender.spf.empty()) {
      if (auto ok = zones.add(dns::Record::txt(sender.domain, sender.spf)); !ok) return ok;
    }
    if (!sender.dmarc.empty()) {
      if (auto ok = zones.add(dns::Record::txt("_dmarc." + sender.domain, sender.dmarc)); !ok) return ok;
    }
    // A sender must be able to receive: its bounces go to the MX of its own domain.
    if (claimed_.contains(sender.domain)) return {};
    if (auto added = add_sink(sender.domain); !added) return added;
    receiver::Receiver& own = *world_->receivers.back();
    const policy::Utterance unknown = own.profile().replies.at("unknown_user");
    own.add(std::make_unique<OwnMailboxes>(own_mailboxes(scenario_, sender), unknown));
    return {};
  }

  Result<void> publish_keys(std::size_t sender) {
    for (const SigningKey& key : world_->sender_keys.of(sender)) {
      if (!key.published) continue;
      if (auto ok = ensure_zone("any." + key.signing.domain); !ok) return ok;
      if (auto ok = world_->zones.add(dns::Record::txt(key.record_name(), key.record_text())); !ok) return ok;
    }
    return {};
  }

  // Takes everything for a domain of the rig's own.
  Result<void> add_sink(const std::string& domain) {
    auto profile = receiver::load_profile("sink");
    if (!profile) return profile.error();
    profile->domains = {domain};
    profile->mx = {{10, "mx." + domain}};
    world_->wires.emplace_back();
    return add_receiver("mx." + domain, std::move(*profile));
  }

  const Scenario& scenario_;
  AddressSource addresses_;
  const ObserverSource& observers_;
  Draw draw_;
  std::unique_ptr<World> world_;
  std::set<std::string> claimed_;     // domains
  std::set<std::string> host_names_;  // of MX hosts
};

}  // namespace

Result<std::unique_ptr<World>> build_world(const Scenario& scenario, AddressRange range,
                                           const ObserverSource& observers, bool with_probe) {
  return Builder(scenario, range, observers).build(with_probe);
}

measure::LedgerConfig ledger_config(const Scenario& scenario) {
  measure::LedgerConfig config;
  config.start = scenario.start;
  for (const scenario::Receiver& receiver : scenario.receivers) config.receivers.push_back(receiver.name);
  for (const scenario::Forwarder& forwarder : scenario.forwarders) {
    config.forwarders.push_back({forwarder.name, forwarder.to_index});
  }
  for (const scenario::Mail& mail : scenario.mail) config.streams.push_back({mail.name, mail.deadline});
  return config;
}

std::size_t observed_parties(const Scenario& scenario) {
  return scenario.receivers.size() + scenario.forwarders.size();
}

plan::ReceiverDomains receiver_domains(const Scenario& scenario) {
  plan::ReceiverDomains domains;
  for (const scenario::Receiver& receiver : scenario.receivers) domains.push_back(receiver.profile.domains);
  for (const scenario::Forwarder& forwarder : scenario.forwarders) domains.push_back({forwarder.domain});
  return domains;
}

}  // namespace mailrig::world
