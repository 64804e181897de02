#include "fakes/dns/dnssec_denial.h"

#include <gmock/gmock.h>

#include "fakes/dns/ldns_records.h"

namespace mailrig::dns {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// 63 + 1 + 63 + 1 + 63 + 1 + n + 1 on the wire, and the root label.
std::string long_name(int first_label) {
  return std::string(static_cast<std::size_t>(first_label), 'n') + "." + std::string(63, 'a') + "." +
         std::string(63, 'b') + "." + std::string(63, 'c');
}

// RFC 4034 §6.1, as ldns has it.
bool in_order(const std::string& a, const std::string& b) {
  return ldns_dname_compare(to_ldns_name(a).get(), to_ldns_name(b).get()) < 0;
}

TEST(NameBefore, IsTheLastThatASiblingCouldHave) {
  EXPECT_EQ(name_before("b.example"), "a" + repeated("\\255", 62) + ".example");
  EXPECT_EQ(name_before("*.example"), "\\)" + repeated("\\255", 62) + ".example");
  EXPECT_EQ(name_before("test"), "tess" + repeated("\\255", 59));
}

// RFC 4034 §6.1: upper case letters count as lower case ones, so none may stand for what comes before '['.
TEST(NameBefore, KnowsNoUpperCase) {
  EXPECT_EQ(name_before("[.example"), "\\@" + repeated("\\255", 62) + ".example");
}

// "a" and all that lies below it come before "a\000", and nothing lies between a name and "\000" below it.
TEST(NameBefore, LeavesOutWhatIsThere) {
  EXPECT_EQ(name_before("a\\000.example"), repeated("\\255", 63) + ".a.example");
  EXPECT_EQ(name_before("\\000.example"), "example");
}

TEST(NameBehindTree, ComesAfterWhateverIsBelow) {
  EXPECT_EQ(name_behind_tree("b.example", "example"), "b\\000.example");
  EXPECT_EQ(name_behind_tree(std::string(63, 'b') + ".example", "example"), std::string(62, 'b') + "c.example");
  EXPECT_EQ(name_behind_tree(repeated("@", 63) + ".example", "example"), repeated("\\@", 62) + "[.example");
  EXPECT_EQ(name_behind_tree("a" + repeated("\\255", 62) + ".example", "example"), "b.example");
}

TEST(NameBehindTree, WrapsAroundAtTheEndOfTheZone) {
  const std::string last = repeated("\\255", 63);
  EXPECT_EQ(name_behind_tree(last + ".example", "example"), "example");
  EXPECT_EQ(name_behind_tree(last + ".a.example", "example"), "a\\000.example");
  EXPECT_EQ(name_behind_tree("example", "example"), "example");
}

TEST(NameBehind, IsTheFirstBelow) {
  EXPECT_EQ(name_behind("b.example", "example"), "\\000.b.example");
  EXPECT_EQ(name_behind("", ""), "\\000");
}

// RFC 1035 §2.3.4: 255 bytes at most, so the longest names have nothing below them.
TEST(Neighbours, AreNames) {
  for (const int size : {55, 56, 57, 58, 59, 60, 61}) {
    const std::string name = long_name(size);
    const std::string apex(63, 'c');
    for (const std::string& next : {name_behind(name, apex), name_behind_tree(name, apex)}) {
      EXPECT_TRUE(in_order(name, next)) << next;
    }
    EXPECT_TRUE(in_order(name_before(name), name));
    std::string ends_in_zero = name;
    ends_in_zero.replace(0, 1, "\\000").insert(0, "");
    EXPECT_TRUE(in_order(name_before(ends_in_zero), ends_in_zero));
    const std::string zero_behind =
        std::string(static_cast<std::size_t>(size) - 1, 'n') + "\\000" + name.substr(static_cast<std::size_t>(size));
    EXPECT_TRUE(in_order(name_before(zero_behind), zero_behind));
  }
}

TEST(NsecRecord, NamesTheTypesAndItself) {
  const Record record = nsec_record("a.example", "\\000.a.example", {Type::txt, Type::a, Type::a}, 300);
  EXPECT_EQ(record.name, "a.example");
  EXPECT_EQ(record.type, Type::nsec);
  EXPECT_EQ(record.ttl_s, 300U);
  // RFC 4034 §4.1.2: window 0, six bytes; A is bit 1, TXT bit 16, RRSIG 46 and NSEC 47.
  const std::string& rdata = std::get<Opaque>(record.data).bytes;
  EXPECT_EQ(rdata.substr(rdata.size() - 8), std::string("\x00\x06\x40\x00\x80\x00\x00\x03", 8));
}

}  // namespace
}  // namespace mailrig::dns
