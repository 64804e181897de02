// The traffic of a scenario: whom its entries go to in which shares, what a warm-up comes to, what is replayed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "fakes/base/wide.h"
#include "fakes/config/nearest.h"
#include "sim/scenario/draft.h"
#include "sim/scenario/trace_file.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;

std::string percent(std::uint64_t ppm) {
  return fmt::format("{:g}%", static_cast<double>(ppm) / 10'000);
}

constexpr std::uint64_t whole_ppm = 1'000'000;
constexpr std::uint64_t messages_a_day_max = 1'000'000'000'000;

// What rounding left over goes to the largest share, so that the sum is exact.
void settle_rounding(std::vector<std::uint32_t>& shares, std::uint64_t sum) {
  auto largest = std::max_element(shares.begin(), shares.end());
  *largest = static_cast<std::uint32_t>(*largest + whole_ppm - sum);
}

std::vector<std::uint32_t> equal_shares(std::size_t receivers) {
  const std::uint64_t each = whole_ppm / receivers;
  std::vector<std::uint32_t> shares(receivers, static_cast<std::uint32_t>(each));
  settle_rounding(shares, each * receivers);
  return shares;
}

std::vector<std::uint32_t> read_shares(const Node& to, const std::vector<std::string>& targets, Errors& errors) {
  std::vector<std::uint32_t> shares(targets.size());
  if (!to.is_map()) {
    errors.add(to, "expected a map such as {gmail: 60%, qq: 40%}, found " + describe(to));
    return shares;
  }
  const std::size_t before = errors.count();
  std::uint64_t sum = 0;
  for (const auto& [name, name_at, value] : to.entries()) {
    std::uint32_t share = 0;
    const auto index = resolve({name, name_at}, to.path(), "receiver", targets, errors);
    if (config::share().read(value, share, errors)) shares[index] = share;
    sum += share;
  }
  if (errors.count() != before) return shares;
  constexpr std::uint64_t rounding_ppm = 100;  // three times 33.33%
  if (sum + rounding_ppm < whole_ppm || sum > whole_ppm + rounding_ppm) {
    errors.add(to, fmt::format("the shares sum to {}, not to 100%", percent(sum)));
    return shares;
  }
  settle_rounding(shares, sum);
  return shares;
}

// Addresses can only be made up under a domain.
void check_domains(const Traffic& entry, const std::vector<Receiver>& receivers, std::string_view key, Errors& errors) {
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    if (entry.to_ppm[i] > 0 && receivers[i].profile.domains.empty()) {
      errors.add(receivers[i].at, fmt::format("receivers.{}: has no domain for the made-up addresses of {}; add "
                                              "domains: [{}.example]",
                                              receivers[i].name, key, receivers[i].name));
    }
  }
}

// The share of the receiver that gets most of an entry; of a file's addresses, the share of the commonest domain.
std::uint32_t largest_share(const Traffic& entry, const List& list) {
  if (!entry.to_ppm.empty()) return *std::max_element(entry.to_ppm.begin(), entry.to_ppm.end());
  std::map<std::string_view, std::uint64_t> of_domain;
  std::uint64_t largest = 0;
  for (const std::string& address : list.addresses) {
    largest = std::max(largest, ++of_domain[std::string_view(address).substr(address.rfind('@') + 1)]);
  }
  const std::uint64_t all = std::max<std::uint64_t>(list.addresses.size(), 1);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(largest * whole_ppm / all, 1));
}

// The days of a warm-up say what goes from one address to one receiver; an entry's messages are all of them. What is
// still to be resolved was found out before.
void finish_warmup(Traffic& entry, const Scenario& scenario, const std::vector<MailDraft>& mail, Errors& errors) {
  if (entry.schedule.kind != ScheduleKind::warmup) return;
  const auto& senders = scenario.senders;
  const MailDraft& kind = mail[entry.mail_index];
  std::size_t addresses = 1;
  for (const Sender& sender : senders) {
    if (senders.size() == 1 || sender.name == kind.sender.value) addresses = sender.ips.size();
  }
  const std::uint64_t share = largest_share(entry, scenario.lists[entry.list_index]);
  for (std::uint64_t& copies : entry.schedule.warmup.days) {
    const Uint128 all = static_cast<Uint128>(copies) * addresses * whole_ppm / share / kind.recipients;
    if (all > messages_a_day_max) {
      return errors.add(entry.location,
                        "the warm-up comes to more than 1000G messages a day from all addresses to all "
                        "receivers; add 'max'");
    }
    copies = std::max<std::uint64_t>(static_cast<std::uint64_t>(all), 1);
  }
}

