#include "fakes/receiver/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "fakes/config/document.h"
#include "fakes/config/nearest.h"
#include "fakes/policy/reply_template.h"
#include "fakes/receiver/profile_file.h"
#include "fakes/receiver/profile_replies.h"
#include "fakes/receiver/shipped_profiles.h"

namespace mailrig::receiver {
namespace {

using config::Document;
using config::Node;

constexpr std::string_view defaults_name = "defaults";
constexpr int extends_depth_max = 8;

const ShippedProfile* find_shipped(std::string_view name) {
  for (const ShippedProfile& profile : shipped_profiles()) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

bool is_path(std::string_view name_or_path) {
  return name_or_path.find('/') != std::string_view::npos || name_or_path.ends_with(".yaml");
}

struct ProfileText {
  std::string yaml;
  std::string file;  // as errors show it
};

Result<ProfileText> find_text(std::string_view name_or_path) {
  if (is_path(name_or_path)) {
    auto yaml = config::read_file(std::filesystem::path(name_or_path));
    if (!yaml) return yaml.error();
    return ProfileText{std::move(*yaml), std::string(name_or_path)};
  }
  if (name_or_path != defaults_name) {
    if (const ShippedProfile* shipped = find_shipped(name_or_path)) {
      return ProfileText{std::string(shipped->yaml), fmt::format("fakes/profiles/{}.yaml", name_or_path)};
    }
  }
  return Error{fmt::format("unknown profile '{}'{}; a file of your own needs a '/' or '.yaml' in its name",
                           name_or_path, config::suggestion(name_or_path, list_profiles()))};
}

struct ProfileTree {
  Node root;
  std::string description;
  std::vector<std::string> window_events;  // of every layer that was merged
};

void collect_window_events(const Node& root, std::vector<std::string>& events) {
  const Node* limits = root.find("limits");
  const Node* windows = limits == nullptr ? nullptr : limits->find("rate_windows");
  if (windows == nullptr) return;
  for (const Node& window : windows->items()) {
    if (const Node* event = window.find("event")) events.push_back(event->text());
  }
}

// A layer that says how to greylist wants it done, unless it says otherwise: `qq: { greylist: { delay: 2m } }`.
Node lay_over(const Node& base, const Node& changes) {
  Node merged = merge(base, changes);
  const Node* said = changes.find("greylist");
  if (said == nullptr || said->entries().empty() || said->find("enabled") != nullptr) return merged;
  Node* greylist = merged.find("greylist");
  if (Node* enabled = greylist->find("enabled")) {
    *enabled = Node::scalar("true", said->at());
  } else {
    greylist->insert("enabled", said->at(), Node::scalar("true", said->at()));
  }
  return merged;
}

// `at`, which may be null, is where the profile was asked for: a name that does not exist is an error there.
Result<ProfileTree> load_tree(std::string_view name_or_path, const Node* at, int depth) {
  auto text = find_text(name_or_path);
  if (!text) return at != nullptr ? at->error(text.error().message) : text.error();
  auto document = Document::parse(text->yaml, text->file);
  if (!document) return document.error();
  ProfileTree tree{document->root(), config::first_comment(text->yaml), {}};
  if (const Node* extends = tree.root.find("extends")) {
    if (depth >= extends_depth_max) return extends->error("profiles extend each other in a circle or too deeply");
    auto base = load_tree(extends->text(), extends, depth + 1);
    if (!base) return base;
    tree.window_events = std::move(base->window_events);
    tree.root = lay_over(base->root, document->root());
  }
  collect_window_events(document->root(), tree.window_events);
  return tree;
}

Result<ProfileFile> shipped_defaults() {
  auto document = Document::parse(find_shipped(defaults_name)->yaml, "fakes/profiles/defaults.yaml");
  if (!document) return document.error();
  return profile_table().parse(document->root());
}

void check_whole(const Node& root, const Profile& profile, config::Errors& errors) {
  if (profile.name.empty()) errors.add(root, "key 'name' is missing in receiver profile");
  if (profile.kind == Profile::Kind::receiver && profile.domains.empty()) {
    errors.add(root, "key 'domains' is missing in receiver profile; only a sink takes mail for any domain");
  }
  if (profile.mx.empty()) errors.add(root, "key 'mx' is missing in receiver profile");
  if (!errors.empty()) return;
  const bool needs_dkim = profile.auth_policy.spf_hardfail_without_dkim != policy::AuthAction::accept;
  if (needs_dkim && profile.replies.at("spf_fail").phase != policy::Phase::data) {
    errors.add(root, "auth_policy.spf_hardfail_without_dkim is known only after DATA; set phases.spf_fail to data");
  }
}

}  // namespace

bool ProfileValues::offers_starttls() const {
  return std::find(ehlo.begin(), ehlo.end(), "STARTTLS") != ehlo.end();
}

std::string_view to_string(Profile::Kind kind) {
  return kind == Profile::Kind::sink ? "sink" : "receiver";
}

std::vector<std::string> list_profiles() {
  std::vector<std::string> names;
  for (const ShippedProfile& profile : shipped_profiles()) {
    if (profile.name != defaults_name) names.emplace_back(profile.name);
  }
  return names;
}

boost::json::object profile_schema() {
  return config::json_schema(profile_table());
}

Result<Profile> load_profile(std::string_view name_or_path, const Node* changes) {
  const Node* extends = changes == nullptr ? nullptr : changes->find("extends");
  auto tree = load_tree(extends != nullptr ? extends->text() : name_or_path, extends, 0);
  if (!tree) return tree.error();
  if (changes != nullptr) tree->root = lay_over(tree->root, *changes);
  const auto defaults = shipped_defaults();
  if (!defaults) return defaults.error();

  config::Errors errors;
  // What the file leaves out keeps the default; replies and phases are laid over each other key by key below.
  ProfileFile file = *defaults;
  file.replies.clear();
  file.phases.clear();
  file.close_after.clear();
  file.window_events = std::move(tree->window_events);
  profile_table().read(tree->root, file, errors);
  if (!errors.empty()) return errors.list().front();

  file.limits = file.limits_as_written;
  for (const RateWindowFile& window : file.limits_as_written.windows) {
    file.limits.rate_windows.push_back({window.window, window.event});
  }
  if (extends != nullptr && !is_path(name_or_path)) file.name = name_or_path;

  Profile profile;
  static_cast<ProfileValues&>(profile) = file;
  profile.description = std::move(tree->description);
  profile.replies = make_reply_book(file, *defaults, errors);
  check_whole(tree->root, profile, errors);
  if (!errors.empty()) return errors.list().front();
  return profile;
}

}  // namespace mailrig::receiver
