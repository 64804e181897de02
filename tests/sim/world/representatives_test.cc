#include "sim/world/representatives.h"

namespace mailrig::world {
namespace {

const std::string signed_letter = "DKIM-Signature: x\r\nFrom: a@shop.example\r\nReceived: y\r\n\r\nHello\r\n";

TEST(Representatives, KnowWhatIsReadOffTheirContent) {
  const Representative one = represent(signed_letter, 19);
  EXPECT_EQ(one.content, signed_letter);
  EXPECT_EQ(one.signature_octets, 19U);
  EXPECT_EQ(one.traits.header_from_domain, "shop.example");
  EXPECT_EQ(one.traits.received_hops, 1U);
}

TEST(Representatives, AreMadeOncePerKey) {
  Representatives all;
  int made = 0;
  const auto make = [&made] {
    ++made;
    return represent(signed_letter, 0);
  };
  const Representative& first = all.acquire(7, make);
  EXPECT_EQ(&all.acquire(7, make), &first);
  EXPECT_EQ(first.key, 7U);
  EXPECT_NE(&all.acquire(8, make), &first);
  EXPECT_EQ(made, 2);
  // What nobody needs now is kept while there is room.
  all.release(first);
  all.release(first);
  EXPECT_EQ(&all.acquire(7, make), &first);
  EXPECT_EQ(made, 2);
}

TEST(Representatives, StayWhileTheyRepresentAMessageAndNoLongerThanThereIsRoom) {
  Representatives all(2 * signed_letter.size());
  const auto make = [] { return represent(signed_letter, 0); };
  const Representative& kept = all.acquire(1, make);
  const std::string_view view = kept.content;
  for (std::uint64_t key = 2; key < 1'000; ++key) all.release(all.acquire(key, make));
  EXPECT_LE(all.size(), 3U);
  EXPECT_EQ(view, signed_letter);
  EXPECT_EQ(&all.acquire(1, make), &kept);
}

}  // namespace
}  // namespace mailrig::world
