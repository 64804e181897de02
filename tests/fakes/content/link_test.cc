#include "fakes/content/link.h"

namespace mailrig::content {
namespace {

using ::testing::ElementsAre;

std::string host_of(std::string_view url) {
  const auto target = parse_link(url);
  return target ? target->host : "none";
}

TEST(Link, HasAHost) {
  EXPECT_EQ(host_of("HTTPS://Shop.Example.:8443/x"), "shop.example");
  EXPECT_EQ(host_of("//shop.example?x"), "shop.example");
  EXPECT_EQ(host_of("http://a:b@shop.example\\@c"), "shop.example");
  for (const char* url :
       {"mailto:a@shop.example", "shop.example", "http://", "http:///x", "http://a b/", "http://[::1"}) {
    EXPECT_EQ(host_of(url), "none") << url;
  }
}

TEST(Link, IsAnAddressHoweverItIsWritten) {
  for (const char* url : {"http://192.0.2.1/", "http://3221225985", "http://0xc0000201/", "http://0xc0.0.2.1",
                          "http://0300.0.2.1", "http://[2001:db8::1]:80/"}) {
    const auto target = parse_link(url);
    EXPECT_TRUE(target && target->ip) << url;
  }
  EXPECT_FALSE(parse_link("http://1.example")->ip);
}

TEST(Link, BelongsToASite) {
  EXPECT_EQ(site_of("a.b.shop.example"), "shop.example");
  EXPECT_EQ(site_of("www.shop.com.cn"), "shop.com.cn");
  EXPECT_EQ(site_of("com.cn"), "com.cn");
  EXPECT_EQ(site_of("mail.t.co"), "t.co");
  EXPECT_EQ(site_of("localhost"), "localhost");
}

TEST(Link, ShowsAHostOrWords) {
  EXPECT_EQ(shown_host(" https://www.Bank.example/login "), "www.bank.example");
  EXPECT_EQ(shown_host("bank.example/login"), "bank.example");
  EXPECT_EQ(shown_host("www.bank.museum"), "www.bank.museum");
  for (const char* text : {"Node.js", "order.pdf", "click here", "v1.2", "help@shop.example", "e.g. this", ""}) {
    EXPECT_EQ(shown_host(text), std::nullopt) << text;
  }
}

TEST(Link, IsFoundInPlainText) {
  EXPECT_THAT(urls_in("see http://a.example/x,y. or www.b.example！HTTPS://c.example点击 xhttp://d www.", 10),
              ElementsAre("http://a.example/x,y.", "www.b.example", "HTTPS://c.example", "www."));
  EXPECT_EQ(urls_in("www.a www.b www.c", 2).size(), 2U);
}

}  // namespace
}  // namespace mailrig::content
