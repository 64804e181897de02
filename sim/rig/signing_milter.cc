#include "sim/rig/signing_milter.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "fakes/auth/key.h"
#include "fakes/base/check.h"
#include "fakes/mail/encode.h"

namespace mailrig::rig {
namespace {

using auth::KeyType;
using scenario::DkimKey;
using scenario::Sender;
using scenario::Signer;

// In a fast model no time-out is left with less than this.
constexpr std::uint64_t patience_wall_s = 10;

std::string key_file(std::size_t index) {
  return fmt::format("{}.key", index + 1);
}

const auth::PrivateKey& key_of(const auth::SigningOptions& options) {
  CHECK(options.key);
  return *options.key;
}

// rspamd takes an Ed25519 key as libsodium has it, the seed and the public key, in base64.
std::string rspamd_key(const auth::PrivateKey& key) {
  if (key.type() == KeyType::rsa) return key.pem();
  std::array<unsigned char, 32> seed{};
  std::size_t size = seed.size();
  CHECK(EVP_PKEY_get_raw_private_key(key.native(), seed.data(), &size) == 1 && size == seed.size());
  return mail::base64(std::string(seed.begin(), seed.end()) + key.public_bytes());
}

// Lua §3.1: a string in quotes.
std::string lua_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::vector<MilterFile> opendkim_files(const MilterInstance& instance, std::span<const auth::SigningOptions> keys) {
  std::vector<MilterFile> files;
  std::string key_table;
  std::string signing_table;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    files.push_back({key_file(i), key_of(keys[i]).pem()});
    key_table +=
        fmt::format("{0} {1}:{2}:{3}/{4}\n", i + 1, keys[i].domain, keys[i].selector, instance.folder, key_file(i));
    // Whatever its From is: the scenario says who signs, not whose mail it is.
    signing_table += fmt::format("* {}\n", i + 1);
  }
  files.push_back({"keys", std::move(key_table)});
  files.push_back({"signing", std::move(signing_table)});
  const auth::SigningOptions& first = keys.front();
  std::string oversign;
  for (const std::string& field : first.oversigned) oversign += (oversign.empty() ? "" : ",") + field;
  std::string config = fmt::format(
      "Mode s\n"
      "Syslog no\n"
      "Background no\n"
      "UserID {}\n"
      "Socket inet:{}@127.0.0.1\n"
      "InternalHosts 127.0.0.0/8\n"
      "KeyTable file:{}/keys\n"
      "SigningTable refile:{}/signing\n"
      "MultipleSignatures yes\n"
      "SignatureAlgorithm {}\n"
      "Canonicalization {}/{}\n"
      // The folder is readable for all who live in this world.
      "RequireSafeKeys no\n",
      milter_user(Signer::opendkim), instance.port, instance.folder, instance.folder,
      auth::algorithm_name(key_of(first).type()), to_string(first.header), to_string(first.body));
  if (!oversign.empty()) config += fmt::format("OversignHeaders {}\n", oversign);
  files.push_back({"config", std::move(config)});
  return files;
}

// Of rspamd nothing but its signing, so that it is there within a second or two and takes no other part in the mail.
std::vector<MilterFile> rspamd_files(const MilterInstance& instance, std::span<const auth::SigningOptions> keys,
                                     std::uint64_t speed_permille) {
  std::vector<MilterFile> files;
  std::string signatures;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    files.push_back({key_file(i), rspamd_key(key_of(keys[i]))});
    signatures += fmt::format("    {{ domain = {}, selector = {}, key = \"{}/{}\" }},\n", lua_string(keys[i].domain),
                              lua_string(keys[i].selector), instance.folder, key_file(i));
  }
  files.push_back({"start.lua", "require \"global_functions\" ()\nconfig[\"regexp\"] = {}\nrspamd_maps = {}\n"});
  // The list of all top-level domains is for URLs in spam, and takes long to read.
  files.push_back({"domains", "com\n"});
  const std::uint64_t patience_s = patience_wall_s * speed_permille / 1000;
  files.push_back({"config", fmt::format(R"(options {{
  pidfile = "{0}/pid"; control_socket = "{0}/control mode=0600"; history_file = "{0}/history"; stats_file = "{0}/stats";
  hs_cache_dir = "{0}"; tempdir = "{0}"; url_tld = "{0}/domains"; disable_hyperscan = true; enable_test_patterns = false;
  filters = "dkim"; local_addrs = ["127.0.0.0/8"]; task_timeout = {1}s;
  dns {{ nameserver = ["127.0.0.53:53:1"]; }}
}}
logging {{ type = "console"; level = "notice"; }}
lang_detection {{ languages = "{0}/none"; }}
lua = "{0}/start.lua";
modules {{ path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }}
actions {{ reject = null; add_header = null; greylist = null; }}
dkim {{ check_local = false; check_authed = false; }}
dkim_signing {{
  sign_condition = <<EOD
return function(task)
  return {{
{2}  }}
end
EOD;
}}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{3}"; milter = yes; timeout = {4}s; count = 1; spam_header = "";
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
)",
                                         instance.folder, std::max<std::uint64_t>(8, patience_s), signatures,
                                         instance.port, std::max<std::uint64_t>(120, patience_s))});
  return files;
}

}  // namespace

