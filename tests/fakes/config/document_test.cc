#include "fakes/config/document.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mailrig::config {
namespace {

Node parse(std::string_view text) {
  auto document = Document::parse(text, "test.yaml");
  EXPECT_TRUE(document) << document.error().to_string();
  return document ? document->root() : Node();
}

std::string fault(std::string_view text) {
  const auto document = Document::parse(text, "test.yaml");
  return document ? "no error" : document.error().to_string();
}

const Node& at(const Node& node, std::initializer_list<std::string_view> keys) {
  static const Node nothing;
  const Node* found = &node;
  for (const auto key : keys) {
    found = found->find(key);
    if (found == nullptr) return nothing;
  }
  return *found;
}

TEST(Document, ReadsScalarsListsAndMapsInTheOrderOfTheFile) {
  const Node root = parse("b: 1\na: [x, 'y z']\nc: {d: ~}\n");
  ASSERT_TRUE(root.is_map());
  ASSERT_EQ(root.entries().size(), 3u);
  EXPECT_EQ(root.entries()[0].key, "b");
  EXPECT_EQ(at(root, {"b"}).text(), "1");
  ASSERT_EQ(at(root, {"a"}).items().size(), 2u);
  EXPECT_EQ(at(root, {"a"}).items()[1].text(), "y z");
  EXPECT_TRUE(at(root, {"a"}).items()[1].quoted());
  EXPECT_FALSE(at(root, {"a"}).items()[0].quoted());
  EXPECT_TRUE(at(root, {"c", "d"}).is_null());
}

TEST(Document, KnowsWhereEverythingStands) {
  const Node root = parse("receivers:\n  qq:\n    greylist: {delay: 2m}\ntraffic:\n  - mail: order\n");
  const Node& delay = at(root, {"receivers", "qq", "greylist", "delay"});
  EXPECT_EQ(delay.path(), "receivers.qq.greylist.delay");
  EXPECT_EQ(delay.error("no").to_string(), "test.yaml:3:23: receivers.qq.greylist.delay: no");
  const Node& mail = at(at(root, {"traffic"}).items()[0], {"mail"});
  EXPECT_EQ(mail.path(), "traffic.0.mail");
  EXPECT_EQ(mail.at().line, 5);
  EXPECT_EQ(mail.at().column, 11);
  EXPECT_EQ(at(root, {"receivers"}).entries()[0].key_at.column, 3);
}

TEST(Document, AnAbsentValueStandsWhereItsKeyIs) {
  const Node root = parse("receivers:\n  gmail:\n  qq: {}\n");
  const Node& gmail = at(root, {"receivers", "gmail"});
  EXPECT_TRUE(gmail.is_null());
  EXPECT_EQ(gmail.at().line, 2);
  EXPECT_EQ(gmail.at().column, 3);
}

TEST(Document, EmptyTextIsNull) {
  EXPECT_TRUE(parse("").is_null());
  EXPECT_TRUE(parse("# only a comment\n").is_null());
}

TEST(Document, ExpandsAliases) {
  const Node root = parse("base: &b {delay: 5m}\nother: *b\n");
  EXPECT_EQ(at(root, {"other", "delay"}).text(), "5m");
  EXPECT_EQ(at(root, {"other", "delay"}).path(), "other.delay");
}

TEST(Document, RefusesWhatIsNotYaml) {
  EXPECT_EQ(fault("a: [1, 2\nb: 3\n").substr(0, 31), "test.yaml:2:2: not valid YAML: ");
  EXPECT_EQ(fault("a: *nowhere\n"), "test.yaml:1:4: not valid YAML: the referenced anchor is not defined");
  EXPECT_EQ(fault("a: &x [*x]\n"), "test.yaml:1:8: the alias stands inside what it refers to");
  EXPECT_EQ(fault("{a: 1}: 2\n"), "test.yaml:1:1: a key must be text, not a map; is a bracket left open?");
  EXPECT_EQ(fault("~: 2\n"), "test.yaml:1:1: a key must be text");
  EXPECT_EQ(fault("a: 1\n---\nb: 2\n"), "test.yaml:2:1: a second document begins; one file holds one document");
}

TEST(Document, RefusesDuplicateKeys) {
  EXPECT_EQ(fault("a:\n  delay: 1m\n  size: 1\n  delay: 2m\n"),
            "test.yaml:4:3: key 'delay' is given twice, first in line 2");
}

TEST(Document, IsBoundedInDepth) {
  EXPECT_EQ(fault(std::string(64, '[') + std::string(64, ']')), "no error");
  EXPECT_EQ(fault(std::string(65, '[') + std::string(65, ']')), "test.yaml:1:65: nested more than 64 levels");
  EXPECT_EQ(fault(std::string(1'000'000, '[')),
            "test.yaml:1:1: a key must be text, not a list; is a bracket left open?");
  std::string maps;
  for (int i = 0; i < 100; ++i) maps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(fault(maps), "test.yaml:65:65: nested more than 64 levels");
}

TEST(Document, IsBoundedAgainstAliasBombs) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? ", " : "") + last;
    bomb += "]\n";
  }
  EXPECT_NE(fault(bomb).find("more than 250000 values with aliases expanded"), std::string::npos) << fault(bomb);

  std::string long_text = "a: &a " + std::string(1'000'000, 'x') + "\nb: [";
  for (int i = 0; i < 100; ++i) long_text += "*a, ";
  EXPECT_NE(fault(long_text + "*a]\n").find("more than 250000 values"), std::string::npos);
}

