// A scenario between its file and its model: what the tables of keys read, before names are resolved, files are read
// and defaults that depend on other parts are filled in. Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakes/config/table.h"
#include "sim/scenario/scenario.h"

namespace mailrig::scenario {

struct ListDraft : List {
  std::optional<Located<std::string>> file_path;
};

struct MailDraft : Mail {
  std::optional<Located<std::string>> files_path;
  std::optional<std::string> envelope_from_given;
};

struct TrafficDraft : Traffic {
  std::optional<Located<std::string>> list_given;
  config::Node to;  // receiver → share
};

// Either `set` or `record` says what changes.
struct TimelineDraft {
  Duration at{};
  Duration length{};  // 0: until set again
  Duration every{};   // 0: once
  std::uint32_t times = 1;
  std::optional<Located<std::string>> set;
  std::optional<Located<std::string>> record;
  config::Node to;
  std::optional<Located<Duration>> propagation;
  std::optional<Located<std::uint32_t>> ttl_s;
  Location location;
};

struct ZoneDraft {
  std::optional<Located<std::string>> file_path;
  std::optional<Located<std::string>> text;
  std::string origin;
  Location at;
};

struct FaultDraft : dns::Fault {
  std::optional<Duration> begins;  // after the start
  std::optional<Duration> ends;
};

struct DnsDraft {
  std::vector<ZoneDraft> zones;
  std::vector<Located<dns::RrsetChange>> records;
  std::vector<FaultDraft> faults;
  std::vector<Located<std::string>> dnssec;
};

struct EndDraft {
  Duration drain = std::chrono::hours(72);
};

struct Draft : Scenario {
  std::vector<ListDraft> list_drafts;
  std::vector<MailDraft> mail_drafts;
  std::vector<TrafficDraft> traffic_drafts;
  std::vector<TimelineDraft> timeline_drafts;
  DnsDraft dns_draft;
  EndDraft end;
  std::vector<config::Node> expect_nodes;
};

// One table of keys for each part of the file, and the whole.
config::Type<std::string> domain_type();
config::Type<DkimKey> dkim_key_type();
config::Table<Sender> sender_keys();
config::Type<Receiver> receiver_type();
config::Table<Forwarder> forwarder_keys();
config::Type<policy::Certificate> certificate_type();
config::Table<ListDraft> list_keys();
config::Table<MailDraft> mail_keys();
config::Type<Schedule> schedule_type();
config::Type<pacing::Warmup> warmup_type();
config::Type<pacing::Shape> shape_type();
config::Type<pacing::SenderWarmup> sender_warmup_type();
config::Type<std::vector<SenderShaping>> shapings_type();
config::Type<SuppressionRule> suppression_type();
config::Type<StopRule> stop_type();
config::Type<TimelineDraft> timeline_type();
config::Type<DnsDraft> dns_type();
config::Type<std::uint32_t> ttl_type();  // "5m" → seconds
config::Table<Draft> scenario_keys();

// Reads the keys that are files, and fills in what depends on the sender.
void finish_dkim_keys(const std::filesystem::path& scenario_file, Sender& sender, config::Errors& errors);
// One value or a list of them, each as a zone file has it behind the type.
std::vector<dns::Data> read_dns_values(dns::Type type, const config::Node& node, config::Errors& errors);

// Resolves names, reads the files that `draft` names (relative to the folder of draft.file) and checks what concerns
// more than one part. The result is good when nothing was added to `errors`.
Scenario finish(Draft draft, config::Errors& errors);

// The parts of finish() that have files of their own. Senders and receivers are there.
void finish_traffic(Draft& draft, Scenario& scenario, bool profiles_good, config::Errors& errors);
void finish_timeline(std::vector<TimelineDraft>& drafts, Scenario& scenario, config::Errors& errors);
void finish_dns(DnsDraft& draft, Scenario& scenario);

// A path as the scenario's file has it.
std::filesystem::path beside(const std::filesystem::path& scenario, const std::string& path);
// A fault in a file that the scenario names: with a line it speaks for itself, otherwise the scenario's place helps.
void add_file_fault(const Location& at, std::string_view key, const Error& fault, config::Errors& errors);

std::optional<std::uint32_t> index_of(std::string_view name, const std::vector<std::string>& names);
std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b);
// The index of the thing that `reference` names; 0 and an error when there is none. `what` is its kind.
std::uint32_t resolve(const Located<std::string>& reference, std::string_view key, std::string_view what,
                      const std::vector<std::string>& names, config::Errors& errors);

template <class T>
std::vector<std::string> names_of(const std::vector<T>& things) {
  std::vector<std::string> names;
  names.reserve(things.size());
  for (const T& thing : things) names.push_back(thing.name);
  return names;
}

}  // namespace mailrig::scenario
