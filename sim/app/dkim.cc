// mailrig dkim: keys, signatures and what they are worth.
#include "sim/app/dkim.h"

#include <CLI/CLI.hpp>

#include "sim/app/commands.h"

namespace mailrig::app {

void add_dkim_command(CLI::App& app, int& exit_status) {
  CLI::App* dkim = app.add_subcommand("dkim", "make keys, sign and verify messages (RFC 6376, RFC 8463)");
  dkim->require_subcommand(1);
  add_dkim_keygen_command(*dkim, exit_status);
  add_dkim_sign_command(*dkim, exit_status);
  add_dkim_verify_command(*dkim, exit_status);
  add_dkim_bench_command(*dkim, exit_status);
  add_examples(*dkim,
               "  mailrig dkim keygen --domain shop.example --selector s1 --out s1.pem\n"
               "  mailrig dkim sign mail.eml --domain shop.example --selector s1 --key s1.pem > signed.eml\n"
               "  mailrig dkim verify signed.eml\n");
}

}  // namespace mailrig::app
