// mailrig dkim sign: the message on standard output, with its signature in front.
#include "fakes/auth/dkim_sign.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "fakes/base/units.h"
#include "fakes/mail/line_ends.h"
#include "sim/app/commands.h"
#include "sim/app/dkim.h"
#include "sim/app/lookup_options.h"

namespace mailrig::app {
namespace {

struct DkimSignOptions {
  std::string file;
  std::string domain;
  std::string selector;
  std::string key;
  std::string canonicalization = "relaxed/relaxed";
  std::string headers;
  std::optional<std::string> oversign;
  std::string identity;
  std::string expire;
  std::optional<std::uint64_t> body_octets_max;
  bool no_timestamp = false;
  bool copied_fields = false;
  std::optional<std::int64_t> now_s;
};

std::vector<std::string> colon_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    if (const std::string_view item = text.substr(0, colon); !item.empty()) items.emplace_back(item);
    text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  }
  return items;
}

std::optional<auth::Canonicalization> parse_canonicalization(std::string_view text) {
  if (text == "simple") return auth::Canonicalization::simple;
  if (text == "relaxed") return auth::Canonicalization::relaxed;
  return std::nullopt;
}

Result<auth::DkimSigner> make_signer(const DkimSignOptions& options) {
  const auto pem = read_input(options.key);
  if (!pem) return pem.error();
  auto key = auth::PrivateKey::from_pem(*pem, options.key);
  if (!key) return key.error();
  auth::SigningOptions signing;
  signing.domain = options.domain;
  signing.selector = options.selector;
  signing.key = *key;
  signing.identity = options.identity;
  signing.fields = colon_list(options.headers);
  if (options.oversign) signing.oversigned = colon_list(*options.oversign);
  signing.timestamp = !options.no_timestamp;
  signing.copied_fields = options.copied_fields;
  signing.body_octets_max = options.body_octets_max;
  // RFC 6376 §3.5: a single name is that of the header; the body is simple then.
  const std::string_view methods = options.canonicalization;
  const std::size_t slash = methods.find('/');
  const auto header = parse_canonicalization(methods.substr(0, slash));
  const auto body =
      parse_canonicalization(slash == std::string_view::npos ? std::string_view("simple") : methods.substr(slash + 1));
  if (!header || !body) {
    return Error{fmt::format("--canonicalization: '{}' is not of the form relaxed/simple", methods)};
  }
  signing.header = *header;
  signing.body = *body;
  if (!options.expire.empty()) {
    const auto lifetime = parse_duration(options.expire);
    if (!lifetime) return Error{fmt::format("--expire: {}", lifetime.error().message)};
    signing.lifetime = *lifetime;
  }
  return auth::DkimSigner::make(std::move(signing));
}

int sign_message(const DkimSignOptions& options) {
  auto signer = make_signer(options);
  if (!signer) return complain(signer.error(), usage_error);
  const auto text = read_input(options.file);
  if (!text) return complain(text.error(), usage_error);
  const std::string message = mail::with_crlf(*text);
  if (mail::body_offset(message) == 0) {
    return complain({"does not begin with a header field; is it a message?", options.file}, usage_error);
  }
  if (message != *text) {
    fmt::print(stderr, "mailrig: line ends are now CRLF, as they are signed and as SMTP carries them\n");
  }
  const std::string field = signer->sign(message, moment(options.now_s));
  std::fwrite(field.data(), 1, field.size(), stdout);
  std::fwrite(message.data(), 1, message.size(), stdout);
  if (std::fflush(stdout) != 0) return complain({"standard output cannot be written"}, environment_error);
  return passed;
}

}  // namespace

void add_dkim_sign_command(CLI::App& dkim, int& exit_status) {
  CLI::App* command = dkim.add_subcommand("sign", "sign a message; it goes to standard output");
  const auto options = std::make_shared<DkimSignOptions>();
  command->add_option("file", options->file, "the message; - for standard input")->required();
  command->add_option("--domain", options->domain, "d=")->required();
  command->add_option("--selector", options->selector, "s=")->required();
  command->add_option("--key", options->key, "the private key, PEM; it decides between RSA and Ed25519")->required();
  command->add_option("--canonicalization", options->canonicalization, "header/body (default relaxed/relaxed)");
  command->add_option("--headers", options->headers,
                      "h= exactly as listed, from:to:subject; a name listed once more than it occurs cannot be added");
  command->add_option("--oversign", options->oversign,
                      "without --headers: fields that are listed once more than they occur (default From)");
  command->add_option("--identity", options->identity, "i=");
  command->add_option("--expire", options->expire, "x=: how long the signature is valid, such as 7d");
  command->add_option("--body-length", options->body_octets_max, "l=: sign only so many octets of the canonical body");
  command->add_flag("--no-timestamp", options->no_timestamp, "leave t= out");
  command->add_flag("--copy-headers", options->copied_fields, "z=: a copy of the signed fields, for diagnosis");
  add_now_option(*command, options->now_s);
  add_examples(*command,
               "  mailrig dkim sign mail.eml --domain shop.example --selector s1 --key s1.pem > signed.eml\n"
               "  mailrig dkim sign - --domain shop.example --selector s1 --key s1.pem --headers from:from:subject\n");
  command->callback([options, &exit_status] { exit_status = sign_message(*options); });
}

}  // namespace mailrig::app
