// Keys of `traffic`, `end` and of the file as a whole.
#include <charconv>
#include <system_error>

#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;
using config::Type;

Type<Arrivals> arrivals() {
  return config::one_of<Arrivals>({{"constant", Arrivals::constant}, {"poisson", Arrivals::poisson}});
}

void add_end(config::Table<Schedule>& table) {
  table.key("for", &Schedule::length, config::duration(), "How long")
      .key("count", &Schedule::count, config::count(), "How many messages")
      .check([](const Node& node, Schedule& schedule, Errors& errors) {
        if (!schedule.length && !schedule.count) errors.add(node, "never ends; add 'for: 20s' or 'count: 1000'");
      });
}

void check_positive(const Node& node, Schedule& schedule, Errors& errors) {
  if (schedule.length && *schedule.length <= Duration::zero()) errors.add(node, "'for' must be longer than 0");
  if (schedule.count && *schedule.count == 0) errors.add(node, "'count' must be more than 0");
}

config::Table<Schedule> rate_keys() {
  config::Table<Schedule> table{"rate schedule"};
  table.key("rate", &Schedule::rate, config::rate(), "Messages per time", Presence::required)
      .key("arrivals", &Schedule::arrivals, arrivals(), "Evenly spaced or at random")
      .key("shape", &Schedule::shape, shape_type(), "Hours and days with more and with less; the rate is their mean");
  add_end(table);
  table.check(check_positive).check([](const Node& node, Schedule& schedule, Errors& errors) {
    if (schedule.rate.count == 0) errors.add(*node.find("rate"), "must be more than 0");
    schedule.kind = ScheduleKind::rate;
  });
  return table;
}

config::Table<Schedule> ramp_keys() {
  config::Table<Schedule> ends{"ramp"};
  ends.key("from", &Schedule::rate, config::rate(), "Where it begins", Presence::required)
      .key("to", &Schedule::ramp_to, config::rate(), "Where it ends", Presence::required);
  config::Table<Schedule> table{"ramp schedule"};
  table.key("ramp", config::object(std::move(ends)), "From one rate to another", Presence::required)
      .key("for", &Schedule::length, config::duration(), "How long", Presence::required)
      .key("count", &Schedule::count, config::count(), "Stop after this many messages")
      .key("arrivals", &Schedule::arrivals, arrivals(), "Evenly spaced or at random")
      .check(check_positive)
      .check([](const Node& node, Schedule& schedule, Errors& errors) {
        if (schedule.rate.count == 0 && schedule.ramp_to.count == 0) {
          errors.add(*node.find("ramp"), "one of 'from' and 'to' must be more than 0");
        }
        schedule.kind = ScheduleKind::ramp;
      });
  return table;
}

config::Table<Schedule> burst_keys() {
  config::Table<Schedule> table{"burst schedule"};
  table.key("burst", &Schedule::burst, config::count(), "Messages at once", Presence::required)
      .key("every", &Schedule::every, config::duration(), "Time from one burst to the next")
      .key("times", &Schedule::times, config::count(), "How many bursts; default 1")
      .check([](const Node& node, Schedule& schedule, Errors& errors) {
        if (schedule.burst == 0) errors.add(*node.find("burst"), "must be more than 0");
        if (schedule.times == 0) errors.add(*node.find("times"), "must be more than 0");
        if (schedule.times > 1 && schedule.every <= Duration::zero()) {
          errors.add(node, "several bursts need 'every', such as every: 10s");
        }
        constexpr std::uint64_t messages_max = 1'000'000'000'000;
        if (schedule.times > messages_max ||
            schedule.burst > messages_max / std::max<std::uint64_t>(schedule.times, 1)) {
          return errors.add(node, "is more than 1000G messages");
        }
        schedule.kind = ScheduleKind::burst;
        schedule.count = schedule.burst * schedule.times;
      });
  return table;
}

config::Table<Schedule> warmup_keys() {
  config::Table<Schedule> table{"warmup schedule"};
  table
      .key("warmup", &Schedule::warmup, warmup_type(), "Messages a day from each address to the largest receiver",
           Presence::required)
      .key("shape", &Schedule::shape, shape_type(), "Hours and days with more and with less")
      .key("for", &Schedule::length, config::duration(), "How long; default: the days of the warm-up")
      .key("count", &Schedule::count, config::count(), "Stop after this many messages")
      .key("arrivals", &Schedule::arrivals, arrivals(), "Evenly spaced or at random")
      .check(check_positive)
      .check([](const Node& node, Schedule& schedule, Errors& errors) {
        if (schedule.length && *schedule.length > pacing::days_max * std::chrono::hours(24)) {
          errors.add(*node.find("for"), "must be at most 3660d");
        }
        schedule.kind = ScheduleKind::warmup;
      });
  return table;
}

