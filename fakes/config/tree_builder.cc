#include "fakes/config/tree_builder.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fakes/config/document.h"

namespace mailrig::config {
namespace {

// Leaves yaml-cpp's parser, which cannot be stopped otherwise; caught in build_tree.
struct Stop {
  Error error;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::shared_ptr<const std::string> file)
      : file_(std::move(file)), root_(Node::null({file_, 0, 0})) {}

  Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) stop(mark, "a second document begins; one file holds one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) stop(mark, "a key must be text");
    place(Node::null(value_location(mark)), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (expects_key()) return take_key(mark, value);
    const bool quoted = tag != "?" && !tag.empty();
    place(Node::scalar(value, location(mark), quoted), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) stop(mark, "a key must be text, not an alias");
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) stop(mark, "the alias stands inside what it refers to");
    admit(mark, known->second, path_bytes(), open_.size());
    place_admitted(known->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Node::list(location(mark)), anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, Node::map(location(mark)), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come yet.
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::size_t path_bytes;
    std::optional<std::string> key{};  // of the map's next value
    Location key_at{};
    std::unordered_set<std::string> keys{};
  };

  Location location(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  // An absent value has no place of its own; its key has.
  Location value_location(const YAML::Mark& mark) const {
    return !open_.empty() && open_.back().key ? open_.back().key_at : location(mark);
  }

  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) const {
    throw Stop{location(mark).error(std::move(message))};
  }

  bool expects_key() const { return !open_.empty() && open_.back().node.is_map() && !open_.back().key; }

  void take_key(const YAML::Mark& mark, const std::string& key) {
    Open& map = open_.back();
    if (!map.keys.insert(key).second) {
      int first_line = 0;
      for (const auto& entry : map.node.entries()) {
        if (entry.key == key) first_line = entry.key_at.line;
      }
      stop(mark, fmt::format("key '{}' is given twice, first in line {}", key, first_line));
    }
    if (map.keys.size() > map_keys_max) stop(mark, fmt::format("a map has more than {} keys", map_keys_max));
    map.key = key;
    map.key_at = location(mark);
  }

  // Length of the path that the next value will have.
  std::size_t path_bytes() const {
    if (open_.empty()) return 0;
    const Open& parent = open_.back();
    return parent.path_bytes + 1 +
           (parent.key ? parent.key->size() : std::to_string(parent.node.items().size()).size());
  }

  // Accounts for a value and all below it.
  void admit(const YAML::Mark& mark, const Node& node, std::size_t path_bytes, std::size_t depth) {
    cost_ += 1 + node.text().size() / 64;
    if (cost_ > cost_max) stop(mark, fmt::format("more than {} values with aliases expanded", cost_max));
    if (path_bytes > path_bytes_max) stop(mark, "the keys down to here are too long");
    if (depth >= static_cast<std::size_t>(depth_max)) stop(mark, fmt::format("nested more than {} levels", depth_max));
    for (const Node& item : node.items()) admit(mark, item, path_bytes + 8, depth + 1);
    for (const auto& entry : node.entries()) admit(mark, entry.value, path_bytes + 1 + entry.key.size(), depth + 1);
  }

  void place(Node node, YAML::anchor_t anchor) {
    const YAML::Mark mark = mark_of(node);
    admit(mark, node, path_bytes(), open_.size());
    remember(mark, node, anchor);
    place_admitted(std::move(node));
  }

  void place_admitted(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.append(std::move(node));
    } else {
      parent.node.insert(std::move(*parent.key), parent.key_at, std::move(node));
      parent.key.reset();
    }
  }

  void open(const YAML::Mark& mark, Node container, YAML::anchor_t anchor) {
    // What yaml-cpp also makes of a bracket that is never closed.
    if (expects_key()) stop(mark, "a key must be text, not " + describe(container) + "; is a bracket left open?");
    const std::size_t path = path_bytes();
    admit(mark, container, path, open_.size());
    open_.push_back({std::move(container), anchor, path});
  }

  void close() {
    Node node = std::move(open_.back().node);
    const YAML::anchor_t anchor = open_.back().anchor;
    open_.pop_back();
    remember(mark_of(node), node, anchor);
    place_admitted(std::move(node));
  }

  // The copy kept for later aliases costs as much as what it copies.
  void remember(const YAML::Mark& mark, const Node& node, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    admit(mark, node, 0, 0);
    anchors_.emplace(anchor, node);
  }

  static YAML::Mark mark_of(const Node& node) {
    YAML::Mark mark;
    mark.line = node.at().line - 1;
    mark.column = node.at().column - 1;
    return mark;
  }

  std::shared_ptr<const std::string> file_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t cost_ = 0;
  int documents_ = 0;
};

// Reads the caller's bytes in place.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // the interface wants char*, nothing writes
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Result<Node> build_tree(std::string_view text, const std::shared_ptr<const std::string>& file) {
  if (text.size() > file_bytes_max) return Location{file}.error(fmt::format("is larger than {} bytes", file_bytes_max));
  TreeBuilder builder(file);
  try {
    ViewBuffer buffer(text);
    std::istream in(&buffer);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    return stop.error;
  } catch (const YAML::Exception& fault) {
    return Location{file, fault.mark.line + 1, fault.mark.column + 1}.error("not valid YAML: " + fault.msg);
  }
  Node root = builder.take_root();
  root.set_path("");
  return root;
}

}  // namespace mailrig::config
