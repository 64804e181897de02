// mailrig isp: look at the receiver profiles, and check one's own.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "fakes/config/document.h"
#include "fakes/receiver/profile.h"
#include "fakes/receiver/shipped_profiles.h"
#include "sim/app/commands.h"
#include "sim/rehearsal/coverage.h"
#include "sim/rehearsal/matrix.h"
#include "sim/report/json_text.h"

namespace mailrig::app {
namespace {

struct IspOptions {
  std::string name;
  std::vector<std::string> names;
  std::string format = "text";
};

int list(const IspOptions& options) {
  boost::json::array rows;
  for (const std::string& name : receiver::list_profiles()) {
    const auto profile = receiver::load_profile(name);
    if (!profile) return complain(profile.error(), environment_error);
    boost::json::array domains(profile->domains.begin(), profile->domains.end());
    if (options.format == "json") {
      rows.push_back({{"name", name}, {"kind", receiver::to_string(profile->kind)}, {"domains", std::move(domains)}});
    } else {
      fmt::print("{:<16} {:<9} {}\n", name, receiver::to_string(profile->kind), fmt::join(profile->domains, " "));
    }
  }
  if (options.format == "json") fmt::print("{}", report::to_text(rows));
  return passed;
}

int show(const IspOptions& options) {
  for (const receiver::ShippedProfile& shipped : receiver::shipped_profiles()) {
    if (shipped.name == options.name) {
      fmt::print("{}", shipped.yaml);
      return passed;
    }
  }
  // Not one of ours: the error names the nearest, or the file's fault.
  const auto profile = receiver::load_profile(options.name);
  if (!profile) return complain(profile.error(), usage_error);
  const auto text = config::read_file(options.name);
  if (!text) return complain(text.error(), usage_error);
  fmt::print("{}", *text);
  return passed;
}

// Every reply that the profile words, brought about in a dialogue.
int check(const IspOptions& options) {
  const auto profile = receiver::load_profile(options.name);
  if (!profile) return complain(profile.error(), usage_error);
  const auto rehearsed = rehearsal::rehearse(*profile);
  std::size_t wordings = 0;
  std::size_t heard = 0;
  boost::json::array rows;
  for (const rehearsal::Rehearsed& reply : rehearsed) {
    wordings += reply.wordings;
    heard += reply.heard;
    rows.push_back({{"reply", reply.key},
                    {"recovering", reply.recovering},
                    {"phase", reply.phase},
                    {"wordings", reply.wordings},
                    {"heard", reply.heard},
                    {"sample", reply.sample},
                    {"texts", boost::json::array(reply.texts.begin(), reply.texts.end())}});
  }
  if (options.format == "json") {
    fmt::print("{}", report::to_text(boost::json::object{{"profile", profile->name},
                                                         {"kind", receiver::to_string(profile->kind)},
                                                         {"wordings", wordings},
                                                         {"heard", heard},
                                                         {"replies", std::move(rows)}}));
  } else {
    for (const rehearsal::Rehearsed& reply : rehearsed) {
      const std::string name = reply.key + (reply.recovering ? " (recovering)" : "");
      if (reply.heard == 0) {
        fmt::print("MISSING {:<36} heard instead: {}\n", name, reply.sample.substr(0, 90));
        continue;
      }
      const std::string_view sample = std::string_view(reply.sample).substr(0, reply.sample.find('\r'));
      fmt::print("{} {:<36} {:<8} {}/{}  {}\n", reply.heard == reply.wordings ? "ok     " : "MISSING", name,
                 reply.phase, reply.heard, reply.wordings,
                 sample.empty() && reply.heard > 0 ? "(closes without a word)" : sample.substr(0, 70));
    }
    fmt::print("{}: {} ({}, {}): {} of {} replies heard\n", options.name,
               heard == wordings ? "ok" : "not all can be heard", receiver::to_string(profile->kind),
               fmt::join(profile->domains, " "), heard, wordings);
  }
  return heard == wordings ? passed : expectation_failed;
}

// One column for each provider, one row for each state of authentication.
int matrix(const IspOptions& options) {
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    for (const std::string& name : receiver::list_profiles()) {
      if (name != "sink") names.push_back(name);
    }
  }
  std::vector<std::vector<rehearsal::MatrixRow>> columns;
  for (const std::string& name : names) {
    const auto profile = receiver::load_profile(name);
    if (!profile) return complain(profile.error(), usage_error);
    columns.push_back(rehearsal::authentication_matrix(*profile));
  }
  boost::json::array json;
  if (options.format == "text") {
    fmt::print("| sender | DMARC record | SPF | DKIM | {} |\n", fmt::join(names, " | "));
    fmt::print("|---|---|---|---|{}\n", [&] {
      std::string rule;
      for (std::size_t i = 0; i < names.size(); ++i) rule += "---|";
      return rule;
    }());
  }
  for (std::size_t i = 0; i < columns.front().size(); ++i) {
    const rehearsal::MatrixRow& row = columns.front()[i];
    std::vector<std::string> outcomes;
    boost::json::object by_name;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      outcomes.push_back(columns[k][i].outcome);
      by_name[names[k]] = columns[k][i].outcome;
    }
    if (options.format == "json") {
      json.push_back({{"bulk", row.bulk},
                      {"dmarc", row.dmarc},
                      {"spf", row.spf},
                      {"dkim", row.dkim},
                      {"outcomes", std::move(by_name)}});
    } else {
      fmt::print("| {} | {} | {} | {} | {} |\n", row.bulk ? "bulk" : "not bulk", row.dmarc, row.spf, row.dkim,
                 fmt::join(outcomes, " | "));
    }
  }
  if (options.format == "json") fmt::print("{}", report::to_text(json));
  return passed;
}

}  // namespace

void add_isp_command(CLI::App& app, int& exit_status) {
  CLI::App* isp = app.add_subcommand("isp", "list, show and check receiver profiles");
  isp->require_subcommand(1);
  add_examples(*isp,
               "  mailrig isp list\n"
               "  mailrig isp show gmail         every value with its source\n"
               "  mailrig isp check mine.yaml    each of its replies, brought about and heard\n"
               "  mailrig isp matrix gmail outlook\n");
  const auto options = std::make_shared<IspOptions>();
  CLI::App* list_command = isp->add_subcommand("list", "the shipped profiles");
  list_command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  list_command->callback([options, &exit_status] { exit_status = list(*options); });
  CLI::App* show_command = isp->add_subcommand("show", "a profile's YAML with the source of each value");
  show_command->add_option("name", options->name, "a shipped profile or a file")->required();
  show_command->callback([options, &exit_status] { exit_status = show(*options); });
  CLI::App* check_command =
      isp->add_subcommand("check", "whether a profile can be used, and each of its replies be heard");
  check_command->add_option("name", options->name, "a file or a shipped profile")->required();
  check_command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  CLI::App* matrix_command =
      isp->add_subcommand("matrix", "what becomes of a message in every state of SPF, DKIM and DMARC, as a table");
  matrix_command->add_option("names", options->names, "shipped profiles or files; default all");
  matrix_command->add_option("--format", options->format, "text (Markdown) or json")
      ->check(CLI::IsMember({"text", "json"}));
  matrix_command->callback([options, &exit_status] { exit_status = matrix(*options); });
  check_command->callback([options, &exit_status] { exit_status = check(*options); });
}

}  // namespace mailrig::app
