#include "fakes/content/phrases.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::string_view spam_phrases[] = {
    "100% free money",
    "account has been suspended",
    "account will be closed",
    "as seen on tv",
    "casino bonus",
    "cheap viagra",
    "cialis",
    "claim your prize",
    "claim your reward",
    "confirm your password",
    "double your income",
    "earn extra cash",
    "earn money fast",
    "easy money",
    "free money",
    "get rich quick",
    "guaranteed income",
    "lose weight fast",
    "make money fast",
    "million dollars",
    "miracle cure",
    "no prescription",
    "online casino",
    "online pharmacy",
    "replica watches",
    "this is not spam",
    "unclaimed funds",
    "verify your account",
    "viagra",
    "work from home and earn",
    "you are a winner",
    "you have been selected",
    "you have won",
    "you've been selected",
    "you've won",
    // Invoices for sale, loans, gambling, brushing orders, doctored papers.
    "代开发票",
    "代开",
    "发票代开",
    "增值税代开",
    "代開發票",
    "点击领取",
    "點擊領取",
    "免费领取",
    "免費領取",
    "中奖",
    "中獎",
    "加微信",
    "加薇信",
    "加v信",
    "无抵押贷款",
    "低息贷款",
    "小额贷款",
    "贷款秒批",
    "刷单",
    "日赚",
    "月入过万",
    "兼职日结",
    "博彩",
    "六合彩",
    "百家乐",
    "时时彩",
    "赌场",
    "棋牌",
    "办证",
    "代办信用卡",
    "信用卡套现",
    "套现",
    "壮阳",
    "成人用品",
    "裸聊",
    "稳赚不赔",
    "账户将被冻结",
    "账号将被冻结",
    "账户已被冻结",
    "立即验证您的账户",
};

constexpr std::string_view advertising_words[] = {
    "100% free",
    "100% guaranteed",
    "act now",
    "apply now",
    "best price",
    "bonus",
    "buy now",
    "call now",
    "cheap",
    "click below",
    "click here",
    "congratulations",
    "dear friend",
    "don't miss",
    "exclusive deal",
    "free gift",
    "free trial",
    "hurry",
    "increase sales",
    "limited time",
    "lowest price",
    "money back",
    "no credit check",
    "no obligation",
    "offer expires",
    "once in a lifetime",
    "order now",
    "risk free",
    "risk-free",
    "save big",
    "special promotion",
    "urgent",
    "while supplies last",
    "winner",
    "免费",
    "免費",
    "发票",
    "發票",
    "领取",
    "領取",
    "优惠",
    "優惠",
    "特价",
    "特價",
    "促销",
    "促銷",
    "限时",
    "限時",
    "抢购",
    "搶購",
    "秒杀",
    "打折",
    "大奖",
    "红包",
    "赚钱",
    "賺錢",
    "贷款",
    "貸款",
    "返现",
    "返利",
    "高薪",
    "兼职",
    "仅限今天",
    "惊喜",
    "赠送",
    "点击这里",
    "零风险",
    "最后机会",
    "立即购买",
    "清仓",
};

constexpr std::size_t prefix_octets = 3;  // one Chinese character, or the beginning of a word
constexpr std::size_t bucket_count = 1'024;

// The phrases by a hash of their first octets: most places of a text need only one look.
class Index {
 public:
  Index() {
    for (const std::string_view phrase : spam_phrases) phrases_.push_back({phrase, true});
    for (const std::string_view phrase : advertising_words) phrases_.push_back({phrase, false});
    // By bucket, and the longest first.
    std::stable_sort(phrases_.begin(), phrases_.end(), [](const Phrase& a, const Phrase& b) {
      const std::size_t x = bucket(a.text);
      const std::size_t y = bucket(b.text);
      return x != y ? x < y : a.text.size() > b.text.size();
    });
    for (std::size_t i = 0; i < phrases_.size(); ++i) {
      Range& range = ranges_[bucket(phrases_[i].text)];
      if (range.end == 0) range.begin = static_cast<std::uint16_t>(i);
      range.end = static_cast<std::uint16_t>(i + 1);
    }
  }

  // The longest phrase that stands at the front of `text`; null: none.
  const Phrase* find(std::string_view text) const {
    if (text.size() < prefix_octets) return nullptr;
    const Range range = ranges_[bucket(text)];
    for (std::size_t i = range.begin; i < range.end; ++i) {
      if (stands_at(text, phrases_[i].text)) return &phrases_[i];
    }
    return nullptr;
  }

  std::size_t size() const { return phrases_.size(); }
  std::size_t place_of(const Phrase* phrase) const { return static_cast<std::size_t>(phrase - phrases_.data()); }

 private:
  struct Range {
    std::uint16_t begin = 0;
    std::uint16_t end = 0;
  };

  std::vector<Phrase> phrases_;
  std::array<Range, bucket_count> ranges_{};

  static std::size_t bucket(std::string_view text) {
    std::size_t hash = 0;
    for (std::size_t i = 0; i < prefix_octets; ++i) {
      hash = hash * 33 + static_cast<unsigned char>(mail::to_lower(text[i]));
    }
    return hash % bucket_count;
  }

  // A blank of the phrase may be a line end of the text; an English phrase ends where a word does.
  static bool stands_at(std::string_view text, std::string_view phrase) {
    if (text.size() < phrase.size()) return false;
    for (std::size_t i = 0; i < phrase.size(); ++i) {
      if (mail::to_lower(text[i]) != phrase[i] && !(phrase[i] == ' ' && text[i] == '\n')) return false;
    }
    return !mail::is_ascii(phrase.back()) || text.size() == phrase.size() || !mail::is_letter(text[phrase.size()]);
  }
};

const Index& index() {
  static const Index made;
  return made;
}

}  // namespace

std::vector<Phrase> phrases_in(std::string_view folded_text) {
  const Index& known = index();
  std::vector<bool> seen(known.size());
  std::vector<Phrase> found;
  bool in_word = false;  // inside an ASCII word nothing begins
  for (std::size_t at = 0; at < folded_text.size();) {
    const char c = folded_text[at];
    const bool letter = mail::is_letter_or_digit(c);
    // Octets in the middle of a character are no place to begin either.
    const bool begins = letter ? !in_word : (static_cast<unsigned char>(c) & 0xc0U) == 0xc0U;
    in_word = letter;
    const Phrase* phrase = begins ? known.find(folded_text.substr(at)) : nullptr;
    if (phrase == nullptr) {
      ++at;
      continue;
    }
    if (!seen[known.place_of(phrase)]) found.push_back(*phrase);
    seen[known.place_of(phrase)] = true;
    at += phrase->text.size();
    in_word = mail::is_letter_or_digit(phrase->text.back());
  }
  return found;
}

}  // namespace mailrig::content
