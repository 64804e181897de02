// Messages as shops, newsletters and crooks really send them, for the tests of the content score.
#pragma once

#include <string>
#include <string_view>

#include "fakes/mail/encode.h"

namespace mailrig::content {

struct Draft {
  std::string from = "Shop <no-reply@shop.example>";
  std::string to = "Anna Smith <anna@mailbox.example>";
  std::string subject = "Your order has been received";
  std::string more;   // further header fields
  std::string plain;  // empty: no such part
  std::string html;   // empty: no such part
  std::string charset = "utf-8";
  std::string encoding = "8bit";  // of both parts, which are given encoded

  std::string part(std::string_view type, const std::string& content) const {
    return "Content-Type: " + std::string(type) + "; charset=" + charset +
           "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + content;
  }

  std::string text() const {
    const std::string head = "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject +
                             "\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n" + more +
                             "MIME-Version: 1.0\r\n";
    if (plain.empty() != html.empty())
      return head + (html.empty() ? part("text/plain", plain) : part("text/html", html));
    if (plain.empty()) return head + "\r\n";
    return head + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" + part("text/plain", plain) +
           "\r\n--b\r\n" + part("text/html", html) + "\r\n--b--\r\n";
  }
};

inline const std::string unsubscribe_fields =
    "List-Unsubscribe: <https://shop.example/u?id=77>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

inline Draft order_confirmation() {
  Draft draft;
  draft.plain =
      "Dear Ms. Smith,\r\n\r\nthank you for your order 4711 of 2 March. We have received it and are preparing it "
      "now.\r\n"
      "You can follow it at https://shop.example/orders/4711?token=a1b2c3.\r\n\r\nKind regards\r\nYour shop\r\n";
  draft.html =
      "<!DOCTYPE html><html><head><title>Order</title><style>p { color: #333 }</style></head><body>"
      "<table><tr><td><img src=\"https://shop.example/logo.png\" width=\"120\" height=\"40\" alt=\"Shop\"></td></tr>"
      "<tr><td><p>Dear Ms. Smith,</p><p>thank you for your order <b>4711</b> of 2 March. We have received it and are "
      "preparing it now. The invoice is made out to the address that you gave us when you registered; please keep this "
      "message until you have checked the contents of the parcel.</p>"
      "<p>You can follow it at <a href=\"https://shop.example/orders/4711?token=a1b2c3\">shop.example</a>.</p>"
      "<p>Kind regards<br>Your shop</p></td></tr></table></body></html>\r\n";
  return draft;
}

inline Draft newsletter() {
  Draft draft;
  draft.subject = "New in the garden department";
  draft.more = "List-Id: <news.shop.example>\r\n" + unsubscribe_fields;
  std::string articles;
  std::string lines;
  for (const char* const thing : {"Spades", "Rakes", "Roses", "Seeds", "Gloves"}) {
    const std::string name(thing);
    articles += "<h2>" + name + "</h2><p>" + name +
                " that last for years, tested by our gardeners on heavy soil and on light, in rain and in sunshine. "
                "They come with the advice that people who have worked with them all their lives can give. "
                "<a href=\"https://shop.example/" +
                name + "\">More about them</a></p>\r\n";
    lines += name + " that last for years: https://shop.example/" + name + "\r\n\r\n";
  }
  draft.plain = "Hello Anna,\r\n\r\n" + lines + "Unsubscribe: https://shop.example/u?id=77\r\n";
  draft.html =
      "<html><body><div style=\"display:none;font-size:1px;color:#ffffff\">Spring comes&zwnj;&nbsp;&zwnj;</div>"
      "<h1>Hello Anna,</h1>" +
      articles + "<p><a href=\"https://shop.example/u?id=77\">Unsubscribe</a></p></body></html>\r\n";
  return draft;
}

inline Draft all_image_mail() {
  Draft draft;
  draft.subject = "Spring";
  draft.html =
      "<html><body><a href=\"https://shop.example/\"><img src=\"https://shop.example/1.jpg\" width=600 height=800></a>"
      "<img src=\"https://shop.example/2.jpg\" width=600 height=800>"
      "<img src=\"https://shop.example/open.gif?id=9\" width=1 height=1></body></html>\r\n";
  return draft;
}

// "Invoices of all kinds, cheap": as it is sent in China day by day.
inline Draft chinese_marketing() {
  Draft draft;
  draft.from = "=?gbk?B?1cXAz8Omtv4=?= <sales@promo.example>";
  draft.subject = "=?gbk?B?tPq/qreixrEss6y1zcuwteM=?=";  // 代开发票,超低税点
  draft.charset = "gbk";
  draft.encoding = "base64";
  // 尊敬的客户：本公司代 开 发 票，税点优惠，免费送货，限时特价，加微信详谈！！！点击领取 http://t.cn/abc
  draft.plain = mail::base64_lines(
      "\xd7\xf0\xbe\xb4\xb5\xc4\xbf\xcd\xbb\xa7\xa3\xba\xb1\xbe\xb9\xab\xcb\xbe\xb4\xfa \xbf\xaa \xb7\xa2 "
      "\xc6\xb1\xa3\xac"
      "\xcb\xb0\xb5\xe3\xd3\xc5\xbb\xdd\xa3\xac\xc3\xe2\xb7\xd1\xcb\xcd\xbb\xf5\xa3\xac\xcf\xde\xca\xb1\xcc\xd8\xbc\xdb"
      "\xa3\xac\xbc\xd3\xce\xa2\xd0\xc5\xcf\xea\xcc\xb8\xa3\xa1\xa3\xa1\xa3\xa1\xb5\xe3\xbb\xf7\xc1\xec\xc8\xa1 "
      "http://t.cn/abc");
  return draft;
}

inline Draft phishing() {
  Draft draft;
  draft.from = "\"Your Bank\" <security@bank-login.example>";
  draft.subject = "URGENT: YOUR ACCOUNT HAS BEEN SUSPENDED!!";
  draft.html =
      "<html><body><p>Dear customer,</p><p>your account has been suspended. Verify your account within 24 hours:</p>"
      "<p><a href=\"http://192.0.2.7/login\">https://www.bank.example/login</a></p>"
      "<p><a href=\"https://www.bank.example@evil.example/\">Sign in</a></p>"
      "<form action=\"http://evil.example/\"><input name=\"pin\"><script>go()</script></form>"
      "<div style=\"color:#fff\">meeting minutes quarterly report agenda project schedule</div>"
      "<b>Your bank</body></html>\r\n";
  return draft;
}

}  // namespace mailrig::content
