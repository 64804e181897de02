#include "fakes/config/document.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <system_error>

#include "fakes/config/tree_builder.h"

namespace mailrig::config {
namespace {

// The key of `map` that the front of `path` spells: the longest that exists, since keys may contain dots; otherwise
// up to the first dot.
std::string_view front_key(const Node& map, std::string_view path) {
  std::string_view key = path.substr(0, path.find('.'));
  bool exists = false;
  for (const auto& entry : map.entries()) {
    const std::string& candidate = entry.key;
    const bool matches =
        path.starts_with(candidate) && (path.size() == candidate.size() || path[candidate.size()] == '.');
    if (matches && (!exists || candidate.size() > key.size())) {
      key = path.substr(0, candidate.size());
      exists = true;
    }
  }
  return key;
}

Result<Node*> step_into_list(Node& list, std::string_view index_text) {
  std::size_t index = 0;
  const char* end = index_text.data() + index_text.size();
  const auto [stop, fault] = std::from_chars(index_text.data(), end, index);
  if (fault == std::errc() && stop == end) {
    if (Node* item = list.item(index)) return item;
  }
  return Error{fmt::format("'{}' is a list of {}: '{}' is not the number of an item, counted from 0", list.path(),
                           list.items().size(), index_text)};
}

}  // namespace

Result<Document> Document::parse(std::string_view text, std::string file) {
  auto root = build_tree(text, std::make_shared<const std::string>(std::move(file)));
  if (!root) return root.error();
  return Document(std::move(*root));
}

Result<Document> Document::read(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  return parse(*text, file.string());
}

Result<void> Document::set(std::string_view path, std::string_view value) {
  const Location at{std::make_shared<const std::string>("--set"), 0, 0};
  const auto fault = [&](std::string_view message) { return at.error(fmt::format("{}={}: {}", path, value, message)); };
  auto parsed = build_tree(value, at.file);
  if (!parsed) return fault(parsed.error().message);

  Node* node = &root_;
  std::string_view rest = path;
  int depth = 0;
  while (!rest.empty()) {
    if (++depth > depth_max) return fault("the path is too deep");
    std::string_view key = rest.substr(0, rest.find('.'));
    if (node->is_list()) {
      const auto item = step_into_list(*node, key);
      if (!item) return fault(item.error().message);
      node = *item;
    } else {
      if (node->is_scalar()) return fault(fmt::format("'{}' is a value, not a map", node->path()));
      if (node->is_null()) {
        Node map = Node::map(at);
        map.set_path(node->path());
        *node = std::move(map);
      }
      key = front_key(*node, rest);
      if (key.empty()) return fault("the path has an empty key");
      if (node->find(key) == nullptr) node->insert(std::string(key), at, Node::null(at));
      node = node->find(key);
    }
    rest.remove_prefix(key.size());
    if (rest == ".") return fault("the path has an empty key");
    if (rest.starts_with('.')) rest.remove_prefix(1);
  }
  if (node == &root_) return fault("the path is empty; write --set path=value");
  parsed->set_path(node->path());
  parsed->set_location(at);
  *node = std::move(*parsed);
  return {};
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max) {
  std::error_code fault;
  if (!std::filesystem::exists(file, fault)) return Error{"no such file", file.string()};
  if (std::filesystem::is_directory(file, fault)) return Error{"is a folder, not a file", file.string()};
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{"cannot be read; check its permissions", file.string()};
  std::string text;
  char block[65'536];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max) return Error{fmt::format("is larger than {} bytes", bytes_max), file.string()};
  }
  if (in.bad()) return Error{"reading failed", file.string()};
  // Spelt out because an Error can be made from a string, too.
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

std::string first_comment(std::string_view yaml) {
  std::string comment;
  while (!yaml.empty()) {
    const std::size_t end = yaml.find('\n');
    std::string_view line = yaml.substr(0, end);
    yaml.remove_prefix(end == std::string_view::npos ? yaml.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.starts_with('#')) {
      line.remove_prefix(1);
      if (line.starts_with(' ')) line.remove_prefix(1);
      if (!comment.empty()) comment += ' ';
      comment += line;
    } else if (!comment.empty() || !line.empty()) {
      break;
    }
  }
  return comment;
}

}  // namespace mailrig::config
