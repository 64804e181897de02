#include "fakes/content/fingerprint.h"

#include <set>
#include <span>

#include "fakes/base/draw.h"
#include "fakes/content/score.h"
#include "fakes/mail/encode.h"
#include "tests/fakes/content/messages.h"

namespace mailrig::content {
namespace {

constexpr std::size_t mailings = 300;

struct Recipient {
  std::string_view name;
  std::string_view greeting;  // in Chinese or English, with the name
  std::string_view to;
};

constexpr Recipient english_recipients[] = {
    {"Anna", "Dear Anna,", "Anna Smith <anna.smith@mailbox.example>"},
    {"Bob", "Dear Bob,", "\"Jones, Bob\" <bob@mailbox.example>"},
    {"Will", "Hi Will!", "will@mailbox.example"},
    {"Ms. O'Hara", "Dear Ms. O'Hara,", "May O'Hara <may@mailbox.example>"},
    {"Jürgen", "Hello Jürgen,", "=?utf-8?Q?J=C3=BCrgen_Gro=C3=9F?= <jg@mailbox.example>"},
    {"Customer", "Dear Customer,", "info@mailbox.example"},
};

constexpr Recipient chinese_recipients[] = {
    {"张伟", "尊敬的张伟先生：", "=?utf-8?B?5byg5Lyf?= <zw@mailbox.example>"},
    {"王小明", "王小明，您好！", "=?utf-8?B?546L5bCP5piO?= <wxm@mailbox.example>"},
    {"欧阳静", "亲爱的欧阳静，", "oyj@mailbox.example"},
    {"李雷", "李雷您好：", "<lilei@mailbox.example>"},
};

constexpr std::string_view english_sentences[] = {
    "the spring collection has arrived in our stores and online",
    "this week every pair of boots comes with a set of laces",
    "our gardeners have tested these spades on heavy soil",
    "we have moved to a larger warehouse near the harbour",
    "please confirm the address that your parcel goes to",
    "the new tariff gives you more data for the same money",
    "your subscription will be renewed at the end of the month",
    "members meet on the first evening of every month",
    "the concert had to be put off because the singer is ill",
    "a colleague has invited you to share a document",
    "the invoice for your last order is attached",
    "we are looking for people who like to bake bread",
    "the ferry will not run while the storm lasts",
    "your library books are due back soon",
    "tickets for the museum can now be booked ahead",
    "the choir sings in the old church on the hill",
};

constexpr std::string_view chinese_sentences[] = {
    "春季新品已经上架，欢迎到店选购",   "本周购买任意靴子均可获赠鞋带一副",
    "我们的园丁在黏土上测试过这些铁锹", "仓库已搬到港口附近，发货会更快",
    "请确认您的收货地址是否正确",       "新套餐流量更多，价格不变",
    "您的会员将于月底自动续费",         "读书会在每月的第一个晚上举行",
    "由于歌手身体不适，演唱会延期举行", "同事邀请您共同编辑一份文档",
    "上一笔订单的账单见附件",           "我们正在招聘喜欢烘焙的伙伴",
    "风暴期间轮渡停航，敬请谅解",       "您借阅的图书即将到期",
    "博物馆门票现在可以提前预订",       "合唱团将在山上的老教堂演出",
};

using Sentences = std::span<const std::string_view>;
using Recipients = std::span<const Recipient>;

class Mailing {
 public:
  explicit Mailing(std::uint64_t number) : number_(number) {
    const auto pool = chinese() ? Sentences(chinese_sentences) : Sentences(english_sentences);
    for (std::uint64_t i = 0; sentences_.size() < 4; ++i) {
      sentences_.insert(pool[below(draw_.bits("mailing", "sentence", number * 100 + i), pool.size())]);
    }
  }

  const std::set<std::string_view>& sentences() const { return sentences_; }

  // The copy for one recipient: number, sum, date, code, links and name differ.
  std::string copy(std::uint64_t recipient) const {
    const auto recipients = chinese() ? Recipients(chinese_recipients) : Recipients(english_recipients);
    const Recipient& who = recipients[(number_ + recipient) % recipients.size()];
    const std::string id = std::to_string(draw_.bits("copy", "id", number_, recipient) % 900'000 + 100'000);
    const std::string code = "AX-" + id.substr(3) + "-" + std::string(1, static_cast<char>('K' + id[0] % 9));
    Draft draft;
    draft.to = who.to;
    draft.subject = "news";
    const std::string begin = number_ % 4 < 2 ? "<p>" : "";
    const std::string end = number_ % 4 < 2 ? "</p>\r\n" : "\r\n\r\n";
    std::string text = begin + std::string(who.greeting) + end;
    for (const std::string_view sentence : sentences_) text += begin + std::string(sentence) + "." + end;
    text += begin +
            (chinese() ? std::string(who.name) + "，您的订单号为" + id + "，金额" + id.substr(2) + "元，优惠码 " + code
                       : std::string(who.name) + ", your order " + id + " of " + id.substr(4) + " March comes to $" +
                             id.substr(2) + ".99; your code is " + code) +
            "." + end;
    text += begin + "https://shop.example/o/" + id + "?r=r" + id.substr(1) + end;
    text += begin + "Sent to r" + id + "@mailbox.example" + end;
    draft.encoding = recipient % 2 == 0 ? "base64" : "quoted-printable";
    (begin.empty() ? draft.plain : draft.html) =
        recipient % 2 == 0 ? mail::base64_lines(text) : mail::quoted_printable(text);
    return draft.text();
  }

 private:
  std::uint64_t number_;
  Draw draw_{7};
  std::set<std::string_view> sentences_;

  bool chinese() const { return number_ % 2 == 1; }
};

TEST(Fingerprint, CopiesOfOneMailingShareItAndOtherMailingsDoNot) {
  std::set<std::uint64_t> values;
  std::set<std::set<std::string_view>> texts;
  for (std::uint64_t i = 0; i < mailings; ++i) {
    const Mailing mailing(i);
    const std::uint64_t first = score_message(mailing.copy(0)).fingerprint;
    for (const std::uint64_t recipient : {1U, 2U, 3U, 5U}) {
      EXPECT_EQ(score_message(mailing.copy(recipient)).fingerprint, first) << mailing.copy(0) << "\n"
                                                                           << mailing.copy(recipient);
    }
    values.insert(first);
    texts.insert(mailing.sentences());
  }
  EXPECT_EQ(values.size(), texts.size());
  EXPECT_GT(texts.size(), mailings / 2);
}

// One sentence of several is enough of a difference.
TEST(Fingerprint, TextsThatHaveMostInCommonDiffer) {
  Draft draft = newsletter();
  const std::uint64_t value = score_message(draft.text()).fingerprint;
  draft.html.replace(draft.html.find("heavy soil"), 10, "sandy soil");
  EXPECT_NE(score_message(draft.text()).fingerprint, value);
}

TEST(Fingerprint, MessagesWithoutWordsAreToldApartByWhatTheyShow) {
  Draft draft = all_image_mail();
  const std::uint64_t value = score_message(draft.text()).fingerprint;
  draft.html.replace(draft.html.find("id=9"), 4, "id=8");
  EXPECT_EQ(score_message(draft.text()).fingerprint, value);
  draft.subject = "Autumn";
  EXPECT_NE(score_message(draft.text()).fingerprint, value);
  Draft elsewhere = all_image_mail();
  elsewhere.html.replace(elsewhere.html.find("shop.example"), 12, "evil.example");
  EXPECT_NE(score_message(elsewhere.text()).fingerprint, value);
}

}  // namespace
}  // namespace mailrig::content
