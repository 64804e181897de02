#include "sim/sweep/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/report/table.h"

namespace mailrig::sweep {
namespace {

bool is_passed(const boost::json::value& summary) {
  const auto* object = summary.if_object();
  const boost::json::value* verdict = object == nullptr ? nullptr : object->if_contains("verdict");
  return verdict != nullptr && verdict->is_string() && verdict->get_string() == "pass";
}

bool is_rate(std::string_view path) {
  return path.find("rate") != std::string_view::npos;
}

std::string cell(std::string_view path, const Estimate& number) {
  if (number.count == 0) return "-";
  const double scale = is_rate(path) ? 100 : 1;
  const char* unit = is_rate(path) ? " %" : "";
  if (number.count == 1) return fmt::format("{:.2f}{}", scale * number.mean, unit);
  return fmt::format("{:.2f} ± {:.2f}{}", scale * number.mean, scale * number.half_width, unit);
}

}  // namespace

std::vector<Compared> compare(std::span<const Variant> variants, std::span<const boost::json::value> summaries,
                              std::span<const scenario::Expectation> numbers) {
  std::vector<Compared> rows;
  const std::size_t repetitions = variants.empty() ? 0 : summaries.size() / variants.size();
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const auto own = summaries.subspan(v * repetitions, repetitions);
    Compared& row = rows.emplace_back(Compared{variants[v], {}, 0, repetitions});
    for (const boost::json::value& summary : own) row.passed += is_passed(summary) ? 1 : 0;
    for (const scenario::Expectation& number : numbers) {
      std::vector<double> values;
      for (const boost::json::value& summary : own) {
        if (const auto value = scenario::evaluate(number, summary).value) values.push_back(*value);
      }
      row.numbers.push_back(estimate(values));
    }
  }
  return rows;
}

std::string to_text(std::span<const Compared> rows, std::span<const std::string> paths, const report::Style& style) {
  std::vector<report::Table::Column> columns = {{"variant", report::Table::Align::left}};
  for (const std::string& path : paths) columns.push_back({path});
  columns.push_back({"passed"});
  report::Table table(std::move(columns));
  for (const Compared& row : rows) {
    std::vector<std::string> cells = {row.variant.sets.empty() ? std::string("as it is")
                                                               : fmt::format("{}", fmt::join(row.variant.sets, " "))};
    for (std::size_t i = 0; i < paths.size(); ++i) cells.push_back(cell(paths[i], row.numbers[i]));
    cells.push_back(fmt::format("{} of {}", row.passed, row.repetitions));
    table.add(std::move(cells));
  }
  return table.text(style);
}

boost::json::array to_json(std::span<const Compared> rows, std::span<const std::string> paths) {
  boost::json::array json;
  for (const Compared& row : rows) {
    boost::json::object numbers;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const Estimate& number = row.numbers[i];
      numbers[paths[i]] =
          boost::json::object{{"mean", number.mean}, {"half_width_95", number.half_width}, {"count", number.count}};
    }
    json.push_back({{"sets", boost::json::array(row.variant.sets.begin(), row.variant.sets.end())},
                    {"passed", row.passed},
                    {"repetitions", row.repetitions},
                    {"numbers", std::move(numbers)}});
  }
  return json;
}

}  // namespace mailrig::sweep
