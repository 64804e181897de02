#include "fakes/config/node.h"

namespace mailrig::config {

Node merge(const Node& base, const Node& changes) {
  if (base.is_map() && changes.is_null()) return base;
  if (!base.is_map() || !changes.is_map()) return changes;
  Node merged = Node::map(changes.at());
  merged.set_path(changes.path());
  for (const auto& [key, key_at, value] : base.entries()) {
    const Node* change = changes.find(key);
    merged.insert_as_is(key, key_at, change == nullptr ? value : merge(value, *change));
  }
  for (const auto& [key, key_at, value] : changes.entries()) {
    if (base.find(key) == nullptr) merged.insert_as_is(key, key_at, value);
  }
  return merged;
}

}  // namespace mailrig::config
