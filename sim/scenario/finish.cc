// From draft to scenario: resolves names, reads the files it names, and checks what concerns more than one part.
#include <fmt/format.h>

#include <algorithm>

#include "fakes/config/document.h"
#include "fakes/config/nearest.h"
#include "sim/scenario/draft.h"
#include "sim/scenario/user_files.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;

std::string spf_of(const std::vector<IpAddress>& ips) {
  std::string record = "v=spf1";
  for (const IpAddress& ip : ips) record += (ip.is_v6() ? " ip6:" : " ip4:") + ip.to_string();
  return record + " -all";
}

void finish_senders(const Draft& draft, std::vector<Sender>& senders, Errors& errors) {
  constexpr std::uint32_t first_address = 0xc612020a;  // 198.18.2.10, of the range for benchmarks (RFC 2544)
  for (std::size_t i = 0; i < senders.size(); ++i) {
    if (senders[i].ips.empty()) senders[i].ips = {IpAddress::v4(first_address + static_cast<std::uint32_t>(i))};
    finish_dkim_keys(draft.file, senders[i], errors);
    const auto of_v6 = std::count_if(senders[i].ips.begin(), senders[i].ips.end(), [](auto& ip) { return ip.is_v6(); });
    if (senders[i].warmup && of_v6 > 0 && static_cast<std::size_t>(of_v6) < senders[i].ips.size()) {
      errors.add(senders[i].at, fmt::format("senders.{}: a warm-up counts by address, and these are of IPv4 and IPv6; "
                                            "make two senders of it",
                                            senders[i].name));
    }
  }
}

void finish_shapings(Scenario& scenario, Errors& errors) {
  const auto targets = joined(names_of(scenario.receivers), names_of(scenario.forwarders));
  for (Sender& sender : scenario.senders) {
    for (SenderShaping& shaping : sender.shaping) {
      shaping.target_index = resolve({shaping.name, shaping.at}, fmt::format("senders.{}.shaping", sender.name),
                                     "receiver or forwarder", targets, errors);
    }
  }
}

// A forwarder is a sender behind the senders, in a network of its own, and says in its SPF record where it sends from.
void finish_forwarders(Scenario& scenario, Errors& errors) {
  constexpr std::uint32_t first_address = 0xc612030a;  // 198.18.3.10
  const auto receivers = names_of(scenario.receivers);
  const auto forwarders = names_of(scenario.forwarders);
  const std::vector<std::string> targets = joined(receivers, forwarders);
  for (std::size_t i = 0; i < scenario.forwarders.size(); ++i) {
    Forwarder& forwarder = scenario.forwarders[i];
    const std::string key = "forwarders." + forwarder.name;
    if (index_of(forwarder.name, receivers)) {
      errors.add(forwarder.at, key + ": a receiver has this name; give the forwarder another");
    }
    if (forwarder.ips.empty()) forwarder.ips = {IpAddress::v4(first_address + static_cast<std::uint32_t>(i))};
    const bool named = scenario.resolved.find("forwarders")->find(forwarder.name)->find("spf") != nullptr;
    if (!named) forwarder.spf = spf_of(forwarder.ips);
    const std::size_t before = errors.count();
    forwarder.to_index = resolve(forwarder.to, key + ".to", "receiver or forwarder", targets, errors);
    if (errors.count() != before || forwarder.to_index >= receivers.size()) continue;
    const Receiver& receiver = scenario.receivers[forwarder.to_index];
    if (receiver.profile.domains.empty()) {
      errors.add(receiver.at, fmt::format("receivers.{}: has no domain for the mail of {}; add domains: [{}.example]",
                                          receiver.name, key, receiver.name));
    }
  }
}

// Whoever takes mail for a domain takes all of it.
void check_forwarder_domains(const Scenario& scenario, Errors& errors) {
  std::vector<std::pair<std::string, std::string>> owners;  // domain, who it is
  for (const Receiver& receiver : scenario.receivers) {
    for (const std::string& domain : receiver.profile.domains)
      owners.emplace_back(domain, "receivers." + receiver.name);
  }
  for (const Sender& sender : scenario.senders) owners.emplace_back(sender.domain, "senders." + sender.name);
  for (const Forwarder& forwarder : scenario.forwarders) {
    for (const auto& [domain, owner] : owners) {
      if (domain != forwarder.domain) continue;
      errors.add(forwarder.at, fmt::format("forwarders.{}: {} has the domain {} already; give it another 'domain'",
                                           forwarder.name, owner, domain));
    }
    owners.emplace_back(forwarder.domain, "forwarders." + forwarder.name);
  }
}

