// mailrig explain: what became of one delivery, why, and what would have if.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sim/app/commands.h"
#include "sim/explain/account.h"
#include "sim/explain/what_if.h"
#include "sim/report/json_text.h"
#include "sim/scenario/load.h"

namespace mailrig::app {
namespace {

struct ExplainOptions {
  std::string folder;
  std::string delivery;
  std::string what_if;
  std::uint32_t attempt = 0;  // 0: the last one that was judged
  std::string format = "text";
};

// Asks the receiver's policies again, as they were recorded and as they are imagined.
Result<void> ask_again(const ExplainOptions& options, explain::Account& account) {
  using Outcome = explain::Judgement::Outcome;
  const explain::StoredJudgement& recorded = *account.delivery.judgement;
  const auto scenario = scenario::load(std::filesystem::path(options.folder) / "scenario.yaml");
  if (!scenario) return scenario.error();
  for (const scenario::Receiver& receiver : scenario->receivers) {
    if (receiver.name != account.delivery.receiver) continue;
    const auto judge = [&](const measure::Circumstances& circumstances, const policy::Recollection& remembered) {
      return explain::judge(receiver.profile, receiver.name, scenario->seed, recorded.at, recorded.phase, circumstances,
                            remembered);
    };
    account.judgement = judge(recorded.circumstances, recorded.remembered);
    // Nobody asks again whom the recipient knows.
    if (recorded.reason == "recipient") {
      account.judgement->outcome = account.delivery.fate == "spam" ? Outcome::spam : Outcome::inbox;
      account.judgement->reason = recorded.reason;
    }
    if (options.what_if.empty()) return {};
    measure::Circumstances circumstances = recorded.circumstances;
    policy::Recollection remembered = recorded.remembered;
    if (auto done = explain::imagine(options.what_if, recorded.phase, circumstances, remembered); !done) return done;
    account.what_if = options.what_if;
    account.imagined = judge(circumstances, remembered);
    return {};
  }
  return Error{fmt::format("the scenario has no receiver '{}'; was scenario.yaml changed after the run?",
                           account.delivery.receiver)};
}

int explain_delivery(const ExplainOptions& options) {
  const auto attempt = options.attempt == 0 ? std::nullopt : std::optional(options.attempt);
  auto found = explain::find_delivery(options.folder, options.delivery, attempt);
  if (!found) return complain(found.error(), usage_error);
  if (found->fitting > 1) {
    fmt::print(stderr, "mailrig: {} deliveries fit '{}'; this is the first\n", found->fitting, options.delivery);
  }
  explain::Account account{std::move(found->delivery), {}, {}, {}};
  const auto& attempts = account.delivery.attempts;
  const auto is_asked_for = [&options](const explain::StoredAttempt& each) { return each.n == options.attempt; };
  if (options.attempt != 0 && std::none_of(attempts.begin(), attempts.end(), is_asked_for)) {
    return complain(Error{fmt::format("--attempt {}: delivery {} has no such attempt, of {} on record", options.attempt,
                                      account.delivery.row, attempts.size())},
                    usage_error);
  }
  if (account.delivery.judgement) {
    if (auto done = ask_again(options, account); !done) return complain(done.error(), usage_error);
  } else if (!options.what_if.empty()) {
    return complain(Error{fmt::format("--what-if needs a judgement, and delivery {} has none. {}", account.delivery.row,
                                      explain::unjudged)},
                    usage_error);
  }
  fmt::print("{}", options.format == "json" ? report::to_text(explain::to_json(account)) : explain::to_text(account));
  return passed;
}

}  // namespace

void add_explain_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("explain", "why one delivery of a run went as it did, and what if");
  const auto options = std::make_shared<ExplainOptions>();
  command->add_option("folder", options->folder, "the run's folder")->required();
  command
      ->add_option("delivery", options->delivery,
                   "a row of run.db's message table, a message's id (16 hexadecimal digits), or a recipient's address")
      ->required();
  command->add_option("--what-if", options->what_if, "facts to change, fact=value,…; the receiver judges again");
  command->add_option("--attempt", options->attempt, "the attempt to explain (default: the last one that was judged)");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_examples(*command, fmt::format("  mailrig explain results/runs/first-send-20260302T080000Z 17\n"
                                     "  mailrig explain results/runs/first-send-20260302T080000Z jane@gmail.com "
                                     "--what-if dkim=pass,ip.age=30d\n\n"
                                     "Facts for --what-if:\n{}",
                                     explain::what_if_help()));
  command->callback([options, &exit_status] { exit_status = explain_delivery(*options); });
}

}  // namespace mailrig::app
