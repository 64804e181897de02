// mailrig report: look again at what a run left, finished or killed.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "sim/app/commands.h"
#include "sim/report/files.h"

namespace mailrig::app {
namespace {

struct ReportOptions {
  std::string folder;
  std::string format = "text";
};

int show(const ReportOptions& options) {
  const auto format = report::parse_format(options.format);
  if (!format) return complain(format.error(), usage_error);
  const auto printed = report::print_report(options.folder, *format, report::style_for(1), std::cout);
  if (!printed) return complain(printed.error(), usage_error);
  return passed;
}

}  // namespace

void add_report_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("report", "what a run left, as text, JSON, CSV or JUnit");
  const auto options = std::make_shared<ReportOptions>();
  command->add_option("folder", options->folder, "the run's folder")->required();
  command
      ->add_option("--format", options->format,
                   "text, json, csv, junit, or postmaster: what the receivers' tools would have shown")
      ->capture_default_str();
  add_examples(*command,
               "  mailrig report results/runs/first-send-20260302T080000Z\n"
               "  mailrig report results/runs/first-send-20260302T080000Z --format csv > deliveries.csv\n");
  command->callback([options, &exit_status] { exit_status = show(*options); });
}

}  // namespace mailrig::app
