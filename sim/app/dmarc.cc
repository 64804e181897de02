// mailrig dmarc check: one DMARC evaluation from what SPF and DKIM found, with the questions it took.
#include "fakes/auth/dmarc.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "fakes/auth/from_header.h"
#include "fakes/auth/idna.h"
#include "sim/app/commands.h"
#include "sim/app/lookup_options.h"
#include "sim/report/json_text.h"
#include "sim/report/style.h"

namespace mailrig::app {
namespace {

struct DmarcCheckOptions {
  LookupOptions lookup;
  std::string from;
  std::string spf_domain;
  std::string spf = "none";
  std::vector<std::string> dkim_domains;
  std::vector<std::string> dkim;
  std::string org_domain = "tree";
  int pct_draw = 0;
};

auth::DmarcIdentifier identifier(const std::string& result, std::string domain) {
  auth::DmarcIdentifier identifier;
  identifier.domain = std::move(domain);
  if (result == "pass") identifier.check = auth::IdentifierCheck::passed;
  if (result == "temperror") identifier.check = auth::IdentifierCheck::temporary_error;
  return identifier;
}

// A field's value, an address in it, or a domain.
Result<std::string> author_domain(const std::string& from) {
  if (from.find('@') != std::string::npos) {
    const auth::FromHeader header = auth::read_from_field(from);
    if (const auto domain = header.author_domain()) return Result<std::string>(boost::system::in_place_value, *domain);
    return Error{fmt::format("--from: {}", header.reason)};
  }
  if (const auto domain = auth::to_a_labels(from)) return Result<std::string>(boost::system::in_place_value, *domain);
  return Error{fmt::format("--from: '{}' is neither an address nor a domain", from)};
}

boost::json::object to_json(const auth::DmarcIdentifierResult& identifier) {
  return {{"domain", identifier.domain},
          {"organizational_domain", identifier.organizational_domain},
          {"aligned", identifier.aligned}};
}

boost::json::object to_json(const auth::DmarcEvaluation& evaluation) {
  boost::json::array queries;
  for (const dns::Question& question : evaluation.questions) {
    queries.push_back(boost::json::value(fmt::format("{} {}", question.name, dns::to_string(question.type))));
  }
  boost::json::array dkim;
  for (const auth::DmarcIdentifierResult& one : evaluation.dkim) dkim.push_back(to_json(one));
  boost::json::object json{{"result", auth::to_string(evaluation.result)},
                           {"disposition", auth::to_string(evaluation.disposition)},
                           {"policy", nullptr},
                           {"policy_domain", evaluation.policy_domain},
                           {"organizational_domain", evaluation.organizational_domain},
                           {"author_domain", evaluation.author_domain},
                           {"spf_aligned", evaluation.spf_aligned},
                           {"dkim_aligned", evaluation.dkim_aligned},
                           {"spf", to_json(evaluation.spf)},
                           {"dkim", std::move(dkim)},
                           {"record", nullptr},
                           {"reason", evaluation.reason},
                           {"queries", std::move(queries)}};
  if (evaluation.policy) json["policy"] = auth::to_string(*evaluation.policy);
  if (evaluation.record) json["record"] = evaluation.record->text;
  return json;
}

void print_text(const auth::DmarcEvaluation& evaluation) {
  const report::Style style = report::style_for(1);
  const auto colour = evaluation.result == auth::DmarcResult::pass ? report::Colour::green : report::Colour::red;
  for (const dns::Question& question : evaluation.questions) {
    fmt::print("asked        {} {}\n", question.name, dns::to_string(question.type));
  }
  if (evaluation.record) fmt::print("record       {}: {}\n", evaluation.policy_domain, evaluation.record->text);
  if (!evaluation.organizational_domain.empty()) fmt::print("organization {}\n", evaluation.organizational_domain);
  const auto identifier = [](const char* what, const auth::DmarcIdentifierResult& one) {
    fmt::print("{:<12} {} {}\n", what, one.domain, one.aligned ? "aligned" : "not aligned, or not authenticated");
  };
  if (!evaluation.spf.domain.empty()) identifier("spf", evaluation.spf);
  for (const auth::DmarcIdentifierResult& one : evaluation.dkim) identifier("dkim", one);
  fmt::print("result       {} (author {}, disposition {})\n", style.paint(colour, auth::to_string(evaluation.result)),
             evaluation.author_domain, auth::to_string(evaluation.disposition));
  fmt::print("because      {}\n", evaluation.reason);
}

int check_dmarc_once(const DmarcCheckOptions& options) {
  const auto author = author_domain(options.from);
  if (!author) return complain(author.error(), usage_error);
  if (options.dkim.size() != options.dkim_domains.size()) {
    return complain({"each --dkim-domain needs its --dkim RESULT, in the same order"}, usage_error);
  }
  auto lookup = Lookup::open(options.lookup);
  if (!lookup) return complain(lookup.error(), usage_error);
  auth::DmarcInput input;
  input.author_domain = *author;
  input.spf = identifier(options.spf, options.spf_domain);
  for (std::size_t i = 0; i < options.dkim.size(); ++i) {
    input.dkim.push_back(identifier(options.dkim[i], options.dkim_domains[i]));
  }
  auth::DmarcSettings settings;
  if (options.org_domain == "psl") settings.method = auth::DmarcMethod::public_suffix_list;
  settings.pct_draw = options.pct_draw;
  auth::DmarcEvaluation evaluation = auth::evaluate_dmarc((*lookup)->resolver(), input, settings);
  // Which organizations stand behind the names makes no difference to some results, but people want to read it.
  // `queries` stays what a receiver asks.
  settings.explain = true;
  const auth::DmarcEvaluation explained = auth::evaluate_dmarc((*lookup)->resolver(), input, settings);
  evaluation.organizational_domain = explained.organizational_domain;
  evaluation.spf = explained.spf;
  evaluation.dkim = explained.dkim;
  if (options.lookup.format == "json") {
    fmt::print("{}", report::to_text(to_json(evaluation)));
  } else {
    print_text(evaluation);
  }
  return status_after(**lookup, evaluation.result == auth::DmarcResult::pass ? passed : expectation_failed);
}

}  // namespace

void add_dmarc_command(CLI::App& app, int& exit_status) {
  CLI::App* dmarc = app.add_subcommand("dmarc", "whether a message may use its From domain (RFC 9989)");
  dmarc->require_subcommand(1);
  const auto options = std::make_shared<DmarcCheckOptions>();
  CLI::App* check = dmarc->add_subcommand("check", "one evaluation; exit 0 for pass, 1 for all else");
  const auto results = [](std::initializer_list<std::string> names) {
    return CLI::IsMember(std::vector<std::string>(names));
  };
  check->add_option("--from", options->from, "the From address, field value or domain")->required();
  check->add_option("--spf-domain", options->spf_domain, "whom SPF checked: the domain of MAIL FROM, or HELO's");
  check->add_option("--spf", options->spf, "what SPF found")
      ->check(results({"none", "neutral", "pass", "fail", "softfail", "policy", "temperror", "permerror"}));
  check->add_option("--dkim-domain", options->dkim_domains, "d= of a signature; repeatable")->allow_extra_args(false);
  check->add_option("--dkim", options->dkim, "what became of that signature; repeatable, in the same order")
      ->allow_extra_args(false)
      ->check(results({"none", "pass", "fail", "policy", "neutral", "temperror", "permerror"}));
  check
      ->add_option("--org-domain", options->org_domain,
                   "how organizations are found: tree (RFC 9989) or psl (RFC 7489, public suffix list)")
      ->check(CLI::IsMember({"tree", "psl"}));
  check->add_option("--pct-draw", options->pct_draw, "psl: the message's lot, against which pct= is held")
      ->check(CLI::Range(0, 99));
  add_lookup_options(*check, options->lookup);
  add_examples(*check,
               "  mailrig dmarc check --from news@shop.example --spf-domain bounces.shop.example --spf pass\n"
               "  mailrig dmarc check --from news@shop.example --dkim-domain esp.example --dkim pass --zone a.zone\n");
  check->callback([options, &exit_status] { exit_status = check_dmarc_once(*options); });
}

}  // namespace mailrig::app