config::Table<Schedule> replay_keys() {
  config::Table<Schedule> table{"replay schedule"};
  table
      .key("replay", &Schedule::trace_file, config::located(config::text()),
           "CSV with offset, recipient, size and stream; mailrig scenario from-log makes one", Presence::required)
      .check([](const Node&, Schedule& schedule, Errors&) { schedule.kind = ScheduleKind::replay; });
  return table;
}

config::Table<Schedule> saturate_keys() {
  config::Table<Schedule> loop{"saturate"};
  loop.key("in_flight", &Schedule::in_flight, config::count(), "Messages unfinished at any time", Presence::required);
  config::Table<Schedule> table{"saturate schedule"};
  table.key("saturate", config::object(std::move(loop)), "A closed loop", Presence::required);
  add_end(table);
  table.check(check_positive).check([](const Node& node, Schedule& schedule, Errors& errors) {
    if (schedule.in_flight == 0) errors.add(*node.find("saturate"), "'in_flight' must be more than 0");
    schedule.kind = ScheduleKind::saturate;
  });
  return table;
}

Type<TrafficDraft> traffic_entry() {
  config::Table<TrafficDraft> table{"traffic entry"};
  table.key("mail", &Traffic::mail, config::located(config::text()), "Which mail", Presence::required)
      .key("list", &TrafficDraft::list_given, config::located(config::text()), "To whom; not with a replay")
      .key("schedule", &Traffic::schedule, schedule_type(), "When", Presence::required)
      .key("to", &TrafficDraft::to, config::node(config::map_of(config::share()).schema()),
           "Share of each receiver or forwarder; default equal parts to the receivers")
      .key("at", &Traffic::at, config::duration(), "Begins this long after the start")
      .remember_location(&Traffic::location)
      .check([](const Node& node, TrafficDraft& entry, Errors& errors) {
        const bool replay = entry.schedule.kind == ScheduleKind::replay;
        if (replay) {
          for (const char* key : {"list", "to"}) {
            if (const Node* stray = node.find(key))
              errors.add(*stray, "the trace says whom its mail goes to; remove it");
          }
        } else if (!entry.list_given) {
          errors.add(node, "key 'list' is missing in traffic entry");
        } else {
          entry.list = *entry.list_given;
        }
      });
  return config::object(std::move(table));
}

Type<Record> record() {
  return config::custom<Record>(
      [](const Node& node, Record& into, Errors& errors) {
        const std::string& text = node.text();
        if (text == "all") {
          into = {RecordMode::all, 1};
        } else if (text == "aggregate") {
          into = {RecordMode::aggregate, 1};
        } else {
          constexpr std::string_view prefix = "sample:";
          std::uint64_t every = 0;
          const char* end = text.data() + text.size();
          const bool tagged = text.starts_with(prefix);
          const auto [stop, fault] = std::from_chars(tagged ? text.data() + prefix.size() : end, end, every);
          if (fault != std::errc() || stop != end || every == 0) {
            return errors.add(node, "expected all, sample:100 or aggregate, found " + describe(node));
          }
          into = {RecordMode::sample, every};
        }
      },
      {{"type", "string"}, {"pattern", "^(all|aggregate|sample:[1-9][0-9]*)$"}});
}

Type<std::vector<std::pair<IpAddress, IpAddress>>> source_map() {
  using Map = std::vector<std::pair<IpAddress, IpAddress>>;
  const auto address = config::ip_address();
  return config::custom<Map>(
      [address](const Node& node, Map& into, Errors& errors) {
        if (!node.is_map()) return errors.add(node, "expected a map from addresses, found " + describe(node));
        into.clear();
        for (const auto& [key, key_at, value] : node.entries()) {
          Node key_node = Node::scalar(key, key_at);
          key_node.set_path(node.path());
          std::pair<IpAddress, IpAddress> entry;
          const bool key_good = address.read(key_node, entry.first, errors);
          if (address.read(value, entry.second, errors) && key_good) into.push_back(entry);
        }
      },
      config::map_of(address).schema());
}

