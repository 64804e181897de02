// A table for terminals: a heading, rows, columns as wide as what stands in them. Pure.
#pragma once

#include <string>
#include <vector>

#include "sim/report/style.h"

namespace mailrig::report {

class Table {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string heading;
    Align align = Align::right;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells) { rows_.push_back({std::move(cells), false}); }
  // A row in bold, set apart by a rule.
  void add_sum(std::vector<std::string> cells) { rows_.push_back({std::move(cells), true}); }

  // Columns that it takes when nothing is cut.
  std::size_t width() const;
  // Each line ends with a newline. The last column is cut where the line would be wider than the style allows.
  std::string text(const Style& style) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool sum;
  };
  std::vector<std::size_t> column_widths() const;
  std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace mailrig::report
