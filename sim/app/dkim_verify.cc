// mailrig dkim verify: what each signature of a message is worth, and the ARC chain beside them.
#include "fakes/auth/dkim_verify.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "fakes/auth/arc_verify.h"
#include "sim/app/commands.h"
#include "sim/app/dkim.h"
#include "sim/app/lookup_options.h"
#include "sim/report/json_text.h"
#include "sim/report/style.h"

namespace mailrig::app {
namespace {

struct DkimVerifyCommand {
  LookupOptions lookup;
  std::string file;
};

boost::json::object to_json(const auth::SignatureVerdict& signature) {
  return {{"domain", signature.domain},
          {"selector", signature.selector},
          {"algorithm", signature.algorithm},
          {"result", auth::to_string(signature.result)},
          {"reason", signature.reason},
          {"identity", signature.identity},
          {"key_bits", signature.key_bits},
          {"testing", signature.testing},
          {"unsigned_body_octets", signature.unsigned_body_octets}};
}

boost::json::object to_json(const auth::DkimOutcome& dkim, const auth::ArcOutcome& arc) {
  boost::json::array signatures;
  for (const auth::SignatureVerdict& signature : dkim.signatures) signatures.push_back(to_json(signature));
  return {{"result", auth::to_string(dkim.result())},
          {"signatures", std::move(signatures)},
          {"unlisted", dkim.unlisted},
          {"arc",
           {{"result", auth::to_string(arc.result)},
            {"reason", arc.reason},
            {"instances", arc.instances},
            {"oldest_pass", arc.oldest_pass}}}};
}

void print_text(const auth::DkimOutcome& dkim, const auth::ArcOutcome& arc) {
  const report::Style style = report::style_for(1);
  for (const auth::SignatureVerdict& signature : dkim.signatures) {
    const bool pass = signature.result == auth::DkimResult::pass;
    fmt::print("{:<9} d={} s={} a={}{}{}{}\n",
               style.paint(pass ? report::Colour::green : report::Colour::red, auth::to_string(signature.result)),
               signature.domain, signature.selector, signature.algorithm,
               signature.key_bits > 0 ? fmt::format(" ({} bits)", signature.key_bits) : "",
               signature.testing ? " (testing)" : "", signature.reason.empty() ? "" : ": " + signature.reason);
    if (signature.unsigned_body_octets > 0) {
      fmt::print("          l= leaves {} octets of the body unsigned\n", signature.unsigned_body_octets);
    }
  }
  if (dkim.signatures.empty()) fmt::print("none      the message has no DKIM signature\n");
  if (dkim.unlisted > 0) fmt::print("          and {} further signatures that nobody would look at\n", dkim.unlisted);
  if (arc.instances > 0) {
    fmt::print("arc={}  {} sets{}\n", auth::to_string(arc.result), arc.instances,
               arc.reason.empty() ? "" : ": " + arc.reason);
  }
}

int verify_message(const DkimVerifyCommand& options) {
  const auto message = read_input(options.file);
  if (!message) return complain(message.error(), usage_error);
  if (mail::body_offset(*message) == 0) {
    return complain({"does not begin with a header field; is it a message?", options.file}, usage_error);
  }
  auto lookup = Lookup::open(options.lookup);
  if (!lookup) return complain(lookup.error(), usage_error);
  auth::BoundedKeyCache keys;
  const auth::DkimOutcome dkim =
      auth::DkimVerifier({}, &keys).verify(*message, (*lookup)->resolver(), (*lookup)->now());
  const auth::ArcOutcome arc = auth::ArcVerifier(&keys).verify(*message, (*lookup)->resolver(), (*lookup)->now());
  if (options.lookup.format == "json") {
    fmt::print("{}", report::to_text(to_json(dkim, arc)));
  } else {
    print_text(dkim, arc);
  }
  return status_after(**lookup, dkim.result() == auth::DkimResult::pass ? passed : expectation_failed);
}

}  // namespace

void add_dkim_verify_command(CLI::App& dkim, int& exit_status) {
  CLI::App* command =
      dkim.add_subcommand("verify", "the verdict on each signature; exit 0 when one passes, 1 otherwise");
  const auto options = std::make_shared<DkimVerifyCommand>();
  command->add_option("file", options->file, "the message; - for standard input")->required();
  add_lookup_options(*command, options->lookup);
  add_examples(*command,
               "  mailrig dkim verify signed.eml\n"
               "  mailrig dkim verify - --zone shop.zone --now 1772438400 --format json < signed.eml\n");
  command->callback([options, &exit_status] { exit_status = verify_message(*options); });
}

}  // namespace mailrig::app