Type<std::uint64_t> seed() {
  const auto number = config::integer64(0, std::numeric_limits<std::int64_t>::max());
  return config::custom<std::uint64_t>(
      [number](const Node& node, std::uint64_t& into, Errors& errors) {
        std::int64_t value = 0;
        if (number.read(node, value, errors)) into = static_cast<std::uint64_t>(value);
      },
      number.schema());
}

}  // namespace

// The key that is there says which kind of schedule it is.
config::Type<Schedule> schedule_type() {
  const std::vector<std::string> kinds = {"rate", "ramp", "burst", "warmup", "replay", "saturate"};
  const std::vector<config::Type<Schedule>> types = {config::object(rate_keys()),   config::object(ramp_keys()),
                                                     config::object(burst_keys()),  config::object(warmup_keys()),
                                                     config::object(replay_keys()), config::object(saturate_keys())};
  boost::json::array schemas;
  for (const auto& type : types) schemas.push_back(type.schema());
  return config::custom<Schedule>(
      [kinds, types](const Node& node, Schedule& into, Errors& errors) {
        if (!node.is_map())
          return errors.add(node, "expected a map such as {rate: 50/s, for: 20s}, found " + describe(node));
        for (std::size_t i = 0; i < kinds.size(); ++i) {
          if (node.find(kinds[i]) != nullptr) {
            types[i].read(node, into, errors);
            return;
          }
        }
        for (const auto& [key, key_at, value] : node.entries()) {
          if (const auto kind = config::nearest(key, kinds)) {
            return errors.add(key_at, "unknown key '" + key + "' in schedule; did you mean '" + *kind + "'?");
          }
        }
        errors.add(node, "does not say what kind it is" + config::suggestion("", kinds));
      },
      {{"oneOf", std::move(schemas)}});
}

config::Table<Draft> scenario_keys() {
  config::Table<EndDraft> end{"end"};
  end.key("drain", &EndDraft::drain, config::duration(), "How long to wait for queues");
  config::Table<Draft> table{"scenario"};
  table.key("name", &Scenario::name, config::text(), "Default: the file's name")
      .key("proves", &Scenario::proves, config::list_of(config::text()), "What it shows, as ids")
      .key("description", &Scenario::description, config::text(), "Default: the file's first comment")
      .key("seed", &Scenario::seed, seed(), "Of every draw")
      .key("start", &Scenario::start, config::instant(), "Model time at the beginning")
      .key("speed", &Scenario::speed, config::integer<std::uint32_t>(1, 1'000'000),
           "Model seconds per second of a live run")
      .key("record", &Scenario::record, record(), "What run.db keeps")
      .key("senders", &Scenario::senders, config::named(config::object(sender_keys()), &Sender::name),
           "SMTP client systems under test")
      .key("receivers", &Scenario::receivers, config::named(receiver_type(), &Receiver::name), "Mailbox providers",
           Presence::required)
      .key("forwarders", &Scenario::forwarders,
           config::named(config::object(forwarder_keys()), static_cast<std::string Forwarder::*>(&Forwarder::name)),
           "Hops that pass mail on to receivers")
      .key("lists", &Draft::list_drafts,
           config::named(config::object(list_keys()), static_cast<std::string ListDraft::*>(&List::name)), "Recipients")
      .key("mail", &Draft::mail_drafts,
           config::named(config::object(mail_keys()), static_cast<std::string MailDraft::*>(&Mail::name)),
           "Kinds of messages")
      .key("traffic", &Draft::traffic_drafts, config::list_of(traffic_entry()), "Which mail goes to whom and when")
      .key("timeline", &Draft::timeline_drafts, config::list_of(timeline_type()), "What happens on the way")
      .key("dns", &Draft::dns_draft, dns_type(), "Additions to the world's DNS")
      .key("source_map", &Scenario::source_map, source_map(), "Real client address → whom the receivers judge")
      .key("end", &Draft::end, config::object(std::move(end)), "When the run is over")
      .key("expect", &Draft::expect_nodes, config::list_of(config::node({{"type", "string"}})),
           "Expectations: PATH OP VALUE over summary.json")
      .not_available("services");
  return table;
}

}  // namespace mailrig::scenario
