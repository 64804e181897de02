#include "sim/scenario/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace mailrig::scenario {
namespace {

TEST(Listing, ShowsWhatEachScenarioSaysAboutItself) {
  const std::filesystem::path folder = testing::TempDir() + "mailrig_listing";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "b.yaml") << "# Two words.\nname: second\nproves: [B1, B2]\n";
  std::ofstream(folder / "a.yaml") << "seed: 1\n";
  std::ofstream(folder / "broken.yaml") << "a: b: c\n";
  std::ofstream(folder / "readme.txt") << "name: no\n";
  const auto listings = list_scenarios(folder);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(listings);
  ASSERT_EQ(listings->size(), 3u);
  EXPECT_EQ((*listings)[0].name, "a");
  EXPECT_EQ((*listings)[0].shows, "");
  EXPECT_EQ((*listings)[1].name, "second");
  EXPECT_EQ((*listings)[1].file, folder / "b.yaml");
  EXPECT_EQ((*listings)[1].shows, "Two words.");
  EXPECT_THAT((*listings)[1].proves, testing::ElementsAre("B1", "B2"));
  EXPECT_FALSE((*listings)[1].fault);
  EXPECT_EQ((*listings)[2].name, "broken");
  ASSERT_TRUE((*listings)[2].fault);
  EXPECT_EQ((*listings)[2].fault->to_string(),
            (folder / "broken.yaml").string() + ":1:5: not valid YAML: illegal map value");
}

TEST(Listing, NamesAFolderThatCannotBeRead) {
  const auto listings = list_scenarios("/nonexistent/scenarios");
  ASSERT_FALSE(listings);
  EXPECT_EQ(listings.error().to_string(),
            "/nonexistent/scenarios: the folder cannot be read: No such file or directory");
}

}  // namespace
}  // namespace mailrig::scenario
