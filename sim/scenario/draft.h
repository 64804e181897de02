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
  config::Node to;  // receiver → share
};

struct TimelineDraft {
  Duration at{};
  Located<std::string> set;
  config::Node to;
};

struct ZoneDraft {
  std::optional<Located<std::string>> file_path;
  std::optional<Located<std::string>> text;
  std::string origin;
  Location at;
};

struct DnsDraft {
  std::vector<ZoneDraft> zones;
};

struct EndDraft {
  Duration drain = std::chrono::hours(72);
};

struct Draft : Scenario {
  std::vector<ListDraft> list_drafts;
  std::vector<MailDraft> mail_drafts;
  std::vector<TrafficDraft> traffic_drafts;
  std::vector<TimelineDraft> timeline_drafts;
  DnsDraft dns;
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
config::Table<Draft> scenario_keys();

// Reads the keys that are files, and fills in what depends on the sender.
void finish_dkim_keys(const std::filesystem::path& scenario_file, Sender& sender, config::Errors& errors);

// Resolves names, reads the files that `draft` names (relative to the folder of draft.file) and checks what concerns
// more than one part. The result is good when nothing was added to `errors`.
Scenario finish(Draft draft, config::Errors& errors);

}  // namespace mailrig::scenario
