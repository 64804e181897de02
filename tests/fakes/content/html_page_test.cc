#include "fakes/content/html_page.h"

namespace mailrig::content {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string text_of(std::string_view html) {
  return read_html(html, true).text;
}

TEST(HtmlPage, ReadsWhatIsShown) {
  EXPECT_EQ(text_of("<p>a  b\n c<br>d<td>e"), "a b c\nd\ne");
  EXPECT_EQ(text_of("a<!-- b -->c<!-->d<!DOCTYPE x><?xml y?></#>e"), "acde");
  EXPECT_EQ(text_of("<style>p{}</style><script>if (a<b) {}</script><title>t</title><textarea>x</textarea>y"), "y");
  EXPECT_EQ(text_of("&lt;b&gt; &amp; &#20013;&#x6587; &euro; &nosuch; &#xd800; & b"),
            "<b> & 中文 € &nosuch; \xef\xbf\xbd & b");
  EXPECT_EQ(text_of("1 < 2 <3"), "1 < 2 <3");
  EXPECT_EQ(text_of("a<b title='>'>c</b"), "ac");
}

std::vector<std::string> faults(std::string_view html) {
  return read_html(html, true).faults;
}

TEST(HtmlPage, FindsWhatIsNotClosed) {
  EXPECT_THAT(faults("<html><body><p>a<p>b<ul><li>c<li>d</ul><table><tr><td>e<td>f<tr><th>g</table><br><img></html>"),
              IsEmpty());
  EXPECT_THAT(faults("<o:p/><x-y>a</X-Y><div></p></br></div>"), IsEmpty());
  EXPECT_THAT(faults("<div><b>a</div>"), ElementsAre("<b> is not closed"));
  EXPECT_THAT(faults("<table><tr><td>a</td></tr>"), ElementsAre("<table> is not closed"));
  EXPECT_THAT(faults("a</div>"), ElementsAre("</div> closes nothing"));
  EXPECT_THAT(faults("<b><i>a</b></i>"), ElementsAre("<i> is not closed", "</i> closes nothing"));
  EXPECT_THAT(faults("<a href=\"x>a</a>"), ElementsAre("<a> has no end", "<a> is not closed"));
  // What was cut off cannot be judged.
  EXPECT_THAT(read_html("<div><a href=", false).faults, IsEmpty());
}

TEST(HtmlPage, LooksAtNestingAsDeepAsMailHasIt) {
  std::string html;
  for (int i = 0; i < 1'000; ++i) html += "<div>";
  html += "text";
  for (int i = 0; i < 1'000; ++i) html += "</div>";
  EXPECT_THAT(faults(html), IsEmpty());
  EXPECT_EQ(text_of(html), "text\n");
}

TEST(HtmlPage, CollectsLinksWithTheirTexts) {
  const HtmlPage page = read_html(
      "<A HREF='https://a.example/?b=1&amp;c=2'>one <b>two</b></A><a name=x>no</a><a href=#top>no</a>"
      "<a href=mailto:a@b.example><img alt=picture></a><map><area href=//c.example></map>tail",
      true);
  ASSERT_EQ(page.links.size(), 3U);
  EXPECT_EQ(page.links[0].target, "https://a.example/?b=1&c=2");
  EXPECT_EQ(page.links[0].text, "one two");
  EXPECT_EQ(page.links[1].text, "picture");
  EXPECT_EQ(page.links[2].target, "//c.example");
  EXPECT_EQ(page.links[2].text, "");
}

TEST(HtmlPage, FindsWhatCouldRun) {
  EXPECT_EQ(read_html("<p onclick=x>", true).script, "onclick");
  EXPECT_EQ(read_html("<a href=' javascript:x'>", true).script, "href");
  EXPECT_EQ(read_html("<iframe src=x></iframe>", true).script, "<iframe>");
  EXPECT_EQ(read_html("<script type='application/ld+json'>{}</script><p one=1>", true).script, "");
  EXPECT_EQ(read_html("<SELECT>", true).form, "<select>");
}

}  // namespace
}  // namespace mailrig::content