std::string_view milter_name(Signer signer) {
  return signer == Signer::rspamd ? "rspamd" : "OpenDKIM";
}

Program milter_program(Signer signer) {
  if (signer == Signer::rspamd) return {"rspamd", "/usr/bin/rspamd"};
  return {"opendkim", "/usr/sbin/opendkim"};
}

std::string_view milter_user(Signer signer) {
  return signer == Signer::rspamd ? "_rspamd" : "opendkim";
}

Result<void> check_signer(const Sender& sender) {
  if (sender.signer == Signer::builtin) return {};
  const std::string who = fmt::format("senders.{}: {}", sender.name, milter_name(sender.signer));
  if (sender.dkim.empty()) return sender.at.error(who + " has nothing to sign with; give the sender `dkim` keys");
  const DkimKey& first = sender.dkim.front();
  for (const DkimKey& key : sender.dkim) {
    const std::string which = fmt::format("{} and the key '{}'", who, key.selector);
    if (key.from != Duration::zero() || key.until) {
      return sender.at.error(which +
                             ": it signs with all of its keys all the time; remove `from` and `until`, or let "
                             "mailrig sign (signer: builtin)");
    }
    if (sender.signer == Signer::rspamd) {
      if (key.header == auth::Canonicalization::relaxed && key.body == auth::Canonicalization::relaxed) continue;
      return sender.at.error(which + ": it knows no canonicalization but relaxed/relaxed");
    }
    // They are settings of the whole filter.
    if (key.algorithm != first.algorithm || key.header != first.header || key.body != first.body ||
        key.oversign != first.oversign) {
      return sender.at.error(which +
                             ": all of its keys have one algorithm, one canonicalization and one list to "
                             "oversign");
    }
  }
  return {};
}

std::vector<MilterFile> milter_files(Signer signer, const MilterInstance& instance,
                                     std::span<const auth::SigningOptions> keys, std::uint64_t speed_permille) {
  CHECK(signer != Signer::builtin && !keys.empty());
  return signer == Signer::rspamd ? rspamd_files(instance, keys, speed_permille) : opendkim_files(instance, keys);
}

std::string milter_command(Signer signer, const MilterInstance& instance) {
  CHECK(signer != Signer::builtin);
  // rspamd does not start under libfaketime: it lives in the time of the wall, and so does the t= of its signatures.
  const std::string words =
      signer == Signer::rspamd
          ? fmt::format("env -u LD_PRELOAD rspamd -f -u {0} -g {0} -c {1}/config", milter_user(signer), instance.folder)
          : fmt::format("opendkim -f -x {}/config", instance.folder);
  return fmt::format("{} > {}/log 2>&1", words, instance.folder);
}

}  // namespace mailrig::rig
