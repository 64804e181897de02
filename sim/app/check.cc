// mailrig check: what is wrong with a domain, a message or a scenario, and the record or change that mends it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "fakes/auth/idna.h"
#include "fakes/base/units.h"
#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/message_checks.h"
#include "fakes/diagnose/service_records.h"
#include "fakes/mail/address.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "sim/app/check_scenario.h"
#include "sim/app/commands.h"
#include "sim/app/lookup_options.h"
#include "sim/report/json_text.h"
#include "sim/report/style.h"
#include "sim/report/table.h"
#include "sim/scenario/load.h"

namespace mailrig::app {
namespace {

struct CheckOptions {
  LookupOptions lookup;
  std::string target;
  std::string message;
  std::vector<std::string> selectors;
  std::vector<std::string> ips;
  std::vector<std::string> addresses;
  std::string service;
  bool bulk = false;
  std::optional<std::string> mail_from;
  std::string helo;
  std::string at = "0s";
};

struct CheckReport {
  std::string target;
  diagnose::Findings findings{};
  std::string service{};
  std::vector<diagnose::ServiceRow> rows{};
  std::optional<std::int32_t> content_score_milli{};  // of a message
};

// Of 10, in tenths.
double rounded_score(std::int32_t milli) {
  const std::int32_t tenths = (milli + 50) / 100;
  return tenths / 10.0;
}

boost::json::object to_json(const CheckReport& report) {
  boost::json::array findings;
  for (const diagnose::Finding& finding : report.findings.sorted()) {
    findings.push_back({{"id", finding.id},
                        {"severity", diagnose::to_string(finding.severity)},
                        {"subject", finding.subject},
                        {"evidence", finding.evidence},
                        {"remedy", finding.remedy}});
  }
  boost::json::object json{{"target", report.target},
                           {"findings", std::move(findings)},
                           {"verdict", report.findings.broken() ? "fail" : "pass"}};
  if (!report.service.empty()) {
    boost::json::array rows;
    for (const diagnose::ServiceRow& row : report.rows) {
      rows.push_back({{"name", row.name},
                      {"type", row.type},
                      {"required", row.required},
                      {"current", row.current},
                      {"fulfilled", row.fulfilled}});
    }
    json["service"] = boost::json::object{{"name", report.service}, {"records", std::move(rows)}};
  }
  if (report.content_score_milli) json["content_score"] = rounded_score(*report.content_score_milli);
  return json;
}

// Keys are longer than any window; JSON has them whole.
std::string cell(const std::string& text) {
  constexpr std::size_t octets_max = 60;
  if (text.empty()) return "-";
  if (text.size() <= octets_max) return text;
  return std::string(mail::utf8_prefix(text, octets_max)) + "...";
}

void print_services(const CheckReport& report, report::Style style) {
  using Align = report::Table::Align;
  report::Table table({{report.service, Align::left},
                       {"type", Align::left},
                       {"required", Align::left},
                       {"current", Align::left},
                       {"", Align::left}});
  for (const diagnose::ServiceRow& row : report.rows) {
    table.add({row.name, row.type, cell(row.required), cell(row.current), row.fulfilled ? "ok" : "differs"});
  }
  style.columns = table.width();
  fmt::print("{}\n", table.text(style));
}

void print_text(const CheckReport& report) {
  const report::Style style = report::style_for(1);
  if (!report.service.empty()) print_services(report, style);
  const auto findings = report.findings.sorted();
  std::size_t id_width = 2;
  for (const diagnose::Finding& finding : findings) id_width = std::max(id_width, finding.id.size());
  for (const diagnose::Finding& finding : findings) {
    const auto colour = finding.severity == diagnose::Severity::error     ? report::Colour::red
                        : finding.severity == diagnose::Severity::warning ? report::Colour::yellow
                                                                          : report::Colour::dim;
    fmt::print("{}  {:<{}}  {}\n", style.paint(colour, fmt::format("{:<8}", diagnose::to_string(finding.severity))),
               finding.id, id_width, finding.subject);
    fmt::print("          seen    {}\n          remedy  {}\n", finding.evidence, finding.remedy);
  }
  const auto count = [&](diagnose::Severity severity) {
    return std::count_if(findings.begin(), findings.end(),
                         [&](const diagnose::Finding& finding) { return finding.severity == severity; });
  };
  const bool fail = report.findings.broken();
  if (!findings.empty()) fmt::print("\n");
  if (report.content_score_milli)
    fmt::print("content score {:.1f} of 10\n", rounded_score(*report.content_score_milli));
  fmt::print("{}: {} ({} errors, {} warnings, {} advice)\n", report.target,
             style.paint(fail ? report::Colour::red : report::Colour::green, fail ? "fail" : "pass"),
             count(diagnose::Severity::error), count(diagnose::Severity::warning), count(diagnose::Severity::advice));
}

int print_report(const CheckReport& report, const std::string& format) {
  if (format == "json") {
    fmt::print("{}", report::to_text(to_json(report)));
  } else {
    print_text(report);
  }
  return report.findings.broken() ? expectation_failed : passed;
}

Result<std::vector<IpAddress>> parse_addresses(const std::vector<std::string>& texts) {
  std::vector<IpAddress> ips;
  for (const std::string& text : texts) {
    const auto ip = IpAddress::parse(text);
    if (!ip) return Error{fmt::format("--ip: '{}' is not an IP address", text)};
    ips.push_back(*ip);
  }
  return Result<std::vector<IpAddress>>(boost::system::in_place_value, std::move(ips));
}

int check_domain(const CheckOptions& options, const std::string& domain) {
  const auto ips = parse_addresses(options.ips);
  if (!ips) return complain(ips.error(), usage_error);
  std::vector<std::pair<std::string, std::string>> mailboxes;  // address, its domain
  for (const std::string& text : options.addresses) {
    const auto address = mail::parse_address(text);
    const auto of = address ? auth::to_a_labels(address->domain) : std::nullopt;
    if (!of) return complain({fmt::format("--address: '{}' is no mail address", text)}, usage_error);
    mailboxes.emplace_back(text, *of);
  }
  CheckReport report{domain};
  std::optional<diagnose::Service> service;
  if (!options.service.empty()) {
    auto loaded = diagnose::load_service(options.service);
    if (!loaded) return complain(loaded.error(), usage_error);
    service = std::move(*loaded);
    report.service = service->name;
  }
  auto lookup = Lookup::open(options.lookup);
  if (!lookup) return complain(lookup.error(), usage_error);
  dns::Resolver& resolver = (*lookup)->resolver();
  diagnose::check_spf_record(resolver, domain, report.findings);
  diagnose::check_dkim_keys(
      resolver, domain,
      options.selectors.empty() ? diagnose::common_selectors() : diagnose::DkimSelectors{options.selectors, false},
      report.findings);
  diagnose::check_dmarc_record(resolver, domain, report.findings);
  diagnose::check_mail_exchangers(resolver, domain, "the sending domain", report.findings);
  for (const auto& [address, of] : mailboxes) {
    if (of != domain) diagnose::check_mail_exchangers(resolver, of, "the address " + address, report.findings);
  }
  diagnose::check_name_servers(resolver, domain, report.findings);
  diagnose::check_zone(resolver, domain, report.findings);
  for (const IpAddress& ip : *ips) diagnose::check_sending_address(resolver, ip, options.helo, report.findings);
  if (service) report.rows = diagnose::compare_service_records(resolver, domain, *service, report.findings);
  return status_after(**lookup, print_report(report, options.lookup.format));
}

int check_message_file(const CheckOptions& options) {
  const auto ips = parse_addresses(options.ips);
  if (!ips) return complain(ips.error(), usage_error);
  if (ips->size() > 1) return complain({"a message comes from one client: one --ip"}, usage_error);
  const auto text = read_input(options.message);
  if (!text) return complain(text.error(), usage_error);
  if (mail::body_offset(*text) == 0) {
    return complain({"does not begin with a header field; is it a message?", options.message}, usage_error);
  }
  diagnose::MessageSettings settings;
  settings.now = moment(options.lookup.now_s);
  settings.bulk = options.bulk;
  settings.mail_from = options.mail_from;
  settings.helo = options.helo;
  if (!ips->empty()) settings.client_ip = ips->front();
  // Nobody is asked unless somebody says whom: a message can be looked at without a network.
  std::unique_ptr<Lookup> lookup;
  if (!options.lookup.resolver.empty() || !options.lookup.zone.empty()) {
    auto opened = Lookup::open(options.lookup);
    if (!opened) return complain(opened.error(), usage_error);
    lookup = std::move(*opened);
  }
  CheckReport report{options.message};
  diagnose::check_message(*text, settings, lookup ? &lookup->resolver() : nullptr, report.findings);
  report.content_score_milli = diagnose::check_content(*text, report.findings);
  const int status = print_report(report, options.lookup.format);
  return lookup ? status_after(*lookup, status) : status;
}

int check_scenario_file(const CheckOptions& options) {
  const auto at = parse_duration(options.at);
  if (!at) return complain({fmt::format("--at: {}", at.error().message)}, usage_error);
  config::Errors errors;
  const auto scenario = scenario::load(options.target, {}, errors);
  for (const Error& error : errors.list()) complain(error, usage_error);
  if (!scenario) return usage_error;
  auto findings = check_scenario(*scenario, *at);
  if (!findings) return complain(findings.error(), usage_error);
  return print_report({options.target, std::move(*findings)}, options.lookup.format);
}

int check_target(const CheckOptions& options) {
  if (options.target.empty() == options.message.empty()) {
    return complain({"name one thing to check: a domain, a scenario file, or --message FILE"}, usage_error);
  }
  if (!options.message.empty()) return check_message_file(options);
  const std::filesystem::path path(options.target);
  std::error_code ignored;
  if (path.extension() == ".yaml" || path.extension() == ".yml" || path.has_parent_path() ||
      std::filesystem::is_regular_file(path, ignored)) {
    return check_scenario_file(options);
  }
  const auto domain = auth::to_a_labels(options.target);
  if (!domain || domain->find('.') == std::string::npos || !mail::is_domain(*domain)) {
    return complain({fmt::format("'{}' is neither a domain nor a scenario file", options.target)}, usage_error);
  }
  return check_domain(options, *domain);
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("check", "what is wrong with a domain, a message or a scenario, and how to mend it");
  const auto options = std::make_shared<CheckOptions>();
  command->add_option("target", options->target, "a domain, or a scenario file");
  command->add_option("--message", options->message, "a message; - for standard input");
  command
      ->add_option("--selector", options->selectors,
                   "domain: a DKIM selector; may be repeated (default: the common ones are tried)")
      ->allow_extra_args(false);
  command->add_option("--ip", options->ips, "an address that mail comes from; for a domain it may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--address", options->addresses,
                   "domain: another address that must take mail, such as support@; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--service", options->service,
                      "domain: compare with the records that a sending service wants (" +
                          fmt::format("{}", fmt::join(diagnose::shipped_services(), ", ")) + ", or a .yaml file)");
  command->add_flag("--bulk", options->bulk, "message: it goes to many");
  command->add_option("--mail-from", options->mail_from, "message: the envelope's sender (default: its Return-Path)");
  command->add_option("--helo", options->helo, "the name the client gives");
  command->add_option("--at", options->at, "scenario: how long after its start to look (default 0s)");
  add_lookup_options(*command, options->lookup);
  add_examples(*command,
               "  mailrig check shop.example --ip 192.0.2.1 --selector s1\n"
               "  mailrig check shop.example --zone shop.zone --service tencent-ses\n"
               "  mailrig check --message mail.eml --zone shop.zone --ip 192.0.2.1 --format json\n"
               "  mailrig check scenarios/first-send.yaml\n");
  command->callback([options, &exit_status] { exit_status = check_target(*options); });
}

}  // namespace mailrig::app
