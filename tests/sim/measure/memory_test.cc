#include "sim/measure/memory.h"

#include <gtest/gtest.h>

namespace mailrig::measure {
namespace {

using policy::SenderIdentity;

policy::Recollection remembered_of_two() {
  policy::Recollection remembered;
  remembered.bulk = true;
  remembered.weighed.emplace().lot_ppm = 123'456;
  remembered.weighed->of(SenderIdentity::dkim_domain) = {.known = true,
                                                         .active_days = 7,
                                                         .today = 120,
                                                         .this_hour = 34,
                                                         .recent_max = 4'000'000'000,
                                                         .accepted_milli = 12'000'000'000'000,
                                                         .unknown_milli = 5,
                                                         .traps_milli = 6,
                                                         .complaints_milli = 7,
                                                         .held = true,
                                                         .today_max = 9};
  remembered.weighed->of(SenderIdentity::ip) = {.known = true, .active_days = 1};
  return remembered;
}

TEST(Memory, ReadBackIsTheSame) {
  const std::string octets = write_memory(remembered_of_two());
  const auto read = read_memory(octets);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(write_memory(*read), octets);
  EXPECT_EQ(read->weighed->of(SenderIdentity::dkim_domain).accepted_milli, 12'000'000'000'000u);
  EXPECT_TRUE(read->weighed->of(SenderIdentity::dkim_domain).held);
  EXPECT_EQ(read->weighed->of(SenderIdentity::dkim_domain).today_max, 9u);
  EXPECT_EQ(read->weighed->of(SenderIdentity::dkim_domain).this_hour, 34u);
  EXPECT_EQ(read->weighed->of(SenderIdentity::ip).active_days, 1u);
  EXPECT_FALSE(read->weighed->of(SenderIdentity::hdr_domain).known);
  EXPECT_LT(octets.size(), 60u) << "there is one with every attempt";
  const auto without = read_memory(write_memory({}));
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->weighed);
}

TEST(Memory, DamageIsNamed) {
  const std::string whole = write_memory(remembered_of_two());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_memory(std::string_view(whole).substr(0, size))) << size;
  }
  EXPECT_FALSE(read_memory(whole + '\1'));
  EXPECT_FALSE(read_memory(R"({"bulk":false,"comes_again":false})")) << "as earlier versions had it";
  EXPECT_FALSE(read_memory(std::string(30, '\xff'))) << "a number without end";
  EXPECT_FALSE(read_memory(std::string("\4\1\200\1", 4))) << "identities that there are not";
}

}  // namespace
}  // namespace mailrig::measure
