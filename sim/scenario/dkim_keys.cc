// Keys of `senders.NAME.dkim`: what mail is signed with, and when.
#include <fmt/format.h>

#include "fakes/config/document.h"
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using auth::Canonicalization;
using config::Errors;
using config::Node;
using config::Presence;
using config::Type;

// "relaxed/relaxed", as c= has it (RFC 6376 §3.5).
Type<DkimKey> canonicalization() {
  using Pair = std::pair<Canonicalization, Canonicalization>;
  constexpr auto simple = Canonicalization::simple;
  constexpr auto relaxed = Canonicalization::relaxed;
  const auto pair = config::one_of<Pair>({{"relaxed/relaxed", {relaxed, relaxed}},
                                          {"relaxed/simple", {relaxed, simple}},
                                          {"simple/relaxed", {simple, relaxed}},
                                          {"simple/simple", {simple, simple}}});
  return config::custom<DkimKey>(
      [pair](const Node& node, DkimKey& into, Errors& errors) {
        Pair value;
        if (!pair.read(node, value, errors)) return;
        into.header = value.first;
        into.body = value.second;
      },
      pair.schema());
}

void check_dkim_key(const Node& node, DkimKey& key, Errors& errors) {
  if (const Node* bits = node.find("bits"); bits != nullptr && !key.file.value.empty()) {
    errors.add(*bits, "does not go together with 'key', whose length is what it is");
  }
  if (key.until && *key.until <= key.from) errors.add(*node.find("until"), "must be later than 'from'");
}

DkimAlgorithm algorithm_of(const auth::PrivateKey& key) {
  return key.type() == auth::KeyType::rsa ? DkimAlgorithm::rsa_sha256 : DkimAlgorithm::ed25519_sha256;
}

void read_key_file(const std::filesystem::path& scenario_file, const std::string& path, DkimKey& key, Errors& errors) {
  const std::filesystem::path file = scenario_file.parent_path() / key.file.value;
  const auto pem = config::read_file(file);
  if (!pem) return errors.add(key.file.at, fmt::format("{}.key: {}", path, pem.error().to_string()));
  auto read = auth::PrivateKey::from_pem(*pem, file.string());
  if (!read) return errors.add(key.file.at, fmt::format("{}.key: {}", path, read.error().to_string()));
  const DkimAlgorithm algorithm = algorithm_of(*read);
  if (key.algorithm.value_or(algorithm) != algorithm) {
    errors.add(key.file.at, fmt::format("{}.key: {} holds a key for {}, not for the algorithm asked for", path,
                                        file.string(), auth::algorithm_name(read->type())));
  }
  key.algorithm = algorithm;
  key.key = std::move(*read);
}

}  // namespace

Type<DkimKey> dkim_key_type() {
  config::Table<DkimKey> table{"DKIM key"};
  table
      .key("selector", &DkimKey::selector, config::text(), "Names the key record: <selector>._domainkey.<domain>",
           Presence::required)
      .key("domain", &DkimKey::domain, domain_type(), "Which signs (d=); default the sender's")
      .key("algorithm", &DkimKey::algorithm,
           config::one_of<DkimAlgorithm>(
               {{"rsa-sha256", DkimAlgorithm::rsa_sha256}, {"ed25519-sha256", DkimAlgorithm::ed25519_sha256}}),
           "Signature algorithm (RFC 6376, RFC 8463); default rsa-sha256, or the key file's")
      .key("bits", &DkimKey::bits, config::integer<std::uint32_t>(1024, 4096),
           "Length of an RSA key that is made for the run")
      .key("key", &DkimKey::file, config::located(config::text()),
           "A private key of yours, as PEM without a pass phrase; by default one is made for the run")
      .key("from", &DkimKey::from, config::duration(), "Signs mail that is submitted from this time on")
      .key("until", &DkimKey::until, config::duration(), "Signs mail that is submitted before this time")
      .key("canonicalization", canonicalization(), "Of header and body (c=); default relaxed/relaxed")
      .key("oversign", &DkimKey::oversign, config::list_of(config::text()),
           "Header fields of which one more breaks the signature; default [From]")
      .key("publish", &DkimKey::publish, config::boolean(), "Whether the DNS has the key record; default true")
      .remember_location(&DkimKey::at)
      .check(check_dkim_key);
  return config::object(std::move(table));
}

void finish_dkim_keys(const std::filesystem::path& scenario_file, Sender& sender, Errors& errors) {
  for (std::size_t i = 0; i < sender.dkim.size(); ++i) {
    DkimKey& key = sender.dkim[i];
    if (key.domain.empty()) key.domain = sender.domain;
    if (!key.file.value.empty()) {
      read_key_file(scenario_file, fmt::format("senders.{}.dkim.{}", sender.name, i), key, errors);
    }
    if (!key.algorithm) key.algorithm = DkimAlgorithm::rsa_sha256;
    for (std::size_t j = 0; j < i; ++j) {
      if (sender.dkim[j].selector != key.selector || sender.dkim[j].domain != key.domain) continue;
      errors.add(key.at, fmt::format("senders.{}.dkim: two keys have the selector {} at {}; a verifier would find "
                                     "either, so give one of them another",
                                     sender.name, key.selector, key.domain));
    }
  }
}

}  // namespace mailrig::scenario
