#include "fakes/content/score.h"

#include "fakes/content/rules.h"
#include "tests/fakes/content/messages.h"

namespace mailrig::content {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "id points" of each reason.
std::vector<std::string> reasons(const Score& score) {
  std::vector<std::string> list;
  for (const Reason& reason : score.reasons) {
    list.push_back(std::string(reason.id) + " " + std::to_string(reason.points_milli));
  }
  return list;
}

std::vector<std::string> reasons(const Draft& draft) {
  return reasons(score_message(draft.text()));
}

std::string evidence(const Score& score, std::string_view id) {
  for (const Reason& reason : score.reasons) {
    if (reason.id == id) return reason.evidence;
  }
  return "no such reason";
}

TEST(Score, AFeedbackIdIsSeen) {
  EXPECT_TRUE(score_message("Feedback-ID: spring:news:mail:shop\r\nSubject: x\r\n\r\ntext\r\n").feedback_id);
  EXPECT_FALSE(score_message("Subject: x\r\n\r\ntext\r\n").feedback_id);
}

TEST(Score, AnOrderConfirmationIsFaultless) {
  const Score score = score_message(order_confirmation().text());
  EXPECT_THAT(reasons(score), IsEmpty());
  EXPECT_EQ(score.milli, faultless_milli);
  EXPECT_THAT(score.link_domains, ElementsAre("shop.example"));
  EXPECT_FALSE(score.bulk);
  EXPECT_FALSE(score.unsubscribe);
}

TEST(Score, ANewsletterMustBeEasyToLeave) {
  const Score good = score_message(newsletter().text());
  EXPECT_THAT(reasons(good), IsEmpty());
  EXPECT_TRUE(good.bulk && good.one_click && good.unsubscribe);

  Draft by_link = newsletter();
  by_link.more = "List-Id: <news.shop.example>\r\n";
  const Score link_only = score_message(by_link.text());
  EXPECT_THAT(reasons(link_only), ElementsAre("one-click-missing -500"));
  EXPECT_TRUE(link_only.bulk && link_only.unsubscribe);
  EXPECT_FALSE(link_only.one_click);

  Draft by_nothing = by_link;
  by_nothing.html = "<p>News of the garden department, as every week.</p>";
  by_nothing.plain = "News of the garden department, as every week.\r\n";
  const Score none = score_message(by_nothing.text());
  EXPECT_THAT(reasons(none), ElementsAre("unsubscribe-missing -1500"));
  EXPECT_TRUE(none.bulk);
  EXPECT_FALSE(none.unsubscribe);
}

TEST(Score, ImagesWithoutTextSayNothing) {
  const Score score = score_message(all_image_mail().text());
  EXPECT_THAT(reasons(score), ElementsAre("text-part-missing -500", "image-only -3000", "image-alt-missing -200"));
  EXPECT_EQ(score.milli, 6'300);
  EXPECT_EQ(evidence(score, "image-only"), "2 images, hardly any text");
}

TEST(Score, ChineseMarketingInGbk) {
  const Score score = score_message(chinese_marketing().text());
  EXPECT_THAT(reasons(score), ElementsAre("subject-spam-phrase -1000", "spam-phrase -2100", "spam-word -300",
                                          "exclamation -300", "link-shortener -1500"));
  EXPECT_EQ(evidence(score, "spam-phrase"), "代开发票, 加微信, 点击领取");
  EXPECT_EQ(evidence(score, "spam-word"), "优惠, 免费, 限时, 特价");
  EXPECT_EQ(evidence(score, "link-shortener"), "t.cn");
}

TEST(Score, Phishing) {
  const Score score = score_message(phishing().text());
  EXPECT_THAT(reasons(score),
              ElementsAre("subject-shouting -800", "subject-exclamation -400", "subject-spam-phrase -1000",
                          "subject-spam-word -300", "spam-phrase -1400", "text-part-missing -500", "html-broken -250",
                          "html-form -1500", "html-script -2000", "invisible-text -1500", "link-mismatch -2500",
                          "link-ip -1240", "link-userinfo -2000"));
  EXPECT_EQ(score.milli, 0);
  EXPECT_EQ(evidence(score, "link-mismatch"), "shows www.bank.example, leads to 192.0.2.7");
  EXPECT_EQ(evidence(score, "html-broken"), "1: <b> is not closed");
  EXPECT_THAT(evidence(score, "invisible-text"), HasSubstr("meeting minutes"));
  EXPECT_THAT(score.link_domains, ElementsAre("evil.example"));
}

TEST(Score, WhatIsMissingCosts) {
  EXPECT_THAT(reasons(score_message("")),
              ElementsAre("from-fault -2000", "date-missing -1360", "message-id-missing -500", "subject-missing -1800",
                          "body-empty -2320"));
  Draft draft;
  draft.plain = " \r\n\r\n";
  EXPECT_THAT(reasons(draft), ElementsAre("body-empty -2320"));
  draft.plain = "hello\r\n";
  draft.from = "nobody";
  draft.more = "From: a@shop.example\r\n";
  EXPECT_THAT(reasons(draft), ElementsAre("from-fault -2000"));
}

TEST(Score, TransferEncodings) {
  Draft draft;
  draft.plain = std::string(1'200, 'x') + "\r\n";
  EXPECT_THAT(reasons(draft), ElementsAre("line-too-long -500"));
  // Long lines need base64 (or quoted-printable), and so does what is not ASCII; short ASCII does not.
  draft.plain = mail::base64_lines(draft.plain);
  draft.encoding = "base64";
  EXPECT_THAT(reasons(draft), IsEmpty());
  draft.plain = mail::base64_lines("Grüße");
  EXPECT_THAT(reasons(draft), IsEmpty());
  draft.plain = mail::base64_lines("greetings");
  EXPECT_THAT(reasons(draft), ElementsAre("base64-needless -1740"));
}

// Tencent's advice to its customers: images to text 2:8, and no more than three of them.
TEST(Score, ImagesBesideText) {
  Draft draft = order_confirmation();
  std::string text;  // some 160,000 px²
  for (int i = 0; i < 10; ++i) text += "<p>" + std::string(100, 'x') + "</p>\r\n";
  const auto images = [](int count, const char* size) {
    std::string tags;
    for (int i = 0; i < count; ++i) tags += "<img alt=\"\" src=\"cid:1\" " + std::string(size) + ">";
    return tags;
  };
  draft.html = text + images(1, "width=190 height=200");
  EXPECT_THAT(reasons(draft), IsEmpty());
  draft.html = text + images(1, "width=300 height=200");
  EXPECT_THAT(reasons(draft), ElementsAre("image-share -300"));
  draft.html = text + images(1, "");  // of unknown size, taken for as large
  EXPECT_THAT(reasons(draft), ElementsAre("image-share -300"));
  draft.html = text + images(1, "style=\"width:600px; height:500px\"");
  EXPECT_THAT(reasons(draft), ElementsAre("image-heavy -1170"));
  draft.html = text + images(4, "width=50 height=20");
  EXPECT_THAT(reasons(draft), ElementsAre("images-many -300"));
}

TEST(Score, LinksThatPointElsewhere) {
  Draft draft = order_confirmation();
  const auto with = [&](const std::string& href, const std::string& text) {
    draft.html = "<p>You can follow your parcel <a href=\"" + href + "\">" + text + "</a> at any time.</p>";
    return reasons(draft);
  };
  EXPECT_THAT(with("https://track.shop.example/c?u=1", "www.shop.example/orders"), IsEmpty());
  EXPECT_THAT(with("https://evil.example/", "here"), IsEmpty());
  EXPECT_THAT(with("https://evil.test/", "shop.example"), ElementsAre("link-mismatch -2500"));
  EXPECT_THAT(with("https://a.com.cn/", "https://b.com.cn/x"), ElementsAre("link-mismatch -2500"));
  EXPECT_THAT(with("mailto:help@shop.example", "help@mail.example"), IsEmpty());
  EXPECT_THAT(with("http://0x7f000001/", "here"), ElementsAre("link-ip -1240"));
  EXPECT_THAT(with("https://bit.ly/3xyz", "here"), ElementsAre("link-shortener -1500"));
  std::string many;
  for (int i = 0; i < 31; ++i) many += "<a href=\"https://shop.example/" + std::to_string(i) + "\">article</a>\r\n";
  draft.html = many;
  EXPECT_THAT(reasons(draft), ElementsAre("links-many -500"));
}

TEST(Score, TextThatOnlyFiltersSee) {
  Draft draft = order_confirmation();
  const auto with = [&](const std::string& hidden) {
    draft.html = "<p>Your parcel is on its way.</p>" + hidden;
    return reasons(draft);
  };
  const std::string words = "meeting minutes agenda report schedule";
  const auto found = ElementsAre("invisible-text -1500");
  EXPECT_THAT(with("<font color=white>" + words + "</font>"), found);
  EXPECT_THAT(with("<p style='font-size:0'>" + words + "</p>"), found);
  EXPECT_THAT(with("<div style='background:#000'><span style='color:rgb(2,2,2)'>" + words + "</span></div>"), found);
  EXPECT_THAT(with("<p style='opacity:0'>" + words + "</p>"), found);
  // White on a colour or on a picture is there to be read, and so is what a container of size 0 gives a size again.
  EXPECT_THAT(with("<div style='background:#00f;color:#fff'>" + words + "</div>"), IsEmpty());
  EXPECT_THAT(with("<td background='a.png'><font color=white>" + words + "</font></td>"), IsEmpty());
  EXPECT_THAT(with("<td style='font-size:0'><p style='font-size:14px'>" + words + "</p></td>"), IsEmpty());
  // A preheader may be hidden, a second letter not.
  EXPECT_THAT(with("<div style='display:none'>" + words + "</div>"), IsEmpty());
  std::string letter;
  while (letter.size() < 1'000) letter += words + "\r\n";
  EXPECT_THAT(with("<div style='display:none'>" + letter + "</div>"), found);
}

TEST(Score, AttachmentsThatCanBeRun) {
  const auto with = [&](const std::string& name) {
    const std::string message =
        "From: a@shop.example\r\nSubject: your invoice\r\nDate: x\r\nMessage-ID: <1@x>\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the attachment.\r\n--b\r\n"
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; " +
        name + "\r\n\r\nMZ\r\n--b--\r\n";
    return score_message(message);
  };
  EXPECT_THAT(reasons(with("filename=invoice.pdf")), IsEmpty());
  EXPECT_THAT(with("filename=INVOICE.PDF").attachment_extensions, ElementsAre("pdf"));
  EXPECT_THAT(reasons(with("filename=\"invoice.pdf.exe\"")), ElementsAre("attachment-executable -5000"));
  EXPECT_THAT(with("filename*=gbk''%B7%A2%C6%B1.JS").attachment_extensions, ElementsAre("js"));
  EXPECT_EQ(evidence(with("filename*=gbk''%B7%A2%C6%B1.JS"), "attachment-executable"), "发票.JS");
}

TEST(Score, WordsOfAdvertisingCountWhenThereAreMany) {
  Draft draft;
  draft.plain = "Your invoice: 您的电子发票已开具，运费优惠已抵扣。\r\n";
  EXPECT_THAT(reasons(draft), IsEmpty());
  draft.plain = "Act now, buy now, order\r\nnow: a limited time offer, risk free.\r\n";
  EXPECT_THAT(reasons(draft), ElementsAre("spam-word -450"));
  draft.plain = "FREE MONEY for ＦＲＥＥ ＭＯＮＥＹ\r\n";
  EXPECT_THAT(reasons(draft), ElementsAre("spam-phrase -700"));
  draft.subject = "Free money";
  draft.plain = "hello\r\n";
  EXPECT_THAT(reasons(draft), ElementsAre("subject-spam-phrase -1000"));
}

TEST(Score, SaysWhoItIsThatGoesToMany) {
  for (const char* field : {"List-Unsubscribe: <mailto:u@shop.example>", "List-Id: <a.example>", "Precedence: bulk",
                            "Feedback-ID: 1:2:3:shop"}) {
    Draft draft;
    draft.more = std::string(field) + "\r\n";
    draft.plain = "hello\r\n";
    EXPECT_TRUE(score_message(draft.text()).bulk) << field;
  }
}

}  // namespace
}  // namespace mailrig::content