// A replay becomes an entry and a list for each kind of mail in its trace.
void finish_replay(const Draft& draft, const TrafficDraft& entry, std::string_view key, Scenario& scenario,
                   Errors& errors) {
  const auto& file = entry.schedule.trace_file;
  const std::filesystem::path path = beside(draft.file, file.value);
  auto rows = read_trace(path);
  if (!rows) return add_file_fault(file.at, std::string(key) + ".schedule.replay", rows.error(), errors);
  struct Part {
    Trace trace;
    List list;
  };
  std::map<std::uint32_t, Part> parts;  // by kind of mail
  const auto mail = names_of(draft.mail_drafts);
  for (TraceRow& row : *rows) {
    const auto named = row.stream.empty() ? std::optional(entry.mail_index) : index_of(row.stream, mail);
    if (!named) {
      return errors.add(file.at, fmt::format("{}.schedule.replay: {}: unknown mail '{}'{}", key, path.string(),
                                             row.stream, config::suggestion(row.stream, mail)));
    }
    if (draft.mail_drafts[*named].recipients != 1) {
      return errors.add(file.at, fmt::format("{}.schedule.replay: each line is one message to one recipient; remove "
                                             "mail.{}.recipients",
                                             key, mail[*named]));
    }
    Part& part = parts[*named];
    part.trace.offsets.push_back(row.offset);
    part.trace.sizes_bytes.push_back(row.size_bytes);
    part.list.addresses.push_back(std::move(row.recipient));
  }
  for (auto& [kind, part] : parts) {
    part.list.name = fmt::format("{}/{}", key, mail[kind]);
    part.list.file = path;
    part.list.count = part.list.addresses.size();
    part.list.at = file.at;
    Traffic replay = entry;
    replay.mail = {mail[kind], entry.mail.at};
    replay.mail_index = kind;
    replay.list = {part.list.name, file.at};
    replay.list_index = static_cast<std::uint32_t>(scenario.lists.size());
    replay.schedule.trace = std::make_shared<const Trace>(std::move(part.trace));
    scenario.lists.push_back(std::move(part.list));
    scenario.traffic.push_back(std::move(replay));
  }
}

}  // namespace

void finish_traffic(Draft& draft, Scenario& scenario, bool profiles_good, Errors& errors) {
  const auto mail = names_of(draft.mail_drafts);
  const auto lists = names_of(scenario.lists);
  const auto targets = joined(names_of(scenario.receivers), names_of(scenario.forwarders));
  for (TrafficDraft& entry : draft.traffic_drafts) {
    const std::string key = fmt::format("traffic.{}", &entry - draft.traffic_drafts.data());
    const std::size_t before = errors.count();
    entry.mail_index = resolve(entry.mail, key + ".mail", "mail", mail, errors);
    if (entry.schedule.kind == ScheduleKind::replay) {
      if (errors.count() == before) finish_replay(draft, entry, key, scenario, errors);
      continue;
    }
    entry.list_index = resolve(entry.list, key + ".list", "list", lists, errors);
    const bool from_file = entry.list_index < scenario.lists.size() && !scenario.lists[entry.list_index].file.empty();
    if (from_file && !entry.to.is_null()) {
      errors.add(entry.to, fmt::format("the addresses of list '{}' say where they go; remove 'to'", entry.list.value));
    } else if (!from_file) {
      entry.to_ppm =
          entry.to.is_null() ? equal_shares(scenario.receivers.size()) : read_shares(entry.to, targets, errors);
      entry.to_ppm.resize(targets.size());
      if (profiles_good) check_domains(entry, scenario.receivers, key, errors);
    }
    if (errors.count() == before) finish_warmup(entry, scenario, draft.mail_drafts, errors);
    scenario.traffic.push_back(std::move(entry));
  }
}

}  // namespace mailrig::scenario
