// mailrig dkim keygen: a private key, and the record that publishes its public half.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "fakes/auth/dkim_signature.h"
#include "fakes/auth/key.h"
#include "fakes/auth/key_record.h"
#include "fakes/diagnose/zone_line.h"
#include "sim/app/commands.h"
#include "sim/app/dkim.h"
#include "sim/app/lookup_options.h"
#include "sim/report/json_text.h"

namespace mailrig::app {
namespace {

struct KeygenOptions {
  std::string domain;
  std::string selector;
  std::string algorithm = "rsa-sha256";
  int bits = 2048;
  std::string out;
  bool testing = false;
  std::string format = "text";
};

// Readable by its owner only, from its first byte on; what is there is never replaced: its key may be published.
Result<void> write_secret(const std::string& file, std::string_view text) {
  const auto failed = [&](std::string_view what) {
    return Error{fmt::format("{}: {}", what, std::generic_category().message(errno)), file};
  };
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    if (errno == EEXIST) return Error{"exists already and is not overwritten; choose another name with --out", file};
    return failed("cannot be written");
  }
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const Error error = failed("writing failed");
      ::close(descriptor);
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(descriptor) != 0) return failed("writing failed");
  return {};
}

int generate_key(const KeygenOptions& options) {
  const auto domain = auth::parse_signing_domain(options.domain);
  if (!domain) return complain({fmt::format("--domain: '{}' is no domain name", options.domain)}, usage_error);
  const auto selector = auth::parse_selector(options.selector);
  if (!selector) return complain({fmt::format("--selector: '{}' is no selector", options.selector)}, usage_error);
  const bool rsa = options.algorithm == "rsa-sha256";
  const auto key = rsa ? auth::PrivateKey::generate_rsa(options.bits) : auth::PrivateKey::generate_ed25519();
  if (!key) return complain(key.error(), usage_error);
  const std::string file = options.out.empty() ? fmt::format("{}.{}.pem", *selector, *domain) : options.out;
  if (const auto written = write_secret(file, key->pem()); !written) return complain(written.error(), usage_error);
  const std::string name = fmt::format("{}._domainkey.{}", *selector, *domain);
  const std::string record = auth::key_record_text(*key, options.testing);
  const std::string line = diagnose::zone_line(dns::Record::txt(name, record));
  if (options.format == "json") {
    fmt::print("{}", report::to_text(boost::json::object{{"key_file", file},
                                                         {"algorithm", options.algorithm},
                                                         {"bits", key->bits()},
                                                         {"name", name},
                                                         {"record", record},
                                                         {"zone_line", line}}));
  } else {
    fmt::print("{}\n", line);
    fmt::print(stderr, "private key ({}, {} bits) in {}; publish the line above before you sign with it\n",
               options.algorithm, key->bits(), file);
  }
  return passed;
}

}  // namespace

void add_dkim_keygen_command(CLI::App& dkim, int& exit_status) {
  CLI::App* command = dkim.add_subcommand("keygen", "make a private key and the record to publish");
  const auto options = std::make_shared<KeygenOptions>();
  command->add_option("--domain", options->domain, "d=")->required();
  command->add_option("--selector", options->selector, "s=")->required();
  command->add_option("--algorithm", options->algorithm, "rsa-sha256 or ed25519-sha256")
      ->check(CLI::IsMember({"rsa-sha256", "ed25519-sha256"}));
  command->add_option("--bits", options->bits, "of an RSA key, 1024 to 4096 (default 2048)")
      ->check(CLI::Range(1024, 4096));
  command->add_option("--out", options->out, "where the private key goes (default SELECTOR.DOMAIN.pem)");
  command->add_flag("--testing", options->testing, "publish t=y: verifiers treat failures as if unsigned");
  add_format_option(*command, options->format);
  add_examples(*command, "  mailrig dkim keygen --domain shop.example --selector s1 --out s1.pem >> shop.zone\n");
  command->callback([options, &exit_status] { exit_status = generate_key(*options); });
}

}  // namespace mailrig::app
