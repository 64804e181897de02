#include "fakes/config/node.h"

#include <utility>

#include "fakes/base/check.h"

namespace mailrig::config {
namespace {

std::string below(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

}  // namespace

Error Location::error(std::string message) const {
  return Error{std::move(message), file ? *file : std::string(), line, column};
}

Node Node::scalar(std::string text, Location at, bool quoted) {
  Node node;
  node.kind_ = Kind::scalar;
  node.quoted_ = quoted;
  node.at_ = std::move(at);
  node.text_ = std::move(text);
  return node;
}

Node Node::list(Location at) {
  Node node;
  node.kind_ = Kind::list;
  node.at_ = std::move(at);
  return node;
}

Node Node::map(Location at) {
  Node node;
  node.kind_ = Kind::map;
  node.at_ = std::move(at);
  return node;
}

Node Node::null(Location at) {
  Node node;
  node.at_ = std::move(at);
  return node;
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).find(key));
}

Node* Node::item(std::size_t index) {
  return index < items_.size() ? &items_[index] : nullptr;
}

Error Node::error(std::string_view message) const {
  return at_.error(path_.empty() ? std::string(message) : path_ + ": " + std::string(message));
}

void Node::append(Node item) {
  CHECK(is_list());
  item.set_path(below(path_, std::to_string(items_.size())));
  items_.push_back(std::move(item));
}

void Node::insert(std::string key, Location key_at, Node value) {
  value.set_path(below(path_, key));
  insert_as_is(std::move(key), std::move(key_at), std::move(value));
}

void Node::insert_as_is(std::string key, Location key_at, Node value) {
  CHECK(is_map() && find(key) == nullptr);
  entries_.push_back({std::move(key), std::move(key_at), std::move(value)});
}

void Node::set_path(std::string path) {
  path_ = std::move(path);
  for (std::size_t i = 0; i < items_.size(); ++i) items_[i].set_path(below(path_, std::to_string(i)));
  for (Entry& entry : entries_) entry.value.set_path(below(path_, entry.key));
}

void Node::set_location(const Location& at) {
  at_ = at;
  for (Node& item : items_) item.set_location(at);
  for (Entry& entry : entries_) {
    entry.key_at = at;
    entry.value.set_location(at);
  }
}

std::string describe(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "'" + node.text() + "'";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

}  // namespace mailrig::config
