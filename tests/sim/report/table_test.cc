#include "sim/report/table.h"

#include <gtest/gtest.h>

namespace mailrig::report {
namespace {

TEST(Table, ColumnsAreAsWideAsWhatStandsInThem) {
  Table table({{"name", Table::Align::left}, {"n", Table::Align::right}});
  table.add({"a", "1,234"});
  table.add({"李雷", "5"});
  table.add_sum({"total", "1,239"});
  EXPECT_EQ(table.text(Style{}),
            "name       n\n"
            "a      1,234\n"
            "李雷       5\n"
            "────────────\n"
            "total  1,239\n");
}

TEST(Table, TheLastColumnIsCutToTheWidth) {
  Table table({{"n", Table::Align::right}, {"text", Table::Align::left}});
  table.add({"1", "abcdefghij"});
  EXPECT_EQ(table.text({.colour = false, .columns = 9}),
            "n  text\n"
            "1  abcde…\n");
}

}  // namespace
}  // namespace mailrig::report
