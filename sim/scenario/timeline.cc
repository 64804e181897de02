// `timeline`: its keys, and what each entry comes to.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "fakes/dns/name.h"
#include "fakes/dns/zone_text.h"
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;

constexpr std::string_view for_is_not_for_records = "'for' is not for records; what one is later, another entry says";

std::vector<std::string> shown(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (const IpAddress& address : addresses) texts.push_back(address.to_string());
  return texts;
}

// One entry on its way into the scenario.
struct Step {
  const TimelineDraft& draft;
  Scenario& scenario;
  std::vector<TimelineEntry>& ends;  // of what lasts for a while
  Errors& errors;
  std::string key;          // "timeline.3.set"
  std::string rest;         // of the path, behind what the rule fixes: the selector
  std::uint32_t party = 0;  // index of the sender or receiver

  Instant at() const { return later(scenario.start, draft.at); }
  void fault(std::string_view message) const { errors.add(draft.set->at, fmt::format("{}: {}", key, message)); }
};

dns::RrsetChange change_of(const TimelineDraft& draft, const Scenario& scenario) {
  dns::RrsetChange change;
  change.at = later(scenario.start, draft.at);
  if (draft.propagation) change.propagation = draft.propagation->value;
  if (draft.ttl_s) change.ttl_s = draft.ttl_s->value;
  return change;
}

// Sets a condition, and where the entry says for how long, everything back to good afterwards.
template <class V>
void set_condition(Step& step, V policy::Conditions::*member, const config::Type<V>& type) {
  V value{};
  if (!type.read(step.draft.to, value, step.errors)) return;
  const auto entry = [&](Duration at, const V& to) -> TimelineEntry {
    return {at, ReceiverChange{step.party, [member, to](policy::Conditions& conditions) { conditions.*member = to; }}};
  };
  const V good = policy::Conditions{}.*member;
  Duration at = step.draft.at;
  for (std::uint32_t time = 0; time < step.draft.times; ++time) {
    step.scenario.timeline.push_back(entry(at, value));
    if (step.draft.length > Duration::max() - at) return;  // in centuries
    if (step.draft.length > Duration{}) step.ends.push_back(entry(at + step.draft.length, good));
    if (step.draft.every > Duration::max() - at) return;
    at += step.draft.every;
  }
}

// One TXT record among others of its name; an empty text removes it.
void set_text(Step& step, std::string name, std::string prefix) {
  std::string text;
  if (!config::text().read(step.draft.to, text, step.errors)) return;
  dns::RrsetChange change = change_of(step.draft, step.scenario);
  change.name = std::move(name);
  change.txt_prefix = std::move(prefix);
  if (!text.empty()) change.values.emplace_back(dns::Txt::of(text));
  step.scenario.dns.changes.push_back({std::move(change), step.draft.location});
}

void set_spf(Step& step) {
  set_text(step, step.scenario.senders[step.party].domain, "v=spf1");
}

void set_dmarc(Step& step) {
  set_text(step, "_dmarc." + step.scenario.senders[step.party].domain, "v=DMARC1");
}

void set_selector(Step& step) {
  const Sender& sender = step.scenario.senders[step.party];
  std::vector<std::string> selectors;
  for (const DkimKey& key : sender.dkim) selectors.push_back(key.selector);
  SelectorChange change;
  change.sender_index = step.party;
  change.at = step.at();
  change.location = step.draft.location;
  change.key_index = resolve({step.rest, step.draft.set->at}, step.key, "selector", selectors, step.errors);
  const auto state = config::one_of<bool>({{"withdrawn", false}, {"published", true}});
  state.read(step.draft.to, change.published, step.errors);
  if (step.draft.propagation) change.propagation = step.draft.propagation->value;
  if (step.draft.ttl_s) change.ttl_s = step.draft.ttl_s->value;
  step.scenario.dns.selectors.push_back(std::move(change));
}

// Of what an address of the sender does, or an address on its list: one entry, and another for the end of `for`.
template <class Change>
void set_for_a_while(Step& step, const Change& change, bool Change::*member) {
  step.scenario.timeline.push_back({step.draft.at, change});
  if (step.draft.length <= Duration{} || step.draft.length > Duration::max() - step.draft.at) return;
  Change back = change;
  back.*member = !(change.*member);
  step.ends.push_back({step.draft.at + step.draft.length, back});
}

void set_source(Step& step) {
  const Sender& sender = step.scenario.senders[step.party];
  SourceChange change{.sender_index = step.party};
  const auto address = IpAddress::parse(step.rest);
  if (!address || std::find(sender.ips.begin(), sender.ips.end(), *address) == sender.ips.end()) {
    return step.fault(fmt::format("'{}' is no address of senders.{}; it has {}", step.rest, sender.name,
                                  fmt::join(shown(sender.ips), ", ")));
  }
  change.source = *address;
  if (config::one_of<bool>({{"down", false}, {"up", true}}).read(step.draft.to, change.up, step.errors)) {
    set_for_a_while(step, change, &SourceChange::up);
  }
}

