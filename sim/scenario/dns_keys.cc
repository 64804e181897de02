// Keys of `dns`: what the world's DNS holds beyond what senders and receivers bring along.
#include "fakes/dns/name.h"
#include "fakes/dns/zone_text.h"
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;
using config::Type;

Type<ZoneDraft> zone_type() {
  config::Table<ZoneDraft> zone{"zone"};
  zone.key("file", &ZoneDraft::file_path, config::located(config::text()), "Zone file (RFC 1035 §5)")
      .key("text", &ZoneDraft::text, config::located(config::text()), "The same as text")
      .key("origin", &ZoneDraft::origin, config::text(), "What relative names end with, unless $ORIGIN says it")
      .remember_location(&ZoneDraft::at)
      .check([](const Node& node, ZoneDraft& draft, Errors& errors) {
        if (draft.file_path.has_value() == draft.text.has_value()) errors.add(node, "needs either 'file' or 'text'");
      });
  const auto file_only = config::custom<ZoneDraft>(
      [](const Node& node, ZoneDraft& into, Errors&) {
        into.at = node.at();
        into.file_path = Located<std::string>{node.text(), node.at()};
      },
      {{"type", "string"}});
  return config::scalar_or(file_only, config::object(std::move(zone)));
}

Type<std::string> dns_name() {
  return config::scalar<std::string>(
      [](std::string_view text) -> Result<std::string> {
        auto canonical = dns::canonical_name(text);
        if (!canonical) return Error{"'" + std::string(text) + "' is no domain name"};
        return Result<std::string>(boost::system::in_place_value, std::move(*canonical));
      },
      "a domain name", {{"type", "string"}});
}

Type<dns::Type> record_type() {
  return config::scalar<dns::Type>(
      [](std::string_view text) -> Result<dns::Type> {
        if (const auto type = dns::parse_type(text)) return *type;
        const std::vector<std::string> known = {"A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT"};
        return Error{"unknown record type '" + std::string(text) + "'" + config::suggestion(text, known)};
      },
      "a record type such as TXT", {{"type", "string"}});
}

// One value or several.
const Type<std::vector<std::string>>& values_type() {
  static const auto type = config::one_or_list(config::text());
  return type;
}

struct Flapping {
  Duration every{};
  Node values;
};

struct RecordDraft {
  dns::RrsetChange change;
  std::string name;
  dns::Type type = dns::Type::txt;
  std::optional<std::uint32_t> ttl_s;
  std::optional<Node> value;
  std::optional<Node> values;
  std::optional<Flapping> flapping;
  std::vector<std::string> regions;
};

boost::json::object values_schema() {
  return values_type().schema();
}

void finish_record(const Node& node, RecordDraft& draft, Errors& errors) {
  const int said = (draft.value ? 1 : 0) + (draft.values ? 1 : 0) + (draft.flapping ? 1 : 0);
  if (said != 1) return errors.add(node, "needs one of 'value', 'values' and 'flapping'");
  if (draft.type == dns::Type::soa) return errors.add(node, "a SOA record starts a zone; write it under dns.zones");
  dns::RrsetChange& change = draft.change;
  change.name = draft.name;
  change.type = draft.type;
  change.regions = draft.regions;
  if (!draft.flapping) {
    change.values = read_dns_values(draft.type, draft.value ? *draft.value : *draft.values, errors);
    change.ttl_s = draft.ttl_s.value_or(change.ttl_s);
    return;
  }
  const Flapping& flapping = *draft.flapping;
  if (!flapping.values.is_list() || flapping.values.items().size() < 2) {
    return errors.add(flapping.values, "expected a list of two values or more, which are answered in turn");
  }
  for (const Node& turn : flapping.values.items()) {
    change.alternating.push_back(read_dns_values(draft.type, turn, errors));
  }
  change.every = flapping.every;
  // Who flaps wants it to be seen: no cache keeps an answer beyond its turn.
  const auto turn_s = std::chrono::duration_cast<std::chrono::seconds>(flapping.every).count();
  const auto usual_s = static_cast<std::uint32_t>(std::min<std::int64_t>(turn_s, dns::Record::default_ttl_s));
  change.ttl_s = draft.ttl_s.value_or(usual_s);
}

Type<dns::RrsetChange> record_set() {
  config::Table<Flapping> flapping{"flapping"};
  flapping.key("every", &Flapping::every, config::duration(), "How long each is answered", Presence::required)
      .key("values", &Flapping::values, config::node({{"type", "array"}, {"items", values_schema()}}),
           "What is answered in turn; each one value or a list", Presence::required)
      .check([](const Node& node, Flapping& read, Errors& errors) {
        if (read.every <= Duration::zero()) errors.add(*node.find("every"), "must be longer than 0");
      });
  config::Table<RecordDraft> table{"DNS record"};
  table.key("name", &RecordDraft::name, dns_name(), "Owner", Presence::required)
      .key("type", &RecordDraft::type, record_type(), "Such as TXT", Presence::required)
      .key("value", &RecordDraft::value, config::node(values_schema()), "As in a zone file; TXT without quotes too")
      .key("values", &RecordDraft::values, config::node(values_schema()), "Several of them")
      .key("flapping", &RecordDraft::flapping, config::object(std::move(flapping)), "Values that are given in turn")
      .key("ttl", &RecordDraft::ttl_s, ttl_type(), "How long resolvers may keep it; default 1h, flapping: every")
      .key("regions", &RecordDraft::regions, config::one_or_list(config::text()),
           "Receivers' regions where it is answered; default everywhere")
      .check(finish_record);
  const auto draft_type = config::object(std::move(table));
  return config::custom<dns::RrsetChange>(
      [draft_type](const Node& node, dns::RrsetChange& into, Errors& errors) {
        RecordDraft draft;
        if (draft_type.read(node, draft, errors)) into = std::move(draft.change);
      },
      draft_type.schema());
}

