// Reports as mail systems really write them: https://github.com/sisimai/set-of-emails. The suite's index.json was made
// by a script; where it is not right, the exceptions below say so.
#include <boost/json/parse.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "fakes/mail/line_ends.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/dsn_reader.h"
#include "fakes/report_format/quoted_reply.h"

namespace mailrig::report_format {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What a text says that has no fields for it, read by eye. Where there are several recipients: of each.
struct Told {
  std::string recipient;
  Action action = Action::failed;
  std::string status{};
  int code = 0;  // 0: no reply of a remote server is quoted
  std::string host{};
  bool expired = false;
};

const std::multimap<std::string, Told>& told() {
  using enum Action;
  static const std::multimap<std::string, Told> table = {
      {"lhost-amazonses-10", {"bounce@simulator.amazonses.com", failed, "5.1.1", 550}},
      {"lhost-amazonses-13", {"complaint@simulator.amazonses.com", delivered, "2.6.0", 250}},
      {"lhost-exim-01", {"kijitora@example.ed.jp", failed, "5.7.0", 550, "mx.example.jp"}},
      {"lhost-exim-04", {"kijitora@example.ed.jp", failed, "5.7.0", 550, "mx.example.jp"}},
      {"lhost-exim-07", {"shiba@example.com", failed, "", 0, "", true}},
      {"lhost-exim-31", {"kijitora@example.net"}},
      {"lhost-exim-34", {"kijitora@example.net", failed, "5.7.1", 554, "mx2.example.net"}},
      {"lhost-exim-37", {"kijitora@example.net", failed, "", 553, "mx.example.net"}},
      {"lhost-exim-40", {"kijitora@example.org", failed, "", 551, "mail.example.org"}},
      {"lhost-exim-46", {"kijitora@example.com", failed, "5.7.1", 554, "mx.nyaan.example.com"}},
      {"lhost-exim-52", {"neko@example.net"}},
      {"lhost-exim-55", {"kijitora@example.com", failed, "5.7.0", 554, "neko.nyaan.example.com"}},
      {"lhost-exim-58", {"kijitora@example.us", failed, "", 500, "neko2.example.de"}},
      {"lhost-exim-61", {"xxxx@xxxx.net", failed, "5.1.1", 550, "192.0.2.22"}},
      {"lhost-gmail-01", {"userunknown@example.jp", failed, "5.1.1", 550, "mx.example.jp"}},
      {"lhost-gmail-04", {"kijitora@example.com", failed, "5.7.1", 554}},
      {"lhost-gmail-07", {"kijitora@example.ed.jp", failed, "", 500}},
      {"lhost-gmail-10", {"kijitora@6jo.example.co.jp", failed, "", 0, "", true}},  // nobody could be connected to
      {"lhost-gmail-16", {"mailboxfull@bouncehammer.jp", failed, "5.2.2", 550, "mx.bouncehammer.jp"}},
      {"lhost-gmail-19", {"neko-nyaan@google.example.com"}},
      {"lhost-opensmtpd-01", {"apdugoaidugoaidugoaeiudggadi@gmail.com", failed, "5.1.1", 550}},
      {"lhost-opensmtpd-04", {"kijitora@neko.example.jp", delayed}},
      {"lhost-postfix-07", {"kijitora@user.example.or.jp", failed, "", 550, "mx.user.example.or.jp"}},
      {"lhost-postfix-34", {"kijitora@example.com", failed, "", 0, "", true}},  // "try again"
      // A report inside another's text, with its fields.
      {"lhost-postfix-49", {"kijitora-neko-nyaan@ntt.example.ne.jp", failed, "4.0.0", 421, "mfsmax.example.com", true}},
      {"lhost-qmail-01", {"kijitora@example.ne.jp", failed, "5.5.0", 550, "192.0.2.32"}},
      {"lhost-qmail-04", {"kijitora@example.net", failed, "5.0.0", 501, "192.0.2.112", true}},
      {"lhost-qmail-07", {"kijitora@example.jp", failed, "4.4.1", 0, "", true}},
      {"lhost-qmail-10", {"kijitora@neko2.example.co.jp"}},
      {"lhost-qmail-13", {"nekochan@cx.libsisimai.com", failed, "5.1.2"}},
      {"lhost-qmail-16", {"userunknown@libsisimai.net", failed, "5.1.1", 550, "192.0.2.25"}},
      {"lhost-qmail-19", {"pseudo-local-part-of-yahoo-inc@yahoo.com", failed, "4.7.0", 421, "98.136.96.74", true}},
      {"lhost-qmail-22", {"pseudo-local-part-of-each-esp@outlook.com", failed, "5.7.509", 550, "52.101.68.13"}},
      {"lhost-qmail-25", {"mailboxfull@libsisimai.net", failed, "5.2.2", 552, "192.0.2.25"}},
      {"lhost-qmail-25", {"userunknown@libsisimai.net", failed, "5.1.1", 550, "192.0.2.25"}},
      {"lhost-yahoo-01", {"kijitora@example.org", failed, "5.1.1", 550}},
      {"lhost-yahoo-04", {"kijitora@example.co.jp", failed, "5.2.2", 550}},
      {"lhost-yahoo-07", {"otsu-sakaba-hunter-neko-nyaaaaaaan@ezweb.ne.jp", failed, "", 550}},
      {"lhost-yahoo-10", {"userunknown@cubicroot.jp", failed, "5.1.1", 550}},
      {"lhost-yahoo-13", {"neko@sijo.example.jp", failed, "", 0, "", true}},
      // The report's delimiters are lost: its fields stand in the text.
      {"rfc3464-04", {"kijitora@mailx-53.neko.example.edu", failed, "5.5.0"}},
      {"rfc3464-34", {"kijitora@example.com", delayed, "4.4.1", 0, "nyaan.example.com"}},
      {"rfc3464-37", {"kijitora@neko.nyaan.example.com"}},
  };
  return table;
}

// Complaints: the index's family says so. All other messages are about deliveries.
bool is_complaint(const json::object& entry) {
  return entry.at("family").as_string() == "arf";
}

// "Delivery report unavailable": the fields name nobody.
const std::set<std::string> names_nobody = {"lhost-postfix-64"};

// Nothing of the message came back, or nothing with a Message-ID; yahoo-04's header is broken before it.
const std::set<std::string> no_message_id = {"lhost-amazonses-10", "lhost-amazonses-13", "lhost-exim-07",
                                             "lhost-opensmtpd-01", "lhost-opensmtpd-04", "lhost-postfix-01",
                                             "lhost-qmail-07",     "lhost-yahoo-04"};

// Where smtp_replies of the index holds none of the remote server's: numbers of other meaning ("256-SHA bits", host
// names), or what the reporting host itself said to its user ("554 5.0.0 Service unavailable", Sendmail).
const std::set<std::string> index_replies_are_none = {"lhost-sendmail-22", "lhost-sendmail-43", "rfc3464-04",
                                                      "rfc3464-28", "rfc3464-55"};

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// "rfc822; a@b" → "a@b", "5.0.0 (permanent)" → "5.0.0", "dns; host. (comment)" → "host".
std::string bare(const std::string& field) {
  const std::size_t semicolon = field.find(';');
  std::string value(mail::trim(semicolon == std::string::npos ? field : field.substr(semicolon + 1)));
  value = value.substr(0, value.find(' '));
  return value.ends_with('.') ? value.substr(0, value.size() - 1) : value;
}

const ReportedRecipient* find_recipient(const DeliveryStatusReport& report, const std::string& address) {
  for (const ReportedRecipient& recipient : report.recipients) {
    if (recipient.address == address) return &recipient;
  }
  return nullptr;
}

// Lines joined and codes removed, so that a reply compares with how its reporter wrote it.
std::string words_only(std::string text, const std::string& code) {
  for (const std::string& mark : {code + "-", code + " "}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.erase(at, mark.size());
  }
  return single_spaced(text, 10'000);
}

void expect_fields(const DeliveryStatusReport& report, const json::object& dsn) {
  EXPECT_EQ(report.reporting_host, bare(text_of(dsn, "reporting-mta")));
  const ReportedRecipient* const recipient = find_recipient(report, bare(text_of(dsn, "final-recipient")));
  ASSERT_NE(recipient, nullptr) << text_of(dsn, "final-recipient");
  EXPECT_EQ(recipient->original_address, bare(text_of(dsn, "original-recipient")));
  EXPECT_EQ(recipient->status, bare(text_of(dsn, "status")));

  std::string action = mail::to_lower(text_of(dsn, "action"));
  if (action.empty()) action = "failed";              // sendmail-13 has "ction: failed" and Status 5.3.0
  if (action == "deliverable") action = "delivered";  // Postfix's address probe (rfc3464-28), Status 2.1.5
  EXPECT_EQ(to_string(recipient->action), action);

  const std::string remote = bare(text_of(dsn, "remote-mta"));
  if (!remote.empty()) {
    EXPECT_EQ(recipient->remote_host, remote);
  }

  const std::string diagnostic = text_of(dsn, "diagnostic-code");
  const std::string said(mail::trim(diagnostic.substr(std::min(diagnostic.find(';') + 1, diagnostic.size()))));
  const bool quotes_reply = said.size() > 3 && mail::is_digit(said[0]) && mail::is_digit(said[1]) &&
                            mail::is_digit(said[2]) && (said[3] == ' ' || said[3] == '-');
  if (quotes_reply) {
    ASSERT_TRUE(recipient->reply) << diagnostic;
    const std::string code = said.substr(0, 3);
    EXPECT_EQ(std::to_string(recipient->reply->code), code);
    std::string text = recipient->reply->text;
    // Sendmail puts only the first line into the field; the rest is in the transcript.
    if (said[3] == '-' && said.find(code, 3) == std::string::npos) text = text.substr(0, text.find('\n'));
    EXPECT_EQ(words_only(text, code), words_only(said, code));
  }
  const bool gave_up = recipient->action == Action::failed &&
                       (recipient->status.starts_with('4') || (quotes_reply && said.starts_with('4')));
  EXPECT_EQ(recipient->expired, gave_up);
}

void expect_told(const DeliveryStatusReport& report, const std::string& name) {
  const auto [begin, end] = told().equal_range(name);
  ASSERT_NE(begin, end) << "neither fields nor an entry in the table";
  EXPECT_EQ(report.recipients.size(), static_cast<std::size_t>(std::distance(begin, end)));
  for (auto entry = begin; entry != end; ++entry) {
    const Told& expected = entry->second;
    const ReportedRecipient* const recipient = find_recipient(report, expected.recipient);
    ASSERT_NE(recipient, nullptr) << expected.recipient;
    EXPECT_EQ(recipient->action, expected.action);
    EXPECT_EQ(recipient->status, expected.status);
    EXPECT_EQ(recipient->reply ? recipient->reply->code : 0, expected.code);
    EXPECT_EQ(recipient->remote_host, expected.host);
    EXPECT_EQ(recipient->expired, expected.expired);
  }
}

// At least one of the lines that the index found must be of a reply that we found.
void expect_replies(const DeliveryStatusReport& report, const json::array& lines) {
  bool found = false;
  for (const json::value& line : lines) {
    for (const ReportedRecipient& recipient : report.recipients) {
      found |= recipient.reply && line.as_string().starts_with(std::to_string(recipient.reply->code));
    }
  }
  EXPECT_TRUE(found) << lines;
}

bool same(const DeliveryStatusReport& a, const DeliveryStatusReport& b) {
  const auto key = [](const ReportedRecipient& r) {
    return std::tuple(r.address, r.original_address, r.action, r.status, r.reply, r.remote_host, r.expired);
  };
  return a.reporting_host == b.reporting_host && a.original_message_id == b.original_message_id &&
         a.original_from == b.original_from && a.standard == b.standard &&
         std::equal(a.recipients.begin(), a.recipients.end(), b.recipients.begin(), b.recipients.end(),
                    [&](const auto& x, const auto& y) { return key(x) == key(y); });
}

TEST(DsnReaderSuite, ReadsWhatRealMailSystemsWrite) {
  const char* const elsewhere = std::getenv("MAILRIG_SUITES");
  const fs::path suites =
      elsewhere != nullptr ? fs::path(elsewhere) : fs::path(MAILRIG_SOURCE_DIR) / "../shared/suites";
  const fs::path folder = suites / "dsn-samples";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there; MAILRIG_SUITES names its place";
  const json::value index = json::parse(read_file(folder / "index.json"));
  int read = 0;
  int complaints = 0;
  for (const json::value& value : index.as_array()) {
    const json::object& entry = value.as_object();
    const std::string file = text_of(entry, "file");
    const std::string name = fs::path(file).stem().string();
    SCOPED_TRACE(name);
    const std::string message = read_file(folder / file);
    const auto report = read_dsn(message);
    EXPECT_EQ(report.has_value(), !is_complaint(entry));
    if (!report) {
      ++complaints;
      continue;
    }
    ++read;
    const json::value* const dsn = entry.if_contains("dsn");
    if (names_nobody.contains(name)) {
      EXPECT_TRUE(report->recipients.empty());
    } else if (dsn != nullptr && dsn->as_object().contains("final-recipient")) {
      expect_fields(*report, dsn->as_object());
    } else {
      expect_told(*report, name);
    }
    const bool melted = name == "rfc3464-04";
    EXPECT_EQ(report->standard, text_of(entry, "report_type") == "delivery-status" && !melted);
    EXPECT_EQ(report->original_message_id.empty(), no_message_id.contains(name)) << report->original_message_id;
    if (const json::value* const lines = entry.if_contains("smtp_replies")) {
      if (!index_replies_are_none.contains(name)) expect_replies(*report, lines->as_array());
    }
    // SMTP carries no other line ends; the files have these.
    const auto from_wire = read_dsn(mail::with_crlf(message));
    EXPECT_TRUE(from_wire && same(*from_wire, *report));
  }
  EXPECT_EQ(read, 110);
  EXPECT_EQ(complaints, 5);
}

// Cut anywhere, a report is still read without harm (the sanitizers watch), and names nobody whom it did not name.
TEST(DsnReaderSuite, ReportsMayEndAnywhere) {
  const char* const elsewhere = std::getenv("MAILRIG_SUITES");
  const fs::path suites =
      elsewhere != nullptr ? fs::path(elsewhere) : fs::path(MAILRIG_SOURCE_DIR) / "../shared/suites";
  const fs::path folder = suites / "dsn-samples/messages";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there; MAILRIG_SUITES names its place";
  for (const std::string name : {"lhost-exim-01", "lhost-postfix-13", "lhost-qmail-25", "lhost-sendmail-31"}) {
    SCOPED_TRACE(name);
    const std::string message = read_file(folder / (name + ".eml"));
    ASSERT_FALSE(message.empty());
    const auto whole = read_dsn(message);
    for (std::size_t length = 0; length < message.size(); length += 7) {
      const auto part = read_dsn(std::string_view(message).substr(0, length));
      EXPECT_LE(part ? part->recipients.size() : 0, whole->recipients.size()) << length;
    }
  }
}

}  // namespace
}  // namespace mailrig::report_format
