#include "sim/measure/conservation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Conservation, HoldsWhenEveryDeliveryHasOneFate) {
  Tally tally;
  tally.deliveries = 3;
  tally[Fate::inbox] = 2;
  tally[Fate::lost] = 1;
  EXPECT_THAT(check_fates("gmail", tally), IsEmpty());
}

TEST(Conservation, ABrokenSumNamesItsNumbers) {
  Tally tally;
  tally.deliveries = 3;
  tally[Fate::inbox] = 2;
  EXPECT_THAT(check_fates("gmail", tally),
              ElementsAre("gmail: 3 deliveries, but 2 inbox + 0 spam + 0 discarded + 0 handed_over + 0 bounced + 0 "
                          "rejected + 0 refused + 0 expired + 0 suppressed + 0 queued + 0 lost = 2"));
}

TEST(Conservation, TheRecountFindsFatesThatMerelyAddUp) {
  Tally kept;
  kept.deliveries = 1;
  kept[Fate::inbox] = 1;
  Tally recounted;
  recounted.deliveries = 1;
  recounted[Fate::spam] = 1;
  EXPECT_THAT(check_recount("qq", kept, recounted),
              ElementsAre(HasSubstr("1 inbox were counted, but the deliveries say 0"),
                          HasSubstr("0 spam were counted, but the deliveries say 1")));
}

TEST(Conservation, EveryStoredCopyIsAFirstOneOrADuplicate) {
  Tally total;
  total[Fate::inbox] = 2;
  total.duplicates = 1;
  EXPECT_THAT(check_copies(total, 3), IsEmpty());
  EXPECT_THAT(check_copies(total, 4), ElementsAre(HasSubstr("4 copies were stored, but 2 inbox")));
}

}  // namespace
}  // namespace mailrig::measure
