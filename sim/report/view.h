// Reading a summary that may come from an old version, a killed run or an editor: what is missing or of another type
// reads as zero or nothing. Pure.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace mailrig::report {

using Path = std::initializer_list<std::string_view>;

const boost::json::value* find(const boost::json::value& root, Path path);
std::uint64_t count_at(const boost::json::value& root, Path path);
std::optional<double> number_at(const boost::json::value& root, Path path);
bool flag_at(const boost::json::value& root, Path path);
std::string_view text_at(const boost::json::value& root, Path path);
// Empty when there is no such object or array.
const boost::json::object& object_at(const boost::json::value& root, Path path);
const boost::json::array& array_at(const boost::json::value& root, Path path);

// The fates in the contract's order.
struct FateCount {
  std::string_view name;
  std::uint64_t count;
};
std::vector<FateCount> fates(const boost::json::value& totals);

// What is wrong with the sums of a summary: those told by the run itself, and the fates added up again, per receiver
// and in total. Empty when all is well.
std::vector<std::string> broken_sums(const boost::json::value& summary);

}  // namespace mailrig::report
