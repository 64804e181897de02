// A YAML value as our own immutable-looking tree: every node knows where it was written (file, line, column) and how
// it is reached (its dotted path), so that any later check can point at the place. yaml-cpp stays behind document.cc.
// Plain values: copy freely, share between threads while nobody changes them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::config {

struct Location {
  std::shared_ptr<const std::string> file;  // null: not from a file
  int line = 0;                             // from 1; 0 when there are no lines (command line)
  int column = 0;                           // from 1

  Error error(std::string message) const;
};

class Node {
 public:
  enum class Kind : unsigned char { null, scalar, list, map };
  struct Entry;

  Node() = default;  // null, from nowhere
  static Node scalar(std::string text, Location at = {}, bool quoted = false);
  static Node list(Location at = {});
  static Node map(Location at = {});
  static Node null(Location at);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_map() const { return kind_ == Kind::map; }

  // A scalar's text with quotes removed; empty for all else.
  const std::string& text() const { return text_; }
  // Written in quotes, so it is meant as text whatever it looks like.
  bool quoted() const { return quoted_; }
  // A list's items and a map's entries in the order of the file; empty for all else.
  const std::vector<Node>& items() const { return items_; }
  const std::vector<Entry>& entries() const { return entries_; }
  // A map's value by key; null pointer when there is none or this is no map.
  const Node* find(std::string_view key) const;

  const Location& at() const { return at_; }
  // "receivers.qq.greylist.delay"; list items by index from 0: "traffic.0.mail". Empty at the root.
  const std::string& path() const { return path_; }

  // "PATH: message" at this node's place.
  Error error(std::string_view message) const;

  // Building. The node must be a list, or a map without that key.
  void append(Node item);
  void insert(std::string key, Location key_at, Node value);
  // Like insert, for a value that keeps the path of where it was written.
  void insert_as_is(std::string key, Location key_at, Node value);
  // Mutable access, null pointer when absent.
  Node* find(std::string_view key);
  Node* item(std::size_t index);
  // Recomputes the paths of this node and everything below it.
  void set_path(std::string path);
  // The place of this node and of everything below it becomes `at`.
  void set_location(const Location& at);

 private:
  Kind kind_ = Kind::null;
  bool quoted_ = false;
  Location at_;
  std::string path_;
  std::string text_;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

struct Node::Entry {
  std::string key;
  Location key_at;
  Node value;
};

// "a list", "a map", "nothing", "'text'": for messages.
std::string describe(const Node& node);

// `changes` over `base`: maps merge key by key; scalars and lists replace; nothing (an empty value) over a map leaves
// the map. Each value keeps the place and path of where it was written.
Node merge(const Node& base, const Node& changes);

// Block-style YAML text that reads back as the same tree.
std::string to_yaml(const Node& node);

}  // namespace mailrig::config
