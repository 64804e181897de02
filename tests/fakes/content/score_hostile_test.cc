// Whatever strangers send costs bounded time and memory.
#include "fakes/content/score.h"
#include "tests/bounded_process.h"
#include "tests/fakes/content/messages.h"

namespace mailrig::content {
namespace {

std::string repeated(std::string_view text, std::size_t octets) {
  std::string all;
  while (all.size() < octets) all += text;
  return all;
}

bool is_bounded(const std::string& message) {
  const BoundedRun run = run_bounded([&message] {
    const Score score = score_message(message);
    bool bounded = score.milli >= 0 && score.link_domains.size() <= link_domains_max;
    for (const Reason& reason : score.reasons) bounded = bounded && reason.evidence.size() <= 1'000;
    return bounded;
  });
  EXPECT_LT(run.grown_kb, 60'000 * slowness_factor);
  return run.held;
}

Draft html(std::string content) {
  Draft draft = order_confirmation();
  draft.html = std::move(content);
  return draft;
}

TEST(HostileScore, Html) {
  constexpr std::size_t size = text_octets_max + 1;
  for (const std::string_view piece : {"<b>",
                                       "</b>",
                                       "<a href=http://a.example>",
                                       "<p>",
                                       "<table><tr><td>",
                                       "<b><i></b>",
                                       "<",
                                       "</",
                                       "<!",
                                       "<!--",
                                       "<a ",
                                       "<a b='",
                                       "<img>",
                                       "&",
                                       "&#",
                                       "&#x",
                                       "&amp",
                                       "<script>",
                                       "<title></titl",
                                       "<x:y/>",
                                       "\xc2\xa0",
                                       "<p hidden>a",
                                       "<i style=color:#fff>a",
                                       "<div style='a:b;",
                                       "<font color=",
                                       "http://",
                                       "http://a@",
                                       "www.",
                                       "!",
                                       "免费",
                                       "free",
                                       "<a>shop.example</a>",
                                       "\xe5\x85",
                                       "Dear ",
                                       "尊敬的"}) {
    EXPECT_TRUE(is_bounded(html(repeated(piece, size)).text())) << piece;
  }
  EXPECT_TRUE(is_bounded(html(repeated("<b>", 3'000'000)).text()));  // a million of them
  EXPECT_TRUE(is_bounded(html(repeated("<b>", text_octets_max / 3) + repeated("</b>", text_octets_max)).text()));
  EXPECT_TRUE(is_bounded(html("<a href=\"" + repeated("http://", size) + "\">x</a>").text()));
  EXPECT_TRUE(is_bounded(html("<p style=\"" + repeated("color:#fff;", size) + "\">x</p>").text()));
  EXPECT_TRUE(is_bounded(html("<p " + repeated("a=b ", size) + ">x</p>").text()));
}

TEST(HostileScore, Headers) {
  constexpr std::size_t size = 10'000'000;
  EXPECT_TRUE(is_bounded(repeated("From: <a@b.example>\r\n", size) + "\r\ntext\r\n"));
  for (const std::string name : {"To", "Subject", "From", "List-Unsubscribe", "Content-Type", "X-Any"}) {
    EXPECT_TRUE(is_bounded(name + ": " + repeated("\"<(=?a?b?", size) + "\r\n\r\ntext\r\n")) << name;
  }
}

TEST(HostileScore, Parts) {
  std::string nested;
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 50'000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    nested += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
    many += "--b\r\nContent-Type: text/html\r\nContent-Disposition: inline; filename=a.exe\r\n\r\n<b>a\r\n";
  }
  EXPECT_TRUE(is_bounded(nested));
  EXPECT_TRUE(is_bounded(many));
  Draft draft;
  draft.charset = "gbk";
  draft.plain = repeated("\xff", 10'000'000);
  EXPECT_TRUE(is_bounded(draft.text()));
  draft.charset = "iso-2022-cn-ext";
  draft.plain = repeated("\x1b$)A\x0e", 10'000'000);
  EXPECT_TRUE(is_bounded(draft.text()));
}

}  // namespace
}  // namespace mailrig::content