void load_profile(const Draft& draft, Receiver& receiver, const Location& name_at, Errors& errors) {
  std::string name = receiver.profile_name.value;
  const auto shipped = receiver::list_profiles();
  if (is_profile_file(name)) {
    name = beside(draft.file, name).string();
  } else if (receiver.changes.find("extends") == nullptr && !index_of(name, shipped)) {
    const bool own_name = name == receiver.name;
    errors.add(name_at, fmt::format("receivers.{}: unknown profile '{}'{}{}", receiver.name, name,
                                    config::suggestion(name, shipped),
                                    own_name ? " (a receiver of any other name needs 'profile')" : ""));
    return;
  }
  auto profile = receiver::load_profile(name, &receiver.changes);
  if (profile) {
    receiver.profile = std::move(*profile);
  } else {
    add_file_fault(name_at, "receivers." + receiver.name, profile.error(), errors);
  }
}

void finish_receivers(const Draft& draft, Scenario& scenario, Errors& errors) {
  std::vector<std::pair<std::string, std::string>> owners;  // domain, receiver
  const auto& entries = draft.resolved.find("receivers")->entries();
  for (std::size_t i = 0; i < scenario.receivers.size(); ++i) {
    Receiver& receiver = scenario.receivers[i];
    if (receiver.region.empty()) receiver.region = receiver.name;
    const bool named = entries[i].value.find("profile") != nullptr;
    load_profile(draft, receiver, named ? receiver.profile_name.at : entries[i].key_at, errors);
    for (const std::string& domain : receiver.profile.domains) {
      for (const auto& [taken, owner] : owners) {
        if (taken != domain) continue;
        errors.add(entries[i].key_at, fmt::format("receivers '{}' and '{}' both take mail for {}; give one of them "
                                                  "other 'domains'",
                                                  owner, receiver.name, domain));
      }
      owners.emplace_back(domain, receiver.name);
    }
  }
}

// Made-up addresses of two lists must differ: "a" + "11" is also "a1" + "1".
void check_local_parts(const std::vector<List>& lists, Errors& errors) {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!lists[i].file.empty() || !lists[j].file.empty()) continue;
      const std::string& longer = lists[i].local.size() > lists[j].local.size() ? lists[i].local : lists[j].local;
      const std::string& shorter = &longer == &lists[i].local ? lists[j].local : lists[i].local;
      const bool same =
          longer.starts_with(shorter) && longer.find_first_not_of("0123456789", shorter.size()) == std::string::npos;
      if (same) {
        errors.add(lists[i].at, fmt::format("lists '{}' and '{}' would make up the same addresses; give one of them "
                                            "another 'local'",
                                            lists[j].name, lists[i].name));
      }
    }
  }
}

void finish_lists(Draft& draft, Scenario& scenario, Errors& errors) {
  for (ListDraft& list : draft.list_drafts) {
    if (list.file_path) {
      list.file = beside(draft.file, list.file_path->value);
      auto addresses = read_address_list(list.file);
      if (addresses) {
        list.addresses = std::move(*addresses);
        list.count = list.addresses.size();
      } else {
        add_file_fault(list.file_path->at, "lists." + list.name + ".file", addresses.error(), errors);
      }
    }
    scenario.lists.push_back(std::move(list));
  }
  check_local_parts(scenario.lists, errors);
}

void choose_sender(MailDraft& mail, const std::vector<std::string>& senders, Errors& errors) {
  const std::string key = "mail." + mail.name;
  if (!mail.sender.value.empty()) {
    mail.sender_index = resolve(mail.sender, key + ".sender", "sender", senders, errors);
  } else if (senders.size() == 1) {
    mail.sender = {senders.front(), mail.at};
  } else {
    errors.add(mail.at, fmt::format("{}: key 'sender' is missing{}", key, config::suggestion("", senders)));
  }
}