Type<FaultDraft> dns_fault() {
  using dns::FaultKind;
  config::Table<FaultDraft> table{"DNS fault"};
  table.key("name", &dns::Fault::name, dns_name(), "Whose questions fail", Presence::required)
      .key("fault", &dns::Fault::kind,
           config::one_of<FaultKind>({{"servfail", FaultKind::servfail},
                                      {"timeout", FaultKind::timeout},
                                      {"nxdomain", FaultKind::nxdomain},
                                      {"refused", FaultKind::refused},
                                      {"truncated", FaultKind::truncated},
                                      {"slow", FaultKind::slow},
                                      {"bogus", FaultKind::bogus},
                                      {"expired", FaultKind::expired}}),
           "What comes instead of the answer, or how it comes", Presence::required)
      .key("type", &dns::Fault::type, record_type(), "Only questions of this type")
      .key("subtree", &dns::Fault::subtree, config::boolean(), "The names below it as well")
      .key("cost", &dns::Fault::cost, config::duration(), "How much longer it takes; default: slow 2s, timeout 10s")
      .key("from", &FaultDraft::begins, config::duration(), "Begins this long after the start; default: always was")
      .key("until", &FaultDraft::ends, config::duration(), "Over this long after the start; default: never")
      .key("regions", &dns::Fault::regions, config::one_or_list(config::text()),
           "Receivers' regions that meet it; default all")
      .check([](const Node& node, FaultDraft& draft, Errors& errors) {
        if (draft.begins && draft.ends && *draft.ends <= *draft.begins) {
          errors.add(*node.find("until"), "must be later than 'from'");
        }
      });
  return config::object(std::move(table));
}

}  // namespace

config::Type<std::uint32_t> ttl_type() {
  const auto duration = config::duration();
  return config::custom<std::uint32_t>(
      [duration](const Node& node, std::uint32_t& into, Errors& errors) {
        Duration length{};
        if (!duration.read(node, length, errors)) return;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length);
        constexpr std::chrono::seconds ttl_max{INT32_MAX};  // RFC 2181 §8
        if (length < Duration::zero() || seconds > ttl_max || seconds != length) {
          return errors.add(node, "expected whole seconds, 68 years at most");
        }
        into = static_cast<std::uint32_t>(seconds.count());
      },
      duration.schema());
}

// Values that make no sense in the record's type are reported where they stand.
std::vector<dns::Data> read_dns_values(dns::Type type, const Node& node, Errors& errors) {
  std::vector<dns::Data> data;
  std::vector<std::string> texts;
  if (!values_type().read(node, texts, errors)) return data;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto value = dns::parse_data(type, texts[i]);
    if (value) {
      data.push_back(std::move(*value));
    } else {
      errors.add(node.is_list() ? node.items()[i] : node, value.error().message);
    }
  }
  return data;
}

config::Type<DnsDraft> dns_type() {
  config::Table<DnsDraft> table{"dns"};
  table.key("zones", &DnsDraft::zones, config::list_of(zone_type()), "Zones of your own: files, or {origin, text}")
      .key("records", &DnsDraft::records, config::list_of(config::located(record_set())),
           "Records of your own; with 'regions' or 'flapping' they take the place of others of their name and type")
      .key("faults", &DnsDraft::faults, config::list_of(dns_fault()), "What goes wrong")
      .key("dnssec", &DnsDraft::dnssec, config::list_of(config::located(dns_name())),
           "Zones that are signed; those above them are too, up to the root, whose key is the trust anchor")
      .check([](const Node& node, DnsDraft& draft, Errors& errors) {
        const bool about_signatures =
            std::any_of(draft.faults.begin(), draft.faults.end(), [](const dns::Fault& fault) {
              return fault.kind == dns::FaultKind::bogus || fault.kind == dns::FaultKind::expired;
            });
        if (about_signatures && draft.dnssec.empty()) {
          errors.add(*node.find("faults"),
                     "bogus and expired are of signatures, and no zone is signed; list some under dnssec");
        }
      });
  return config::object(std::move(table));
}

void finish_dns(DnsDraft& draft, Scenario& scenario) {
  for (auto& [change, at] : draft.records) {
    if (!change.alternating.empty()) change.at = scenario.start;
    scenario.dns.records.push_back({std::move(change), at});
  }
  for (FaultDraft& fault : draft.faults) {
    if (fault.begins) fault.from = later(scenario.start, *fault.begins);
    if (fault.ends) fault.until = later(scenario.start, *fault.ends);
    scenario.dns.faults.push_back(std::move(fault));
  }
  scenario.dns.dnssec = std::move(draft.dnssec);
}

}  // namespace mailrig::scenario
