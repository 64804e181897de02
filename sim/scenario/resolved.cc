#include <initializer_list>

#include "sim/scenario/load.h"

namespace mailrig::scenario {
namespace {

namespace fs = std::filesystem;
using config::Node;

void make_absolute(Node* node, const fs::path& folder) {
  if (node == nullptr || !node->is_scalar()) return;
  const std::string& path = node->path();
  Node absolute = Node::scalar((folder / node->text()).lexically_normal().string(), node->at(), node->quoted());
  absolute.set_path(path);
  *node = std::move(absolute);
}

// `key` of every entry of the map `part`.
void make_absolute(Node& root, std::string_view part, std::string_view key, const fs::path& folder) {
  Node* map = root.find(part);
  if (map == nullptr) return;
  for (const auto& entry : map->entries()) make_absolute(map->find(entry.key)->find(key), folder);
}

void make_dkim_keys_absolute(Node& root, const fs::path& folder) {
  Node* senders = root.find("senders");
  if (senders == nullptr) return;
  for (const auto& entry : senders->entries()) {
    Node* keys = senders->find(entry.key)->find("dkim");
    if (keys == nullptr) continue;
    for (std::size_t i = 0; i < keys->items().size(); ++i) make_absolute(keys->item(i)->find("key"), folder);
  }
}

void make_zones_absolute(Node& root, const fs::path& folder) {
  Node* dns = root.find("dns");
  Node* zones = dns == nullptr ? nullptr : dns->find("zones");
  if (zones == nullptr) return;
  for (std::size_t i = 0; i < zones->items().size(); ++i) {
    Node* zone = zones->item(i);
    make_absolute(zone->is_scalar() ? zone : zone->find("file"), folder);
  }
}

void make_traces_absolute(Node& root, const fs::path& folder) {
  Node* traffic = root.find("traffic");
  if (traffic == nullptr) return;
  for (std::size_t i = 0; i < traffic->items().size(); ++i) {
    make_absolute(traffic->item(i)->find("schedule")->find("replay"), folder);
  }
}

}  // namespace

std::string resolved_yaml(const Scenario& scenario) {
  Node root = scenario.resolved;
  const fs::path folder = fs::absolute(scenario.file).parent_path();
  make_absolute(root, "lists", "file", folder);
  make_absolute(root, "mail", "files", folder);
  make_dkim_keys_absolute(root, folder);
  make_zones_absolute(root, folder);
  make_traces_absolute(root, folder);
  for (const Receiver& receiver : scenario.receivers) {
    if (is_profile_file(receiver.profile_name.value)) {
      make_absolute(root.find("receivers")->find(receiver.name)->find("profile"), folder);
    }
  }
  return config::to_yaml(root);
}

}  // namespace mailrig::scenario
