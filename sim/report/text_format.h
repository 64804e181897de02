// Numbers and text as a person at a terminal reads them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mailrig::report {

std::string grouped(std::uint64_t number);  // 1,234,567

// "850ms" "1.23s" "12.3s" "4m05s" "2h13m" "3d04h"; "-" without a value.
std::string human_time(std::optional<double> seconds);

// "95.2%"; "-" without a value. Only a whole is "100%" and only nothing is "0%".
std::string percentage(std::optional<double> share);

// Per second, as precise as anybody cares: "0.01", "12.3", "1,234".
std::string rate_text(double per_second);

// Columns on a terminal: two for East Asian wide characters, none for combining marks.
std::size_t display_width(std::string_view utf8);
// At most `columns` wide, an ellipsis at the end when something was cut. Control characters and broken UTF-8 become
// '?', line ends a slash, so that nothing in a report can drive the terminal.
std::string cut_to_width(std::string_view utf8, std::size_t columns);
// Padded with blanks.
std::string left(std::string_view utf8, std::size_t columns);
std::string right(std::string_view utf8, std::size_t columns);

// The parts with a separator between them, on as many lines as `columns` demands; further lines begin with `indent`.
std::string join_wrapped(std::span<const std::string> parts, std::string_view separator, std::size_t columns,
                         std::string_view indent = {});

}  // namespace mailrig::report
