// mailrig spf check: one SPF evaluation, explained step by step.
#include "fakes/auth/spf.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "sim/app/commands.h"
#include "sim/app/lookup_options.h"
#include "sim/report/json_text.h"
#include "sim/report/style.h"

namespace mailrig::app {
namespace {

struct SpfCheckOptions {
  LookupOptions lookup;
  std::string ip;
  std::string from;
  std::string helo;
  std::string scope = "mailfrom";
  std::string receiver;
  std::string default_explanation;
};

boost::json::object to_json(const auth::SpfTraceStep& step) {
  boost::json::array queries;
  for (const auth::SpfTraceQuery& query : step.queries) {
    queries.push_back({{"question", query.question}, {"answer", query.answer}});
  }
  return {{"depth", step.depth},
          {"domain", step.domain},
          {"kind", step.is_record ? "record" : "term"},
          {"text", step.text},
          {"target", step.target},
          {"queries", std::move(queries)},
          {"lookups", step.lookups},
          {"void_lookups", step.void_lookups},
          {"outcome", step.outcome}};
}

boost::json::object to_json(const auth::SpfResult& result) {
  boost::json::array trace;
  for (const auth::SpfTraceStep& step : result.trace) trace.push_back(to_json(step));
  return {{"result", auth::to_string(result.result)},
          {"explanation", result.explanation},
          {"lookups", result.lookups},
          {"void_lookups", result.void_lookups},
          {"identity", auth::to_string(result.scope)},
          {"domain", result.domain},
          {"mechanism", result.mechanism},
          {"problem", result.problem},
          {"ttl_s", result.ttl_s},
          {"trace", std::move(trace)}};
}

void print_text(const auth::SpfResult& result, const IpAddress& ip) {
  const report::Style style = report::style_for(1);
  const auto colour = result.result == auth::SpfOutcome::pass ? report::Colour::green : report::Colour::red;
  fmt::print("{}\n", auth::to_text(result.trace));
  fmt::print("result       {} ({} of {}, client {})\n", style.paint(colour, auth::to_string(result.result)),
             auth::to_string(result.scope), result.domain, ip.to_string());
  if (!result.mechanism.empty()) fmt::print("matched      {}\n", result.mechanism);
  if (!result.problem.empty()) fmt::print("because      {}\n", result.problem);
  if (!result.explanation.empty()) fmt::print("explanation  {}\n", result.explanation);
  fmt::print("lookups      {} of 10, {} of 2 void\n", result.lookups, result.void_lookups);
}

int check_spf_once(const SpfCheckOptions& options) {
  const auto ip = IpAddress::parse(options.ip);
  if (!ip) return complain({fmt::format("--ip: '{}' is not an IP address", options.ip)}, usage_error);
  std::string from = options.from;
  if (from.starts_with('<') && from.ends_with('>')) from = from.substr(1, from.size() - 2);
  const bool of_helo = options.scope == "helo" || from.empty();
  if (of_helo && options.helo.empty()) {
    return complain({"without a sender address --helo says which domain is checked (RFC 7208 §2.4)"}, usage_error);
  }
  auto lookup = Lookup::open(options.lookup);
  if (!lookup) return complain(lookup.error(), usage_error);
  auth::SpfOptions how;
  how.receiver = options.receiver;
  how.now = (*lookup)->now();
  how.default_explanation = options.default_explanation;
  how.trace = true;
  const auth::SpfIdentity identity{options.helo, from, *ip};
  const auth::SpfResult result = options.scope == "helo" ? auth::check_spf_helo((*lookup)->resolver(), identity, how)
                                                         : auth::check_spf((*lookup)->resolver(), identity, how);
  if (options.lookup.format == "json") {
    fmt::print("{}", report::to_text(to_json(result)));
  } else {
    print_text(result, *ip);
  }
  return status_after(**lookup, result.result == auth::SpfOutcome::pass ? passed : expectation_failed);
}

}  // namespace

void add_spf_command(CLI::App& app, int& exit_status) {
  CLI::App* spf = app.add_subcommand("spf", "whether a client may send mail in a domain's name (RFC 7208)");
  spf->require_subcommand(1);
  const auto options = std::make_shared<SpfCheckOptions>();
  CLI::App* check = spf->add_subcommand("check", "one evaluation, step by step; exit 0 for pass, 1 for all else");
  check->add_option("--ip", options->ip, "the client's address")->required();
  check->add_option("--from", options->from, "MAIL FROM; empty or <> for the null reverse-path");
  check->add_option("--helo", options->helo, "the name after HELO or EHLO");
  check->add_option("--identity", options->scope, "mailfrom or helo")->check(CLI::IsMember({"mailfrom", "helo"}));
  check->add_option("--receiver", options->receiver, "the checking host's name, for the macro %{r}");
  check->add_option("--default-explanation", options->default_explanation,
                    "of a fail whose domain explains nothing (RFC 7208 §6.2)");
  add_lookup_options(*check, options->lookup);
  add_examples(*check,
               "  mailrig spf check --ip 192.0.2.1 --from news@shop.example --helo mta1.shop.example\n"
               "  mailrig spf check --ip 192.0.2.1 --from news@shop.example --zone shop.zone --format json\n");
  check->callback([options, &exit_status] { exit_status = check_spf_once(*options); });
}

}  // namespace mailrig::app