TEST(Document, IsBoundedInSize) {
  EXPECT_EQ(fault(std::string(file_bytes_max + 1, '#')), "test.yaml: is larger than 16000000 bytes");
}

TEST(Document, IsBoundedInKeys) {
  std::string keys;
  for (int i = 0; i < 4'097; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(fault(keys), "test.yaml:4097:1: a map has more than 4096 keys");
  EXPECT_EQ(fault("a:\n  " + std::string(600, 'k') + ": 1\n"), "test.yaml:2:605: the keys down to here are too long");
}

TEST(Document, SurvivesBytesThatAreNotText) {
  EXPECT_NE(fault(std::string("\xff\xfe\x00\x01: \x80[", 8)), "");
  EXPECT_NE(fault("a: \"\\x"), "no error");
}

TEST(ReadFile, NamesTheFileThatCannotBeRead) {
  const auto missing = Document::read("/nonexistent/scenario.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().to_string(), "/nonexistent/scenario.yaml: no such file");
  const auto folder = Document::read(testing::TempDir());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "is a folder, not a file");
}

TEST(ReadFile, RefusesMoreThanTheBound) {
  const std::string file = testing::TempDir() + "read_file_bound.txt";
  std::ofstream(file) << "12345";
  EXPECT_EQ(read_file(file, 5).value(), "12345");
  ASSERT_FALSE(read_file(file, 4));
  EXPECT_EQ(read_file(file, 4).error().message, "is larger than 4 bytes");
}

TEST(Merge, MapsMergeAndAllElseReplaces) {
  const Node base = Document::parse("g: {delay: 5m, window: 1h}\nlist: [1, 2, 3]\nx: 1\n", "base.yaml")->root();
  const Node merged = merge(base, parse("g: {delay: 2m}\nlist: [4]\nnew: yes\n"));
  EXPECT_EQ(at(merged, {"g", "delay"}).text(), "2m");
  EXPECT_EQ(at(merged, {"g", "window"}).text(), "1h");
  EXPECT_EQ(at(merged, {"list"}).items().size(), 1u);
  EXPECT_EQ(at(merged, {"x"}).text(), "1");
  EXPECT_EQ(at(merged, {"new"}).text(), "yes");
}

TEST(Merge, ValuesKeepTheirPlace) {
  const Node base = Document::parse("g:\n  delay: 5m\n  window: 1h\n", "base.yaml")->root();
  const Node changes = parse("receivers: {qq: {g: {delay: 2m}}}");
  const Node merged = merge(base, at(changes, {"receivers", "qq"}));
  EXPECT_EQ(at(merged, {"g", "delay"}).error("no").to_string(), "test.yaml:1:29: receivers.qq.g.delay: no");
  EXPECT_EQ(at(merged, {"g", "window"}).error("no").to_string(), "base.yaml:3:11: g.window: no");
}

TEST(Merge, NothingOverAMapLeavesTheMap) {
  EXPECT_TRUE(at(merge(parse("g: {a: 1}"), parse("g:")), {"g"}).is_map());
  EXPECT_TRUE(at(merge(parse("g: 1"), parse("g:")), {"g"}).is_null());
}

TEST(Set, ReplacesAndCreatesValues) {
  auto document = *Document::parse("receivers:\n  qq: {greylist: {delay: 2m}}\n  gmail:\n", "test.yaml");
  ASSERT_TRUE(document.set("receivers.qq.greylist.delay", "5m"));
  ASSERT_TRUE(document.set("receivers.gmail.greylist", "{delay: 1m}"));
  ASSERT_TRUE(document.set("seed", "9"));
  EXPECT_EQ(at(document.root(), {"receivers", "qq", "greylist", "delay"}).text(), "5m");
  EXPECT_EQ(at(document.root(), {"receivers", "gmail", "greylist", "delay"}).error("no").to_string(),
            "--set: receivers.gmail.greylist.delay: no");
  EXPECT_EQ(at(document.root(), {"seed"}).text(), "9");
}

TEST(Set, ReachesListItemsAndKeysWithDots) {
  auto document = *Document::parse("traffic:\n  - {mail: a}\nnames: {shop.example: {x: 1}}\n", "test.yaml");
  ASSERT_TRUE(document.set("traffic.0.mail", "b"));
  ASSERT_TRUE(document.set("names.shop.example.x", "2"));
  EXPECT_EQ(at(document.root().find("traffic")->items()[0], {"mail"}).text(), "b");
  EXPECT_EQ(at(document.root(), {"names", "shop.example", "x"}).text(), "2");
}

TEST(Set, SaysWhatIsWrong) {
  auto document = *Document::parse("traffic:\n  - {mail: a}\nseed: 1\n", "test.yaml");
  const auto fault_of = [&](std::string_view path, std::string_view value) {
    const auto result = document.set(path, value);
    return result ? "no error" : result.error().to_string();
  };
  EXPECT_EQ(fault_of("traffic.1.mail", "b"),
            "--set: traffic.1.mail=b: 'traffic' is a list of 1: '1' is not the number of an item, counted from 0");
  EXPECT_EQ(fault_of("seed.x", "b"), "--set: seed.x=b: 'seed' is a value, not a map");
  EXPECT_EQ(fault_of("", "b"), "--set: =b: the path is empty; write --set path=value");
  EXPECT_EQ(fault_of("a..b", "1"), "--set: a..b=1: the path has an empty key");
  EXPECT_EQ(fault_of("a.", "1"), "--set: a.=1: the path has an empty key");
  EXPECT_EQ(fault_of("a", "[1"), "--set: a=[1: a key must be text, not a list; is a bracket left open?");
}

TEST(ToYaml, ReadsBackAsTheSameTree) {
  const std::string_view text =
      "name: first\n"
      "spf: \"v=spf1 ip4:198.18.2.10 -all\"\n"
      "quoted: \"null\"\n"
      "empty: {}\n"
      "none: ~\n"
      "subject: \"订单 #1: ok\\n\"\n"
      "traffic:\n  - mail: order\n    to: {gmail: 60%}\n  - [1, [2, 3], []]\n"
      "text: 'a: b'\n";
  const std::string once = to_yaml(parse(text));
  const std::string twice = to_yaml(parse(once));
  EXPECT_EQ(once, twice);
  const Node root = parse(once);
  EXPECT_EQ(at(root, {"subject"}).text(), "订单 #1: ok\n");
  EXPECT_EQ(at(root, {"quoted"}).text(), "null");
  EXPECT_TRUE(at(root, {"empty"}).is_map());
  EXPECT_TRUE(at(root, {"none"}).is_null());
  EXPECT_EQ(at(root, {"traffic"}).items()[1].items()[1].items()[1].text(), "3");
  EXPECT_EQ(at(root, {"text"}).text(), "a: b");
}

TEST(FirstComment, JoinsTheFirstBlock) {
  EXPECT_EQ(first_comment("# A new shop's first mails,\n# from a new IP.\nname: x # no\n# not this\n"),
            "A new shop's first mails, from a new IP.");
  EXPECT_EQ(first_comment("name: x\n# later\n"), "");
  EXPECT_EQ(first_comment("\n#x\r\n\r\n# y\n"), "x");
}

}  // namespace
}  // namespace mailrig::config
