// Writes what the fuzzers begin with, made by the project's own writers: make_seeds FOLDER fills FOLDER/TARGET/ for
// every target. Good inputs, since from these a fuzzer finds the bad ones soonest. Needs FOLDER to exist no more than
// that it can be made.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/arc_seal.h"
#include "fakes/auth/arc_verify.h"
#include "fakes/auth/authentication_results.h"
#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/key_record.h"
#include "fakes/base/check.h"
#include "fakes/dns/message.h"
#include "fakes/mail/build.h"
#include "fakes/report_format/dsn.h"

namespace {

using namespace mailrig;
namespace fs = std::filesystem;

constexpr Instant now{std::chrono::seconds(1'790'000'000)};

class Corpus {
 public:
  explicit Corpus(fs::path folder) : folder_(std::move(folder)) {}

  void add(std::string_view target, std::string_view bytes) {
    const fs::path folder = folder_ / target;
    fs::create_directories(folder);
    std::ofstream out(folder / ("seed-" + std::to_string(++count_)), std::ios::binary);
    out << bytes;
    CHECK(out.flush());
  }

 private:
  fs::path folder_;
  int count_ = 0;
};

std::string message_with(mail::TransferEncoding encoding, bool attachment) {
  mail::Composition parts;
  parts.from = {"Müller, Ann", {"ann", "shop.example"}};
  parts.to = {{"Bob \"B\" Ex", {"bob o'hara", "mailbox.example"}}, {"", {"eve", "b.example"}}};
  parts.reply_to = {{"", {"help", "shop.example"}}};
  parts.subject = "Grüße: an offer that is long enough to be folded into more than one line of the header";
  parts.date = now;
  parts.message_id = "1@shop.example";
  parts.rig_id = 7;
  parts.list_unsubscribe = "https://shop.example/u";
  parts.text = "Hello  there \t\n\n.\n..dots, ümlauts and a trailing blank \n\n\n";
  parts.encoding = encoding;
  if (attachment) parts.attachments.push_back({"invoice.pdf", "", std::string(100, '\x80')});
  return mail::compose(parts);
}

std::vector<std::string> messages() {
  return {message_with(mail::TransferEncoding::quoted_printable, false),
          message_with(mail::TransferEncoding::base64, true), message_with(mail::TransferEncoding::eight_bit, false)};
}

std::string signed_message(const auth::PrivateKey& key, const std::string& message) {
  auto signer = auth::DkimSigner::make({.domain = "example.com",
                                        .selector = "s1",
                                        .key = key,
                                        .identity = "@mail.example.com",
                                        .lifetime = std::chrono::hours(24),
                                        .body_octets_max = 10'000,
                                        .copied_fields = true});
  return signer->sign(message, now) + message;
}

auth::AuthenticationResults results() {
  return {"mx.example.com",
          {{"spf", "pass", "", {{"smtp", "mailfrom", "ann@shop.example"}}},
           {"dkim", "fail", "body hash mismatch", {{"header", "d", "example.com"}, {"header", "s", "s1"}}},
           {"dmarc", "none", "a \"quoted\" reason", {{"header", "from", "shop.example"}}}}};
}

void add_authentication(Corpus& corpus) {
  for (const auth::PrivateKey& key :
       {auth::PrivateKey::generate_ed25519(), auth::PrivateKey::generate_rsa(1024).value()}) {
    for (const std::string& message : messages()) {
      const std::string signed_one = signed_message(key, message);
      corpus.add("dkim_verify", auth::key_record_text(key, true) + "\n" + signed_one);
      auto sealer = auth::ArcSealer::make({.domain = "example.com", .selector = "s1", .key = key});
      const std::string first =
          sealer->seal(signed_one, {}, auth::format_authentication_payload(results()), now) + signed_one;
      corpus.add("arc", first);
    }
  }
  corpus.add("authentication_results", auth::format_authentication_payload(results()));
  corpus.add("authentication_results", auth::format_authentication_payload({"mx.example.com", {}}));
  corpus.add("authentication_results",
             "mx.example 1 (c (nested)) ; dkim/1 = pass (ok) reason=\"x\\\"y\" header.d = \"a.b\"");

  corpus.add("dmarc",
             "\xffv=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; t=y; psd=n; pct=50; fo=1:d:s; "
             "rua=mailto:a@b.example!10m,https://c.example/r; ruf=mailto:f@b.example; ri=3600\n"
             "\"Ann (x)\" <ann@mail.shop.example>, Group: b@c.example;");
  corpus.add("dmarc", "\x05v=DMARC1;p=none\nann@bücher.example");

  corpus.add("spf",
             "mx.example.com\nann-x@example.com\n192.0.2.3\n"
             "example.com TXT v=spf1 a:%{d2}/24//64 mx ptr include:b.example exists:%{l1r-}.%{ir}.%{v}.c.example "
             "exp=e.example -all\nb.example TXT v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 redirect=example.com\n"
             "e.example TXT %{i} is not one of %{d}'s, says %{r} at %{t} %_ %- %%\n"
             "example.com MX mx.example.com\nmx.example.com A 192.0.2.3\n"
             "3.2.0.192.in-addr.arpa PTR mx.example.com\n");
  corpus.add("spf",
             "h.example\n\n2001:db8::1\nh.example TXT v=spf1 redirect=%{h}.b.example\nh.example.b.example FAIL\n");
}

void add_mail(Corpus& corpus) {
  for (const std::string& message : messages()) {
    corpus.add("mail_inspect", message);
    report_format::FailureReport report;
    report.reporting_host = "mx.example";
    report.to = "ann@shop.example";
    report.message_id = "2@mx.example";
    report.arrived = report.now = now;
    report.failures = {
        {"bob@mailbox.example", smtp::Reply{.code = 550, .text = "5.1.1 no such user"}, "mx.mailbox.example", false},
        {"eve@b.example", std::nullopt, "", true}};
    report.original = message;
    corpus.add("dsn_reader", report_format::write_failure_dsn(report));
  }
  for (const std::string_view text : {"\"a b\"@example.com", "ann@[192.0.2.1]", "Ann (x) <ann@example.com>"}) {
    corpus.add("mail_inspect", text);
  }
}

// A byte says whether what follows is a message or the HTML of one.
void add_content(Corpus& corpus) {
  for (const std::string& message : messages()) corpus.add("content", '\x00' + message);
  corpus.add("content",
             std::string(1, '\x00') +
                 "From: =?gbk?B?1cXAz8Omtv4=?= <a@promo.example>\r\nTo: Anna <anna@b.example>\r\n"
                 "Subject: =?gbk?B?tPq/qreixrEss6y1zcuwteM=?=\r\nList-Unsubscribe: <https://promo.example/u>\r\n"
                 "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nPrecedence: bulk\r\n"
                 "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=big5\r\n\r\n"
                 "<p>\xa7\x4b\xb6\x4f\r\n--b\r\nContent-Type: application/zip; name*0*=gbk''%B7%A2; name*1=.exe\r\n\r\n"
                 "MZ\r\n--b--\r\n");
  corpus.add(
      "content",
      std::string(1, '\x01') +
          "<!DOCTYPE html><html><head><title>t</title><style>p{}</style><meta charset=gbk></head>"
          "<body bgcolor=\"#fff\" text=black><!-- c --><table><tr><td style=\"font-size:0px;color:rgb(1, 2,3)\">"
          "<font color=white>hidden words for filters only</font><p>Dear Ms. Smith,<p>free money &amp; &#x4e2d;"
          "<a href=\"http://user@0x7f000001:80/x\">www.shop.example</a><img src=cid:1 width=600 height='400' alt=>"
          "<div style='display:none;background:#00f url(x)'>preheader</div></table><form><input></form>"
          "<script>if (a < b) {}</script><br/>ACT NOW!!! 代 开 发 票，点击领取 http://t.cn/a</body></html>");
}

void add_dns(Corpus& corpus) {
  for (const auto& [name, type] : std::vector<std::pair<std::string, dns::Type>>{{"a.example", dns::Type::mx},
                                                                                 {"x.w.a.example", dns::Type::txt},
                                                                                 {"nobody.a.example", dns::Type::a},
                                                                                 {"a.example", dns::Type::ds},
                                                                                 {"a.example", dns::Type::nsec},
                                                                                 {"c.a.example", dns::Type::a},
                                                                                 {"a.example", dns::Type::any}}) {
    std::string query = dns::build_query(7, {name, type});
    corpus.add("dns_message", query);
    query[query.size() - 4] = '\x80';  // DO
    corpus.add("dns_message", query);
    dns::Answer answer;
    answer.answers = {dns::Record::mx(name, 10, "mx.a.example"), dns::Record::txt(name, "text"),
                      dns::Record::cname(name, "b.example")};
    corpus.add("dns_message", dns::build_response(*dns::parse_query(query), answer, dns::tcp_bytes_max));
  }
  corpus.add("dns_message",
             "$TTL 5m\n@ IN SOA ns h ( 1 2 3 4 5 )\n@ MX 10 mx\nmx A 192.0.2.1\n  AAAA 2001:db8::1\n"
             "t TXT \"a b\" \"c\\034\"\nc CNAME mx.a.example. ; end\n");
}

// A byte says how the fuzzer sets up the session; then pieces, each behind a byte that says how long it is.
void add_smtp(Corpus& corpus) {
  const std::string header =
      "EHLO client.example\r\nMAIL FROM:<ann@b.example> SIZE=100 BODY=8BITMIME\r\n"
      "RCPT TO:<bob@d.example> NOTIFY=NEVER\r\n";
  for (const char options : {'\x00', '\x01', '\x02', '\x03', '\x04'}) {
    const std::string begin = std::string(1, options) + '\x07';
    corpus.add("smtp_server", begin + header + "DATA\r\nSubject: x\r\n\r\n..\r\ntext\r\n.\r\nQUIT\r\n");
    corpus.add("smtp_server", begin + header + "BDAT 5\r\nabcdeBDAT 3 LAST\r\nxyzRSET\r\nVRFY x\r\nNOOP\r\n");
    corpus.add("smtp_server",
               begin + "HELO c\r\nSTARTTLS\r\nEHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<\"a b\"@d>\r\n");
  }
  // Nine octets a piece at most seven times: replies are cut to fit.
  const auto in_pieces = [](std::string script, std::string_view replies) {
    while (!replies.empty()) {
      const std::size_t nines = std::min<std::size_t>(7, (replies.size() + 8) / 9);
      script += static_cast<char>(nines);
      script += replies.substr(0, nines * 9);
      replies.remove_prefix(std::min(replies.size(), nines * 9));
    }
    return script;
  };
  for (const char options : {'\x00', '\x01', '\x03', '\x05', '\x09'}) {
    const std::string begin(1, options);
    corpus.add("smtp_client", in_pieces(begin,
                                        "220 mx.d.example\r\n250-mx.d.example\r\n250-PIPELINING\r\n250-SIZE 1000\r\n"
                                        "250 STARTTLS\r\n250 ok\r\n250 ok\r\n550 5.1.1 no\r\n450 later\r\n354 go\r\n"
                                        "250 2.0.0 queued\r\n221 bye\r\n"));
    corpus.add("smtp_client", in_pieces(begin, "220-a\r\n220 b\r\n502 no\r\n250 hello\r\n421 4.3.2 closing\r\n"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_seeds FOLDER\n";
    return 2;
  }
  Corpus corpus(argv[1]);
  add_authentication(corpus);
  add_mail(corpus);
  add_content(corpus);
  add_dns(corpus);
  add_smtp(corpus);
  return 0;
}