void set_suppressed(Step& step) {
  const Sender& sender = step.scenario.senders[step.party];
  if (!sender.suppression) {
    return step.fault(
        fmt::format("senders.{0} has no list of suppressed addresses; add senders.{0}.suppression: {{}}", sender.name));
  }
  SuppressionChange change{.sender_index = step.party, .address = step.rest};
  if (config::boolean().read(step.draft.to, change.suppressed, step.errors)) {
    set_for_a_while(step, change, &SuppressionChange::suppressed);
  }
}

// What can be set: PARTY.<name>.KEY, and behind a KEY that ends in a dot whatever the rule makes of it.
struct Rule {
  std::string_view party;
  std::string_view key;
  std::string_view shown;
  bool in_dns;  // takes propagation and ttl
  void (*set)(Step&);
};

constexpr Rule rules[] = {
    {"receivers", "down", "receivers.<name>.down", false,
     [](Step& step) { set_condition(step, &policy::Conditions::down, config::boolean()); }},
    {"receivers", "certificate", "receivers.<name>.certificate", false,
     [](Step& step) { set_condition(step, &policy::Conditions::certificate, certificate_type()); }},
    {"receivers", "maintenance", "receivers.<name>.maintenance", false,
     [](Step& step) { set_condition(step, &policy::Conditions::maintenance, config::boolean()); }},
    {"receivers", "deferring", "receivers.<name>.deferring", false,
     [](Step& step) { set_condition(step, &policy::Conditions::deferring_ppm, config::share()); }},
    {"receivers", "slow", "receivers.<name>.slow", false,
     [](Step& step) { set_condition(step, &policy::Conditions::slow, config::duration()); }},
    {"receivers", "tls", "receivers.<name>.tls", false,
     [](Step& step) { set_condition(step, &policy::Conditions::tls, config::boolean()); }},
    {"receivers", "garbage", "receivers.<name>.garbage", false,
     [](Step& step) { set_condition(step, &policy::Conditions::garbage, config::boolean()); }},
    {"receivers", "limits", "receivers.<name>.limits", false,
     [](Step& step) { set_condition(step, &policy::Conditions::limits_ppm, config::share()); }},
    {"senders", "spf", "senders.<name>.spf", true, set_spf},
    {"senders", "dmarc", "senders.<name>.dmarc", true, set_dmarc},
    {"senders", "dkim.", "senders.<name>.dkim.<selector>", true, set_selector},
    {"senders", "ips.", "senders.<name>.ips.<address>", false, set_source},
    {"senders", "suppressed.", "senders.<name>.suppressed.<address>", false, set_suppressed},
};

const Rule* rule_for(std::string_view party, std::string_view key) {
  for (const Rule& rule : rules) {
    const bool open = rule.key.ends_with('.');
    const bool same = open ? key.starts_with(rule.key) && key.size() > rule.key.size() : key == rule.key;
    if (party == rule.party && same) return &rule;
  }
  return nullptr;
}

void cannot_be_set(Step& step) {
  std::string known;
  for (const Rule& rule : rules) known += (known.empty() ? "" : ", ") + std::string(rule.shown);
  step.fault(fmt::format("'{}' cannot be set; a timeline can set {}", step.draft.set->value, known));
}

void finish_set(Step& step) {
  const std::string_view path = step.draft.set->value;
  const auto first = path.find('.');
  const auto second = first == std::string_view::npos ? first : path.find('.', first + 1);
  if (second == std::string_view::npos) return cannot_be_set(step);
  const auto party = path.substr(0, first);
  const auto name = path.substr(first + 1, second - first - 1);
  const auto key = path.substr(second + 1);
  const Rule* rule = rule_for(party, key);
  if (rule == nullptr) return cannot_be_set(step);
  if (rule->in_dns && step.draft.length > Duration{}) {
    return step.fault(for_is_not_for_records);
  }
  if (!rule->in_dns && (step.draft.propagation || step.draft.ttl_s)) {
    return step.fault("'propagation' and 'ttl' are for records of the DNS");
  }
  const bool receiver = party == "receivers";
  if (!receiver && step.draft.every > Duration{}) return step.fault("'every' is for receivers");
  const auto names = receiver ? names_of(step.scenario.receivers) : names_of(step.scenario.senders);
  const std::size_t before = step.errors.count();
  step.party =
      resolve({std::string(name), step.draft.set->at}, step.key, receiver ? "receiver" : "sender", names, step.errors);
  if (step.errors.count() != before) return;
  step.rest = key.substr(std::min(rule->key.size(), key.size()));
  rule->set(step);
}

