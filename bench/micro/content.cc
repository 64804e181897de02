// The content score of messages as they are sent.
#include <benchmark/benchmark.h>

#include <string>

#include "fakes/base/check.h"
#include "fakes/content/score.h"
#include "fakes/mail/encode.h"

namespace {

using namespace mailrig;

enum class Form { eight_bit, quoted_printable, base64 };

// A newsletter of about so many octets of HTML: tables in tables, styles in every tag, a link and a picture per
// article.
std::string newsletter(std::size_t octets, std::string_view language, Form form) {
  const bool chinese = language == "zh";
  std::string html =
      "<!DOCTYPE html>\r\n<html><head><title>News</title>\r\n<style>td { padding: 0 }</style></head><body>\r\n";
  for (int i = 0; html.size() < octets; ++i) {
    const std::string number = std::to_string(i);
    html +=
        "<table width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\r\n"
        "<td style=\"padding:10px;background-color:#ffffff;font-family:Arial,sans-serif;font-size:14px;color:#333333\">"
        "\r\n<a href=\"https://shop.example/article/" +
        number +
        "?utm_source=news&amp;utm_medium=mail\" "
        "style=\"color:#0066cc;text-decoration:none\">\r\n<img src=\"https://img.shop.example/" +
        number +
        ".jpg\" width=\"160\" height=\"90\" alt=\"Article\" style=\"display:block\"></a>\r\n<p style=\"margin:0\">" +
        (chinese ? "本周园艺专区上架了一批新品，其中不少商品正在打折，欢迎选购。\r\n会员每次购物都可以累积积分，下次下"
                   "单时可直接抵扣现金。"
                 : "This week you will find new arrivals in the garden department, and many of them at a lower "
                   "price.\r\nMembers collect points with every purchase and can use them like money.") +
        "</p></td></tr></table>\r\n";
  }
  html += "<p><a href=\"https://shop.example/unsubscribe?id=77\">Unsubscribe</a></p></body></html>\r\n";
  const std::string head =
      "From: Shop <news@shop.example>\r\nTo: Anna Smith <anna@mailbox.example>\r\nSubject: New in the garden\r\n"
      "Date: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n"
      "List-Unsubscribe: <https://shop.example/u>\r\nContent-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: ";
  if (form == Form::base64) return head + "base64\r\n\r\n" + mail::base64_lines(html);
  if (form == Form::quoted_printable) return head + "quoted-printable\r\n\r\n" + mail::quoted_printable(html);
  return head + "8bit\r\n\r\n" + html;
}

void content_score(::benchmark::State& state, const char* language, Form form) {
  const std::string message = newsletter(static_cast<std::size_t>(state.range(0)), language, form);
  for (auto _ : state) CHECK(content::score_message(message).milli > 0);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * message.size()));
}
BENCHMARK_CAPTURE(content_score, english, "en", Form::eight_bit)->Arg(12'288)->Arg(102'400);
BENCHMARK_CAPTURE(content_score, english_quoted_printable, "en", Form::quoted_printable)->Arg(12'288);
BENCHMARK_CAPTURE(content_score, chinese, "zh", Form::eight_bit)->Arg(12'288);
BENCHMARK_CAPTURE(content_score, chinese_base64, "zh", Form::base64)->Arg(12'288);

}  // namespace
