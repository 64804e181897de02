#include "sim/report/view.h"

#include <fmt/format.h>

#include "sim/measure/fate.h"

namespace mailrig::report {

namespace json = boost::json;

const json::value* find(const json::value& root, Path path) {
  const json::value* value = &root;
  for (const std::string_view key : path) {
    const json::object* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::uint64_t count_at(const json::value& root, Path path) {
  const json::value* value = find(root, path);
  if (value == nullptr) return 0;
  if (const auto* number = value->if_uint64()) return *number;
  if (const auto* number = value->if_int64()) return *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
  return 0;
}

std::optional<double> number_at(const json::value& root, Path path) {
  const json::value* value = find(root, path);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool flag_at(const json::value& root, Path path) {
  const json::value* value = find(root, path);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string_view text_at(const json::value& root, Path path) {
  const json::value* value = find(root, path);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

const json::object& object_at(const json::value& root, Path path) {
  static const json::object none;
  const json::value* value = find(root, path);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

const json::array& array_at(const json::value& root, Path path) {
  static const json::array none;
  const json::value* value = find(root, path);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::vector<FateCount> fates(const json::value& totals) {
  std::vector<FateCount> counts;
  for (std::size_t i = 0; i < measure::fate_count; ++i) {
    const std::string_view name = to_string(static_cast<measure::Fate>(i));
    counts.push_back({name, count_at(totals, {name})});
  }
  return counts;
}

std::vector<std::string> broken_sums(const json::value& summary) {
  std::vector<std::string> broken;
  for (const json::value& told : array_at(summary, {"conservation", "broken"})) {
    if (told.is_string()) broken.emplace_back(told.get_string().c_str());
  }
  if (!broken.empty()) return broken;
  const auto check = [&](std::string_view name, const json::value* totals) {
    if (totals == nullptr) return;
    std::uint64_t sum = 0;
    for (const FateCount& fate : fates(*totals)) sum += fate.count;
    const std::uint64_t deliveries = count_at(*totals, {"deliveries"});
    if (sum != deliveries) broken.push_back(fmt::format("{}: {} deliveries, but {} fates", name, deliveries, sum));
  };
  check("total", find(summary, {"totals"}));
  for (const auto& receiver : object_at(summary, {"receivers"})) {
    check(std::string_view(receiver.key().data(), receiver.key().size()), find(receiver.value(), {"totals"}));
  }
  return broken;
}

}  // namespace mailrig::report
