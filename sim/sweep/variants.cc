#include "sim/sweep/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mailrig::sweep {
namespace {

struct Axis {
  std::string path;
  std::vector<std::string> values;
};

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  int depth = 0;
  char quote = '\0';
  for (const char c : text) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      values.emplace_back();
      continue;
    }
    values.back() += c;
  }
  return values;
}

Result<Axis> parse_axis(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Error{
        fmt::format("--sweep: '{}' sweeps nothing; write path=value,value,…, such as "
                    "receivers.gmail.greylist.delay=1m,5m",
                    text)};
  }
  Axis axis{std::string(text.substr(0, equals)), split_values(text.substr(equals + 1))};
  for (const std::string& value : axis.values) {
    if (value.empty()) return Error{fmt::format("--sweep: '{}' has an empty value", text)};
  }
  return axis;
}

}  // namespace

Result<std::vector<Variant>> variants(std::span<const std::string> sweeps) {
  std::vector<Variant> all(1);
  std::set<std::string> paths;
  for (const std::string& sweep : sweeps) {
    const auto axis = parse_axis(sweep);
    if (!axis) return axis.error();
    if (!paths.insert(axis->path).second) return Error{fmt::format("--sweep: '{}' is swept twice", axis->path)};
    if (all.size() * axis->values.size() > variants_max) {
      return Error{fmt::format("--sweep: more than {} variants; sweep fewer values", variants_max)};
    }
    std::vector<Variant> multiplied;
    for (const Variant& before : all) {
      for (const std::string& value : axis->values) {
        Variant variant = before;
        variant.sets.push_back(axis->path + "=" + value);
        multiplied.push_back(std::move(variant));
      }
    }
    all = std::move(multiplied);
  }
  return all;
}

}  // namespace mailrig::sweep