void finish_mail(Draft& draft, Scenario& scenario, Errors& errors) {
  const auto senders = names_of(scenario.senders);
  for (MailDraft& mail : draft.mail_drafts) {
    const std::size_t before = errors.count();
    choose_sender(mail, senders, errors);
    if (errors.count() != before) continue;
    const std::string& domain = scenario.senders[mail.sender_index].domain;
    if (mail.from.address.domain.empty()) mail.from.address = {"no-reply", domain};
    mail.envelope_from = mail.envelope_from_given.value_or("bounces@" + domain);
    if (mail.verp && mail.envelope_from.empty()) {
      errors.add(mail.at, fmt::format("mail.{}: 'verp' does not go together with a null reverse path", mail.name));
    }
    if (mail.files_path) {
      auto files = find_messages(beside(draft.file, mail.files_path->value));
      if (files) {
        mail.files = std::move(*files);
      } else {
        add_file_fault(mail.files_path->at, "mail." + mail.name + ".files", files.error(), errors);
      }
    }
    scenario.mail.push_back(std::move(mail));
  }
}

void finish_zones(Draft& draft, Scenario& scenario, Errors& errors) {
  for (std::size_t i = 0; i < draft.dns_draft.zones.size(); ++i) {
    ZoneDraft& zone = draft.dns_draft.zones[i];
    ZoneText finished{.text = {}, .origin = zone.origin, .file = draft.file.string()};
    if (zone.text) finished.text = zone.text->value;
    if (zone.file_path) {
      const auto path = beside(draft.file, zone.file_path->value);
      finished.file = path.string();
      auto text = config::read_file(path);
      if (text) {
        finished.text = std::move(*text);
      } else {
        add_file_fault(zone.file_path->at, fmt::format("dns.zones.{}", i), text.error(), errors);
      }
    }
    scenario.dns.zones.push_back(std::move(finished));
  }
}

void finish_expectations(const Draft& draft, Scenario& scenario, Errors& errors) {
  const auto receivers = names_of(scenario.receivers);
  const auto forwarders = names_of(scenario.forwarders);
  const auto streams = names_of(draft.mail_drafts);
  for (const Node& node : draft.expect_nodes) {
    auto expectation = parse_expectation(node, {receivers, streams, forwarders});
    if (expectation) {
      scenario.expect.push_back(std::move(*expectation));
    } else {
      errors.add(expectation.error());
    }
  }
}

}  // namespace

std::optional<std::uint32_t> index_of(std::string_view name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - names.begin());
}

std::filesystem::path beside(const std::filesystem::path& scenario, const std::string& path) {
  return scenario.parent_path() / path;  // an absolute path replaces the folder
}

void add_file_fault(const Location& at, std::string_view key, const Error& fault, Errors& errors) {
  if (fault.line > 0) {
    errors.add(fault);
  } else {
    errors.add(at, fmt::format("{}: {}", key, fault.to_string()));
  }
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::uint32_t resolve(const Located<std::string>& reference, std::string_view key, std::string_view what,
                      const std::vector<std::string>& names, Errors& errors) {
  if (const auto index = index_of(reference.value, names)) return *index;
  errors.add(reference.at, fmt::format("{}: unknown {} '{}'{}", key, what, reference.value,
                                       config::suggestion(reference.value, names)));
  return 0;
}

Scenario finish(Draft draft, config::Errors& errors) {
  Scenario scenario = static_cast<const Scenario&>(draft);
  scenario.drain = draft.end.drain;
  finish_senders(draft, scenario.senders, errors);
  const std::size_t before = errors.count();
  finish_receivers(draft, scenario, errors);
  const bool profiles_good = errors.count() == before;
  finish_forwarders(scenario, errors);
  finish_shapings(scenario, errors);
  if (profiles_good) check_forwarder_domains(scenario, errors);
  finish_lists(draft, scenario, errors);
  finish_traffic(draft, scenario, profiles_good, errors);
  finish_timeline(draft.timeline_drafts, scenario, errors);
  finish_zones(draft, scenario, errors);
  finish_dns(draft.dns_draft, scenario);
  finish_expectations(draft, scenario, errors);
  finish_mail(draft, scenario, errors);
  return scenario;
}

}  // namespace mailrig::scenario
