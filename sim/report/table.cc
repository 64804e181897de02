#include "sim/report/table.h"

#include <algorithm>
#include <numeric>

#include "sim/report/text_format.h"

namespace mailrig::report {
namespace {

constexpr std::size_t gap = 2;

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) text.append(gap, ' ');
    text += columns_[i].align == Align::left ? left(cells[i], widths[i]) : right(cells[i], widths[i]);
  }
  return without_trailing_blanks(std::move(text));
}

std::vector<std::size_t> Table::column_widths() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.heading));
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) widths[i] = std::max(widths[i], display_width(row.cells[i]));
  }
  return widths;
}

std::size_t Table::width() const {
  const std::vector<std::size_t> widths = column_widths();
  return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

std::string Table::text(const Style& style) const {
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  std::vector<std::size_t> widths = column_widths();
  const std::size_t before_last = width() - widths.back();
  const std::size_t room = style.columns > before_last ? style.columns - before_last : 0;
  widths.back() = std::min(widths.back(), std::max<std::size_t>(room, display_width(headings.back())));

  std::string text = style.paint(Colour::dim, line(headings, widths)) + "\n";
  for (const Row& row : rows_) {
    if (row.sum) {
      std::string rule;
      for (std::size_t i = 0; i < before_last + widths.back(); ++i) rule += "─";
      text += style.paint(Colour::dim, rule) + "\n";
    }
    const std::string cells = line(row.cells, widths);
    text += (row.sum ? style.paint(Colour::bold, cells) : cells) + "\n";
  }
  return text;
}

}  // namespace mailrig::report