// record: "shop.example TXT", the whole RRset.
void set_record(const TimelineDraft& draft, const std::string& key, Scenario& scenario, Errors& errors) {
  if (draft.length > Duration{}) {
    return errors.add(draft.record->at, fmt::format("{}: {}", key, for_is_not_for_records));
  }
  const std::string_view text = draft.record->value;
  const auto space = text.find(' ');
  const auto name = dns::canonical_name(text.substr(0, space));
  const auto type = space == std::string_view::npos ? std::nullopt : dns::parse_type(text.substr(space + 1));
  if (!name || name->empty() || !type || *type == dns::Type::soa) {
    return errors.add(draft.record->at, fmt::format("{}: expected a name and a record type, such as 'shop.example TXT',"
                                                    " found '{}'",
                                                    key, text));
  }
  dns::RrsetChange change = change_of(draft, scenario);
  change.name = *name;
  change.type = *type;
  const bool removed = (draft.to.is_scalar() && draft.to.text().empty()) || draft.to.is_null();
  if (!removed) change.values = read_dns_values(*type, draft.to, errors);
  scenario.dns.changes.push_back({std::move(change), draft.location});
}

}  // namespace

config::Type<TimelineDraft> timeline_type() {
  boost::json::object value{{"type", boost::json::array{"boolean", "string", "array"}}};
  config::Table<TimelineDraft> table{"timeline entry"};
  table.key("at", &TimelineDraft::at, config::duration(), "When, after the start", Presence::required)
      .key("set", &TimelineDraft::set, config::located(config::text()),
           "What changes: receivers.<name>.down, .certificate, .maintenance, .deferring, .slow, .tls, .garbage or "
           ".limits, senders.<name>.spf, .dmarc, .dkim.<selector>, .ips.<address> or .suppressed.<address>")
      .key("for", &TimelineDraft::length, config::duration(),
           "Of what is not in the DNS: how long it lasts; default until set again")
      .key("every", &TimelineDraft::every, config::duration(), "Of a receiver: again after so long (7d: every week)")
      .key("times", &TimelineDraft::times, config::integer<std::uint32_t>(1, 1000),
           "How often, with 'every'; default 52")
      .key("record", &TimelineDraft::record, config::located(config::text()),
           "Or which records do: name and type, such as 'shop.example TXT'")
      .key("to", &TimelineDraft::to, config::node(std::move(value)),
           "The new value: true or false, a certificate, a record (\"\" or [] for none), withdrawn or published, "
           "down or up",
           Presence::required)
      .key("propagation", &TimelineDraft::propagation, config::located(config::duration()),
           "The regions see a change of the DNS within this time, one after the other; default: at once")
      .key("ttl", &TimelineDraft::ttl_s, config::located(ttl_type()), "Of the new records; default 1h")
      .remember_location(&TimelineDraft::location)
      .check([](const Node& node, TimelineDraft& draft, Errors& errors) {
        if (draft.set.has_value() == draft.record.has_value()) errors.add(node, "needs either 'set' or 'record'");
        if (draft.every > Duration{} && (draft.length <= Duration{} || draft.length >= draft.every)) {
          errors.add(*node.find("every"), "needs a 'for' that is shorter");
        }
        if (node.find("times") != nullptr && draft.every <= Duration{}) {
          errors.add(*node.find("times"), "needs 'every'");
        }
        if (draft.every > Duration{} && node.find("times") == nullptr) draft.times = 52;
        if (draft.propagation && draft.propagation->value < Duration::zero()) {
          errors.add(*node.find("propagation"), "must not be negative");
        }
      });
  return config::object(std::move(table));
}

void finish_timeline(std::vector<TimelineDraft>& drafts, Scenario& scenario, Errors& errors) {
  std::vector<TimelineEntry> ends;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (drafts[i].record) {
      set_record(drafts[i], fmt::format("timeline.{}.record", i), scenario, errors);
    } else {
      Step step{drafts[i], scenario, ends, errors, fmt::format("timeline.{}.set", i), {}, 0};
      finish_set(step);
    }
  }
  // What ends at the moment at which something begins must not undo it.
  scenario.timeline.insert(scenario.timeline.begin(), ends.begin(), ends.end());
  std::stable_sort(scenario.timeline.begin(), scenario.timeline.end(),
                   [](const TimelineEntry& a, const TimelineEntry& b) { return a.at < b.at; });
  std::stable_sort(scenario.dns.selectors.begin(), scenario.dns.selectors.end(),
                   [](const SelectorChange& a, const SelectorChange& b) { return a.at < b.at; });
}

}  // namespace mailrig::scenario
