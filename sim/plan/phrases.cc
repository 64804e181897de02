#include "sim/plan/phrases.h"

#include <array>

namespace mailrig::plan {
namespace {

using scenario::Language;

constexpr std::array<std::string_view, 12> english_sentences = {
    "Thank you for your order, which we have received and are now preparing.",
    "Your parcel has left our warehouse and should reach you within three working days.",
    "You can follow the delivery at any time in your account under \"My orders\".",
    "If nobody is at home, the carrier will leave the parcel with a neighbour or at the nearest pick-up point.",
    "The invoice is made out to the address that you gave us when you registered.",
    "Please keep this message until you have checked the contents of the parcel.",
    "You may return any article within thirty days, free of charge and without giving reasons.",
    "Our customer service is there for you from Monday to Saturday, from eight in the morning to eight at night.",
    "We never ask for your password or your card number by mail or by telephone.",
    "Members collect points with every purchase and can use them like money from the next order on.",
    "This week you will find new arrivals in the garden department, and many of them at a lower price.",
    "With kind regards, and until next time.",
};

constexpr std::array<std::string_view, 12> chinese_sentences = {
    "感谢您的订购，我们已收到您的订单，正在为您备货。",
    "您的包裹已从仓库发出，预计三个工作日内送达。",
    "您可以随时登录账户，在“我的订单”中查看物流进度。",
    "如果您不在家，快递员会把包裹放在附近的自提点或者交给您的邻居代收。",
    "发票已按照您注册时填写的抬头和地址开具，请注意查收。",
    "请在核对商品无误之前妥善保存这封邮件。",
    "自签收之日起三十天内，您可以无理由退货，运费由我们承担。",
    "客服热线的服务时间为周一至周六，早上八点到晚上八点。",
    "我们绝不会通过邮件或电话向您索要密码和银行卡号，谨防诈骗。",
    "会员每次购物都可以累积积分，下次下单时可直接抵扣现金。",
    "本周园艺专区上架了一批新品，其中不少商品正在打折，欢迎选购。",
    "祝您生活愉快，期待您的再次光临。",
};

constexpr std::array<std::string_view, 12> mixed_sentences = {
    english_sentences[0], chinese_sentences[1], english_sentences[2],  chinese_sentences[3],
    english_sentences[4], chinese_sentences[5], english_sentences[6],  chinese_sentences[7],
    english_sentences[8], chinese_sentences[9], english_sentences[10], chinese_sentences[11],
};

constexpr std::array<std::string_view, 6> english_subjects = {
    "Your order has been received", "Your parcel is on its way",    "Your invoice for this month",
    "Please confirm your address",  "New arrivals, picked for you", "How did you like your last purchase?",
};

constexpr std::array<std::string_view, 6> chinese_subjects = {
    "您的订单已提交成功", "您的包裹已发出，请注意查收", "本月电子发票已开具",
    "请确认您的收货地址", "为您精选：本周新品上架",     "邀请您评价最近购买的商品",
};

constexpr std::array<std::string_view, 6> mixed_subjects = {
    "您的订单已提交成功 / Your order has been received",
    "Your parcel is on its way：包裹已发出",
    "本月电子发票 (invoice) 已开具",
    "Please confirm your address：请确认收货地址",
    "New arrivals：本周新品上架",
    "How was it? 邀请您评价最近购买的商品",
};

// The language's own of three things that are kept by language.
template <class T>
constexpr const T& by_language(Language language, const T& en, const T& zh, const T& mixed) {
  switch (language) {
    case Language::zh:
      return zh;
    case Language::mixed:
      return mixed;
    case Language::en:
      break;
  }
  return en;
}

}  // namespace

std::span<const std::string_view> sentences(Language language) {
  return by_language(language, english_sentences, chinese_sentences, mixed_sentences);
}

std::span<const std::string_view> subjects(Language language) {
  return by_language(language, english_subjects, chinese_subjects, mixed_subjects);
}

Salutation salutation(Language language) {
  static constexpr Salutation english = {"Dear customer, your reference is ", "."};
  static constexpr Salutation chinese = {"您好，您的参考编号是 ", "。"};
  static constexpr Salutation both = {"您好 / Dear customer: ", "."};
  return by_language(language, english, chinese, both);
}

}  // namespace mailrig::plan
