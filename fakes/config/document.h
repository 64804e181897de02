// Reads YAML files. Bounded, because scenarios and profiles come from anywhere: 16 MB, 64 levels, 250,000 values with
// aliases expanded. Duplicate keys are errors; one document per file. Not thread-safe while being changed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fakes/base/result.h"
#include "fakes/config/node.h"

namespace mailrig::config {

inline constexpr std::size_t file_bytes_max = 16'000'000;
inline constexpr int depth_max = 64;
// A value costs 1 and 1 more per 64 bytes of its text, so that an alias cannot multiply long texts either.
inline constexpr std::size_t cost_max = 250'000;
inline constexpr std::size_t path_bytes_max = 512;
inline constexpr std::size_t map_keys_max = 4'096;

class Document {
 public:
  // `file` is the name that errors show. Empty text is a document whose root is null.
  static Result<Document> parse(std::string_view text, std::string file);
  static Result<Document> read(const std::filesystem::path& file);

  explicit Document(Node root) : root_(std::move(root)) {}
  const Node& root() const { return root_; }

  // Deep merge of `changes` over what is there; see merge() in node.h.
  void merge(const Node& changes) { root_ = config::merge(root_, changes); }

  // The command line's --set: `path` as Node::path() spells it, `value` any YAML ("5m", "{delay: 2m}"). Creates maps
  // on the way. The value's place becomes "--set". A key that contains dots is found when it exists already.
  Result<void> set(std::string_view path, std::string_view value);

 private:
  Node root_;
};

// Reads a whole text file, at most `bytes_max`; errors name the file.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max = file_bytes_max);

// The text of the first comment block, without '#' and joined by spaces: what a scenario or profile says about itself.
std::string first_comment(std::string_view yaml);

}  // namespace mailrig::config
