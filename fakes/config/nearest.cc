#include "fakes/config/nearest.h"

#include <algorithm>
#include <vector>

namespace mailrig::config {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t common_beginning(std::string_view a, std::string_view b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && lower(a[n]) == lower(b[n])) ++n;
  return n;
}

std::size_t edits_allowed(std::size_t length) {
  if (length <= 2) return 1;
  if (length <= 5) return 2;
  return std::min<std::size_t>(length / 2, 4);
}

// Names longer than this are not misspelt keys; comparing them would only cost time.
constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t names_listed_max = 40;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table are enough: a swap looks back two.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates) {
  if (name.empty() || name.size() > name_bytes_max) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_edits = edits_allowed(name.size()) + 1;
  std::size_t best_common = 0;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name_bytes_max) continue;
    const std::size_t edits = edit_distance(name, candidate);
    const std::size_t common = common_beginning(name, candidate);
    if (edits < best_edits || (best != nullptr && edits == best_edits && common > best_common)) {
      best = &candidate;
      best_edits = edits;
      best_common = common;
    }
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  if (candidates.empty()) return "; there are none";
  if (const auto best = nearest(name, candidates)) return "; did you mean '" + *best + "'?";
  std::string text = "; valid: ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) text += ", ";
    if (i == names_listed_max) return text + "…";
    text += candidates[i];
  }
  return text;
}

}  // namespace mailrig::config
