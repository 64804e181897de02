#include "sim/scenario/trace_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/sim/scenario/small_scenario.h"
#include "tests/temporary_folder.h"

namespace mailrig::scenario {
namespace {

using namespace std::chrono_literals;

TEST(TraceFile, ColumnsInAnyOrderRowsByTime) {
  const auto rows = parse_trace(
      "# from somewhere\n"
      "Stream,recipient,offset,note,size\n"
      "order,b@qq.com,1h30m,x,12KB\n"
      "\n"
      ",a@gmail.com,0.25,,\n",
      "trace.csv");
  ASSERT_TRUE(rows) << rows.error().to_string();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].offset, 250ms);
  EXPECT_EQ((*rows)[0].recipient, "a@gmail.com");
  EXPECT_EQ((*rows)[0].size_bytes, 0u);
  EXPECT_EQ((*rows)[1].offset, 90min);
  EXPECT_EQ((*rows)[1].size_bytes, 12'000u);
  EXPECT_EQ((*rows)[1].stream, "order");
  EXPECT_EQ(parse_trace(to_csv(*rows), "again")->size(), 2u);
}

TEST(TraceFile, SaysWhichLineIsWrong) {
  const auto fault = [](const char* text) { return parse_trace(text, "t.csv").error().to_string(); };
  EXPECT_EQ(fault("when,recipient\n"), "t.csv:1:1: the header has no column 'offset'");
  EXPECT_EQ(fault("offset,recipient\n1,a@b.example\n-1,a@b.example\n"),
            "t.csv:3:1: '-1' is no offset; expected seconds such as 12.5, or a duration such as 1h30m");
  EXPECT_EQ(fault("offset,recipient\n1,nobody\n"), "t.csv:2:1: 'nobody' is not a mail address");
  EXPECT_EQ(fault("offset,recipient\n"), "t.csv: no mail in it");
}

class Replay : public testing::Test {
 protected:
  std::string trace(const std::string& text) {
    const auto file = folder_.path() / "trace.csv";
    std::ofstream(file) << text;
    return file.string();
  }
  TemporaryFolder folder_;
};

const std::string world = R"(receivers: { gmail: {} }
senders: { shop: { domain: shop.example } }
mail: { order: {}, news: {} }
)";

TEST_F(Replay, IsAnEntryForEachKindOfMail) {
  const std::string file =
      trace("offset,recipient,size,stream\n0,a@gmail.com,5000,\n1,b@gmail.com,,news\n2,c@gmail.com,,\n");
  const auto scenario = parsed(world + "traffic: [ { mail: order, schedule: { replay: " + file + " } } ]\n");
  ASSERT_EQ(scenario.traffic.size(), 2u);
  const Traffic& orders = scenario.traffic[0];
  EXPECT_EQ(orders.schedule.kind, ScheduleKind::replay);
  EXPECT_EQ(orders.schedule.trace->offsets, (std::vector<Duration>{0s, 2s}));
  EXPECT_EQ(orders.schedule.trace->sizes_bytes, (std::vector<std::uint64_t>{5'000, 0}));
  EXPECT_EQ(scenario.lists[orders.list_index].addresses, (std::vector<std::string>{"a@gmail.com", "c@gmail.com"}));
  EXPECT_EQ(scenario.mail[scenario.traffic[1].mail_index].name, "news");
}

TEST_F(Replay, SaysWhatIsWrong) {
  const std::string file = trace("offset,recipient,stream\n0,a@gmail.com,newz\n");
  const std::string entry = "traffic: [ { mail: order, schedule: { replay: " + file + " }";
  EXPECT_EQ(faults(world + entry + " } ]\n").at(0),
            "first.yaml:4:47: traffic.0.schedule.replay: " + file + ": unknown mail 'newz'; did you mean 'news'?");
  EXPECT_EQ(faults(world + entry + ", list: people } ]\n").at(0).substr(0, 13), "first.yaml:4:");
  EXPECT_NE(
      faults(world + "traffic: [ { mail: order, schedule: { replay: nothing.csv } } ]\n").at(0).find("nothing.csv"),
      std::string::npos);
}

}  // namespace
}  // namespace mailrig::scenario
