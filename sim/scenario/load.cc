#include "sim/scenario/load.h"

#include <utility>

#include "fakes/config/document.h"
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Document;
using config::Errors;
using config::Node;

const config::Table<Draft>& keys() {
  static const config::Table<Draft> table = scenario_keys();
  return table;
}

void apply(std::span<const std::string> sets, Document& document, Errors& errors) {
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) {
      errors.add(Error{"'" + set + "' has no '='; write --set path=value", "--set"});
      continue;
    }
    const auto result = document.set(std::string_view(set).substr(0, equals), std::string_view(set).substr(equals + 1));
    if (!result) errors.add(result.error());
  }
}

// Names stand in paths, addresses and file names.
bool is_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view name_rule = " is not a name: letters, digits, '-' and '_', at most 64";

void check_names(const Node& root, Errors& errors) {
  for (const char* part : {"senders", "receivers", "forwarders", "lists", "mail"}) {
    const Node* node = root.find(part);
    if (node == nullptr) continue;
    for (const auto& entry : node->entries()) {
      if (!is_name(entry.key)) {
        errors.add(entry.key_at, std::string(part) + ": '" + entry.key + "'" + std::string(name_rule));
      }
    }
  }
}

// Every --set and the seed in force, written out.
Node with_seed(const Document& document, std::uint64_t seed) {
  if (document.root().find("seed") == nullptr) {
    Node root = document.root();
    root.insert("seed", root.at(), Node::scalar(std::to_string(seed), root.at()));
    return root;
  }
  return document.root();
}

}  // namespace

std::optional<Scenario> parse(std::string_view yaml, const std::filesystem::path& file,
                              std::span<const std::string> sets, config::Errors& errors) {
  const std::size_t before = errors.count();
  auto document = Document::parse(yaml, file.string());
  if (!document) {
    errors.add(document.error());
    return std::nullopt;
  }
  apply(sets, *document, errors);
  Draft draft;
  draft.file = file;
  keys().read(document->root(), draft, errors);
  check_names(document->root(), errors);
  if (errors.count() != before) return std::nullopt;
  if (draft.receivers.empty()) {
    errors.add(*document->root().find("receivers"), "at least one receiver is needed, such as gmail: {}");
    return std::nullopt;
  }
  if (draft.name.empty()) draft.name = file.stem().string();
  if (!is_name(draft.name)) {
    const Node* name = document->root().find("name");
    errors.add(name == nullptr ? document->root() : *name, "'" + draft.name + "'" + std::string(name_rule));
  }
  if (draft.description.empty()) draft.description = config::first_comment(yaml);
  draft.resolved = with_seed(*document, draft.seed);
  Scenario scenario = finish(std::move(draft), errors);
  if (errors.count() != before) return std::nullopt;
  return scenario;
}

std::optional<Scenario> load(const std::filesystem::path& file, std::span<const std::string> sets,
                             config::Errors& errors) {
  const auto text = config::read_file(file);
  if (!text) {
    errors.add(text.error());
    return std::nullopt;
  }
  return parse(*text, file, sets, errors);
}

Result<Scenario> load(const std::filesystem::path& file, std::span<const std::string> sets) {
  config::Errors errors;
  auto scenario = load(file, sets, errors);
  if (!scenario) return errors.list().front();
  return std::move(*scenario);
}

boost::json::value schema() {
  return config::json_schema(keys());
}

}  // namespace mailrig::scenario
