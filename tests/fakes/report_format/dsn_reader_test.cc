#include "fakes/report_format/dsn_reader.h"

#include "fakes/mail/encode.h"
#include "fakes/mail/line_ends.h"
#include "fakes/report_format/dsn.h"

namespace mailrig::report_format {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view original =
    "X-Mailrig-Id: 00c0ffee00c0ffee\nMessage-ID: <7@shop.example>\nFrom: Shop <news@shop.example>\nSubject: "
    "x\n\nbody\n";

// A report of RFC 3464 with these fields; `text` for people.
std::string report(std::string_view fields, std::string_view text = "It failed.\n") {
  std::string message =
      "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nContent-Type: multipart/report;\n"
      " report-type=delivery-status; boundary=\"=b\"\n\n--=b\n\n";
  message.append(text).append("\n--=b\nContent-Type: message/delivery-status\n\n").append(fields);
  return message.append("\n--=b\nContent-Type: message/rfc822\n\n").append(original).append("\n--=b--\n");
}

// A notification without parts, as a mail system writes it.
std::string plain(std::string_view text) {
  return "Return-Path: <>\nFrom: Mailer-Daemon@mx.example\nSubject: failure\n\n" + std::string(text);
}

DeliveryStatusReport read(std::string_view message) {
  auto found = read_dsn(message);
  EXPECT_TRUE(found) << message;
  return found ? *found : DeliveryStatusReport();
}

// Of a report about one.
ReportedRecipient recipient_of(std::string_view message) {
  auto found = read(message);
  EXPECT_THAT(found.recipients, SizeIs(1)) << message;
  return found.recipients.size() == 1 ? found.recipients[0] : ReportedRecipient();
}

// --- The standard form ---

// RFC 3464, the first of the examples at its end: a simple DSN.
TEST(DsnReader, ReadsTheSimpleExampleOfTheStandard) {
  const auto found = read(
      "Date: Thu, 7 Jul 1994 17:16:05 -0400\n"
      "From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EDU>\n"
      "Message-Id: <199407072116.RAA14128@CS.UTK.EDU>\n"
      "Subject: Returned mail: Cannot send message for 5 days\n"
      "To: <owner-info-mime@cs.utk.edu>\n"
      "MIME-Version: 1.0\n"
      "Content-Type: multipart/report; report-type=delivery-status;\n"
      "      boundary=\"RAA14128.773615765/CS.UTK.EDU\"\n"
      "\n"
      "--RAA14128.773615765/CS.UTK.EDU\n"
      "\n"
      "The original message was received at Sat, 2 Jul 1994 17:10:28 -0400\n"
      "from root@localhost\n"
      "\n"
      "   ----- The following addresses had delivery problems -----\n"
      "<louisl@larry.slip.umd.edu>  (unrecoverable error)\n"
      "\n"
      "   ----- Transcript of session follows -----\n"
      "<louisl@larry.slip.umd.edu>... Deferred: Connection timed out\n"
      "      with larry.slip.umd.edu.\n"
      "Message could not be delivered for 5 days\n"
      "Message will be deleted from queue\n"
      "\n"
      "--RAA14128.773615765/CS.UTK.EDU\n"
      "content-type: message/delivery-status\n"
      "\n"
      "Reporting-MTA: dns; cs.utk.edu\n"
      "\n"
      "Original-Recipient: rfc822;louisl@larry.slip.umd.edu\n"
      "Final-Recipient: rfc822;louisl@larry.slip.umd.edu\n"
      "Action: failed\n"
      "Status: 4.0.0\n"
      "Diagnostic-Code: smtp; 426 connection timed out\n"
      "Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\n"
      "\n"
      "--RAA14128.773615765/CS.UTK.EDU\n"
      "content-type: message/rfc822\n"
      "\n"
      "Message-ID: <1@utk.edu>\n"
      "\n"
      "--RAA14128.773615765/CS.UTK.EDU--\n");
  EXPECT_TRUE(found.standard);
  EXPECT_EQ(found.reporting_host, "cs.utk.edu");
  EXPECT_EQ(found.original_message_id, "1@utk.edu");
  ASSERT_THAT(found.recipients, SizeIs(1));
  EXPECT_EQ(found.recipients[0].address, "louisl@larry.slip.umd.edu");
  EXPECT_EQ(found.recipients[0].original_address, "louisl@larry.slip.umd.edu");
  EXPECT_EQ(found.recipients[0].action, Action::failed);
  EXPECT_EQ(found.recipients[0].status, "4.0.0");
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{426, "connection timed out"}));
  EXPECT_TRUE(found.recipients[0].expired);
}

// RFC 3464, the second example: a DSN about several recipients.
TEST(DsnReader, TellsRecipientsApart) {
  const auto found =
      read(report("Reporting-MTA: dns; cs.utk.edu\n"
                  "\n"
                  "Original-Recipient: rfc822;arathib@vnet.ibm.com\n"
                  "Final-Recipient: rfc822;arathib@vnet.ibm.com\n"
                  "Action: failed\n"
                  "Status: 5.0.0 (permanent failure)\n"
                  "Diagnostic-Code: smtp;\n"
                  " 550 'arathib@vnet.IBM.COM' is not a registered gateway user\n"
                  "Remote-MTA: dns; vnet.ibm.com\n"
                  "\n"
                  "Original-Recipient: rfc822;johnh@hpnjld.njd.hp.com\n"
                  "Final-Recipient: rfc822;johnh@hpnjld.njd.hp.com\n"
                  "Action: delayed\n"
                  "Status: 4.0.0 (hpnjld.njd.jp.com: host name lookup failure)\n"
                  "\n"
                  "Original-Recipient: rfc822;wsnell@sdcc13.ucsd.edu\n"
                  "Final-Recipient: rfc822;wsnell@sdcc13.ucsd.edu\n"
                  "Action: failed\n"
                  "Status: 5.0.0\n"
                  "Diagnostic-Code: smtp; 550 user unknown\n"
                  "Remote-MTA: dns; sdcc13.ucsd.edu\n"));
  ASSERT_THAT(found.recipients, SizeIs(3));
  EXPECT_EQ(found.recipients[0].address, "arathib@vnet.ibm.com");
  EXPECT_EQ(found.recipients[0].status, "5.0.0");
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "'arathib@vnet.IBM.COM' is not a registered gateway user"}));
  EXPECT_EQ(found.recipients[0].remote_host, "vnet.ibm.com");
  EXPECT_FALSE(found.recipients[0].expired);
  EXPECT_EQ(found.recipients[1].action, Action::delayed);
  EXPECT_FALSE(found.recipients[1].expired);  // it is still being tried
  EXPECT_FALSE(found.recipients[1].reply);
  EXPECT_EQ(found.recipients[2].reply, (smtp::Reply{550, "user unknown"}));
}

// RFC 3464 §2.3.3: five actions, without case.
TEST(DsnReader, KnowsAllActions) {
  for (const Action action : {Action::failed, Action::delayed, Action::delivered, Action::relayed, Action::expanded}) {
    std::string name(to_string(action));
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    EXPECT_EQ(recipient_of(report("Final-Recipient: rfc822; a@b.example\nAction: " + name + " (so)\n")).action, action);
  }
}

// RFC 3463 §2 for what §2.3.3 does not list: Postfix's address probes, or no action at all.
TEST(DsnReader, TakesOtherActionsFromTheStatus) {
  const auto action = [](std::string_view fields) {
    return recipient_of(report("Final-Recipient: rfc822; a@b.example\n" + std::string(fields))).action;
  };
  EXPECT_EQ(action("Action: deliverable\nStatus: 2.1.5\n"), Action::delivered);
  EXPECT_EQ(action("Action: undeliverable\nStatus: 5.1.1\n"), Action::failed);
  EXPECT_EQ(action("Status: 4.2.0\n"), Action::delayed);
  EXPECT_EQ(action(""), Action::failed);
}

// §2.1.1, RFC 5322 §2.2.3 and §3.2.2: names without case, folds, comments; §2.3.5 a host name in front of its address.
TEST(DsnReader, ReadsFieldsHoweverTheyAreWritten) {
  const auto found = read(
      mail::with_crlf(report("REPORTING-MTA : DNS;MX.example.\r\noriginal-envelope-id:\r\n\t QQ314159\r\n\r\n"
                             "no field at all\r\nfinal-recipient:RFC822 ;<a@b.example>\r\nSTATUS:5.1.1(unknown)\r\n"
                             "remote-mta: dns; mx.b.example. (192.0.2.1, the server for the domain b.example.)\r\n")));
  EXPECT_EQ(found.reporting_host, "MX.example");
  EXPECT_EQ(found.original_envelope_id, "QQ314159");
  ASSERT_THAT(found.recipients, SizeIs(1));
  EXPECT_EQ(found.recipients[0].address, "a@b.example");
  EXPECT_EQ(found.recipients[0].status, "5.1.1");
  EXPECT_EQ(found.recipients[0].remote_host, "mx.b.example");
}

// RFC 3464 §2: groups are separated by empty lines; writers forget them, or write several.
TEST(DsnReader, TellsGroupsApartWithoutEmptyLines) {
  const auto found = read(
      report("\n\nReporting-MTA: dns; mx.example\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"
             "Final-Recipient: rfc822; c@b.example\nAction: delayed\nStatus: 4.2.2\n\n\n\nX-Unknown: y\n"));
  EXPECT_EQ(found.reporting_host, "mx.example");
  ASSERT_THAT(found.recipients, SizeIs(2));
  EXPECT_EQ(found.recipients[0].action, Action::failed);
  EXPECT_EQ(found.recipients[1].action, Action::delayed);
}

// RFC 3464 §2.3.1: who the sender named, when the address was rewritten on the way.
TEST(DsnReader, KnowsWhomTheSenderNamed) {
  const auto rewritten =
      recipient_of(report("Final-Recipient: rfc822; x@inner.example\nOriginal-Recipient: rfc822;a@b.example\n"));
  EXPECT_EQ(rewritten.address, "x@inner.example");
  EXPECT_EQ(rewritten.sent_to(), "a@b.example");
  EXPECT_EQ(recipient_of(report("Final-Recipient: rfc822; a+2B@b.example\n")).sent_to(), "a+2B@b.example");
  EXPECT_EQ(recipient_of(report("Original-Recipient: rfc822; a@b.example\nAction: failed\n")).address, "a@b.example");
}

// RFC 6533 §3: utf-8-addr-unitext as it is, utf-8-addr-xtext with "\x{…}"; §4: the type global-delivery-status, which
// may need a transfer encoding, and message/global-headers.
TEST(DsnReader, ReadsInternationalisedReports) {
  EXPECT_EQ(recipient_of(report("Final-Recipient: utf-8; caf\\x{E9}\\x{1F408}\\x{5C}@b.example\n")).address,
            "caf\xC3\xA9\xF0\x9F\x90\x88\\@b.example");
  // Surrogates and what is beyond Unicode are no characters.
  EXPECT_EQ(recipient_of(report("Final-Recipient: utf-8; \\x{D800}\\x{110000}\\x{}\\x{41@b.example\n")).address,
            "\\x{D800}\\x{110000}\\x{}\\x{41@b.example");
  const auto found = read(
      "Content-Type: multipart/report; report-type=global-delivery-status; boundary=b\n\n--b\n\nx\n"
      "--b\nContent-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n" +
      mail::base64_lines("Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; caf\xC3\xA9@b.example\n"
                         "Action: failed\nStatus: 5.1.1\n") +
      "--b\nContent-Type: message/global-headers\nContent-Transfer-Encoding: quoted-printable\n\n"
      "Message-ID: <1=402@x.example>\n--b--\n");
  EXPECT_TRUE(found.standard);
  ASSERT_THAT(found.recipients, SizeIs(1));
  EXPECT_EQ(found.recipients[0].address, "caf\xC3\xA9@b.example");
  EXPECT_EQ(found.original_message_id, "1@2@x.example");
}

// RFC 6522 §3: the third part is the message or its header, and may be missing.
TEST(DsnReader, KnowsWhatTheReportIsAbout) {
  const auto whole = read(report("Final-Recipient: rfc822; a@b.example\n"));
  EXPECT_EQ(whole.original_rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_EQ(whole.original_message_id, "7@shop.example");
  EXPECT_EQ(whole.original_from, "news@shop.example");

  std::string header_only = report("Final-Recipient: rfc822; a@b.example\n");
  header_only.replace(header_only.find("message/rfc822"), 14, "text/rfc822-headers");
  EXPECT_EQ(read(header_only).original_rig_id, 0x00c0ffee00c0ffeeU);

  const auto none = read(
      "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
      "Final-Recipient: rfc822; a@b.example\n--b--\n");
  EXPECT_EQ(none.original_rig_id, 0u);
  EXPECT_EQ(none.original_message_id, "");
  EXPECT_TRUE(none.standard);
}

// RFC 3463 §2: a failure of class 4 was a temporary one; §3.5: X.4.7 is "delivery time expired".
TEST(DsnReader, KnowsWhenTheHostGaveUp) {
  const auto expired = [](std::string_view fields) {
    return recipient_of(report("Final-Recipient: rfc822; a@b.example\n" + std::string(fields))).expired;
  };
  EXPECT_TRUE(expired("Action: failed\nStatus: 4.4.1\n"));
  EXPECT_TRUE(expired("Action: failed\nStatus: 5.4.7\n"));
  EXPECT_TRUE(expired("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 450 4.2.0 Greylisted\n"));
  EXPECT_TRUE(expired("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; retry timeout exceeded\n"));
  EXPECT_FALSE(expired("Action: failed\nStatus: 5.4.4\nDiagnostic-Code: smtp; 550 no\n"));
  EXPECT_FALSE(expired("Action: delayed\nStatus: 4.4.7\n"));
}

// RFC 3464 §2.3.6: the type says whose words these are. A local program's are no reply.
TEST(DsnReader, TakesRepliesOfServersOnly) {
  const auto reply = [](std::string_view diagnostic) {
    return recipient_of(report("Final-Recipient: rfc822; a@b.example\nStatus: 5.0.0\nDiagnostic-Code: " +
                               std::string(diagnostic) + "\n"))
        .reply;
  };
  EXPECT_EQ(reply("smtp; 550-5.1.1 one 550 5.1.1 two"), (smtp::Reply{550, "5.1.1 one\n5.1.1 two"}));
  EXPECT_EQ(reply("X-Postfix; host mx.b.example[192.0.2.1] refused to talk to me: 421 4.7.0 no"),
            (smtp::Reply{421, "4.7.0 no"}));
  EXPECT_FALSE(reply("X-Unix; 550"));
  EXPECT_FALSE(reply("smtp; mailbox full"));
}

// The fields lead; the text adds what they leave out: OpenSMTPD writes no Diagnostic-Code.
TEST(DsnReader, TakesFromTheTextWhatTheFieldsLeaveOut) {
  const auto found = read(report(
      "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n\n"
      "Final-Recipient: rfc822; c@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 full\n",
      "    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n"
      "a@b.example: 550 5.1.1 unknown\nc@b.example: 550 5.1.1 unknown\n"));
  ASSERT_THAT(found.recipients, SizeIs(2));
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "5.1.1 unknown"}));
  EXPECT_EQ(found.recipients[0].status, "5.0.0");
  EXPECT_EQ(found.recipients[1].reply, (smtp::Reply{552, "full"}));
}

// --- Our own ---

TEST(DsnReader, ReadsWhatWeWrite) {
  FailureReport sent;
  sent.reporting_host = "mta1.shop.example";
  sent.to = "bounces@shop.example";
  sent.message_id = "1@mta1.shop.example";
  sent.failures = {
      {"nobody@gmail.example", smtp::Reply{550, "5.1.1 No such user\n5.1.1 Try another"}, "mx.gmail.example", false},
      {"late@qq.example", std::nullopt, "", true},
      {"slow@qq.example", smtp::Reply{421, "4.7.0 Try later"}, "mx.qq.example", true},
      {"caf\xC3\xA9+x@b\xC3\xBC"
       "cher.example",
       smtp::Reply{554, "No"}, "mx.b.example", false},
      {"gone@qq.example", smtp::Reply{521, "No mail here"}, "mx.qq.example", true}};
  sent.original = original;
  const auto found = read(write_failure_dsn(sent));
  EXPECT_TRUE(found.standard);
  EXPECT_EQ(found.reporting_host, sent.reporting_host);
  EXPECT_EQ(found.original_rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_EQ(found.original_message_id, "7@shop.example");
  EXPECT_EQ(found.original_from, "news@shop.example");
  ASSERT_THAT(found.recipients, SizeIs(sent.failures.size()));
  for (std::size_t i = 0; i < sent.failures.size(); ++i) {
    const FailedRecipient& failed = sent.failures[i];
    const ReportedRecipient& reported = found.recipients[i];
    SCOPED_TRACE(failed.address);
    EXPECT_EQ(reported.address, failed.address);
    EXPECT_EQ(reported.action, Action::failed);
    EXPECT_EQ(reported.status, failure_status(failed).to_string());
    EXPECT_EQ(reported.remote_host, failed.remote_host);
    EXPECT_EQ(reported.expired, failed.expired);
    ASSERT_EQ(reported.reply.has_value(), failed.reply.has_value());
    if (!failed.reply) continue;
    EXPECT_EQ(reported.reply->code, failed.reply->code);
    EXPECT_EQ(reported.reply->enhanced(), failed.reply->enhanced());
  }
  // The field joins the lines of a reply.
  EXPECT_EQ(found.recipients[0].reply->text, "5.1.1 No such user 5.1.1 Try another");
}

// --- Text for people ---

// Exim's default bounce message (specification, "Customizing bounce messages").
TEST(DsnReader, ReadsExim) {
  const std::string message =
      "Return-Path: <>\nX-Failed-Recipients: a@b.example,\n  boss@shop.example\nFrom: Mail Delivery System "
      "<Mailer-Daemon@mx.example>\n\n"
      "This message was created automatically by mail delivery software.\n\n"
      "A message that you sent could not be delivered to one or more of its\n"
      "recipients. This is a permanent error. The following address(es) failed:\n\n"
      "  a@b.example\n    host mx.b.example [192.0.2.1]\n"
      "    SMTP error from remote mail server after RCPT TO:<a@b.example>:\n"
      "    550-5.1.1 no such user\n    550 5.1.1 try another\n"
      "  |/usr/bin/filter\n    (generated from boss@shop.example)\n    retry timeout exceeded\n\n"
      "------ This is a copy of the message, including all the headers. ------\n\n" +
      std::string(original);
  const auto found = read(message);
  EXPECT_FALSE(found.standard);
  EXPECT_EQ(found.original_rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_EQ(found.reporting_host, "mx.example");
  ASSERT_THAT(found.recipients, SizeIs(2));
  EXPECT_EQ(found.recipients[0].address, "a@b.example");
  EXPECT_EQ(found.recipients[0].status, "5.1.1");
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "5.1.1 no such user\n5.1.1 try another"}));
  EXPECT_EQ(found.recipients[0].remote_host, "mx.b.example");
  EXPECT_FALSE(found.recipients[0].expired);
  // The place of delivery is no address; the header says whose it was.
  EXPECT_EQ(found.recipients[1].address, "boss@shop.example");
  EXPECT_TRUE(found.recipients[1].expired);
}

// The header alone will do.
TEST(DsnReader, ReadsTheFailedRecipientsField) {
  const auto found =
      read("X-Failed-Recipients: a@b.example\nX-Failed-Recipients: c@d.example, no address\n\nUnknown words\n");
  ASSERT_THAT(found.recipients, SizeIs(2));
  EXPECT_EQ(found.recipients[0].address, "a@b.example");
  EXPECT_EQ(found.recipients[1].address, "c@d.example");
  EXPECT_EQ(found.recipients[1].action, Action::failed);
}

// Exim's warning (its option delay_warning).
TEST(DsnReader, TellsEximsWarningsFromFailures) {
  const auto warned =
      recipient_of(plain("This message was created automatically by mail delivery software.\n"
                         "A message that you sent has not yet been delivered to one or more of its\n"
                         "recipients after more than 24 hours on the queue on mx.example.\n\n"
                         "The message identifier is:     1abcde-000000-00\n"
                         "The subject of the message is: x\n\n"
                         "The address to which the message has not yet been delivered is:\n\n"
                         "  a@b.example\n    host mx.b.example [192.0.2.1]: 451 4.7.1 Greylisted\n\n"
                         "No action is required on your part. Delivery attempts will continue for\n"
                         "some time, and this warning may be repeated at intervals if the message\n"
                         "remains undelivered. Eventually the mail delivery software will give up,\n"
                         "and when that happens, the message will be returned to you.\n"));
  EXPECT_EQ(warned.address, "a@b.example");
  EXPECT_EQ(warned.action, Action::delayed);
  EXPECT_EQ(warned.reply->code, 451);
  EXPECT_FALSE(warned.expired);
}

// QSBMF, https://cr.yp.to/proto/qsbmf.txt: an intro, a paragraph per recipient, a break that begins with "-".
TEST(DsnReader, ReadsQmail) {
  const auto found = read(plain(
      "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
      "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
      "<a@b.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550-5.1.1 no\n550 5.1.1 such user\n"
      "<c@d.example>: is not here\nGiving up on 192.0.2.1.\n\n"
      "<c@d.example>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\n"
      "I'm not going to try again; this message has been in the queue too long.\n\n"
      "--- Below this line is a copy of the message.\n\n" +
      std::string(original)));
  EXPECT_EQ(found.reporting_host, "mx.example");
  EXPECT_EQ(found.original_message_id, "7@shop.example");
  ASSERT_THAT(found.recipients, SizeIs(2));
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "5.1.1 no\n5.1.1 such user <c@d.example>: is not here"}));
  EXPECT_EQ(found.recipients[0].remote_host, "192.0.2.1");
  EXPECT_FALSE(found.recipients[0].expired);
  EXPECT_EQ(found.recipients[1].status, "4.4.1");
  EXPECT_FALSE(found.recipients[1].reply);
  EXPECT_TRUE(found.recipients[1].expired);
}

// Sendmail before 8.10 (savemail.c) gives no reason with the address; the transcript has it.
TEST(DsnReader, ReadsSendmailsTranscript) {
  const auto found = read(
      plain("The original message was received at Mon, 2 Mar 2026 08:00:00 GMT\n\n"
            "   ----- The following addresses had permanent fatal errors -----\n<a@b.example>\n<c@b.example>\n\n"
            "   ----- The following addresses had transient non-fatal errors -----\n<e@f.example>\n\n"
            "   ----- Transcript of session follows -----\n... while talking to mx.b.example.:\n"
            ">>> RCPT To:<a@b.example>\n<<< 550-5.1.1 no\n<<< 550 5.1.1 such user\n550 <a@b.example>... User unknown\n"
            ">>> DATA\n<<< 552 5.2.2 full\n550 <c@b.example>... Mailbox full\n"
            "<<< 554 Error: no valid recipients\n<<< 503 need RCPT\n"
            "<e@f.example>... Deferred: Connection refused\n\n   ----- Original message follows -----\n\n" +
            std::string(original)));
  EXPECT_EQ(found.original_rig_id, 0x00c0ffee00c0ffeeU);
  ASSERT_THAT(found.recipients, SizeIs(3));
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "5.1.1 no\n5.1.1 such user"}));
  EXPECT_EQ(found.recipients[0].remote_host, "mx.b.example");
  EXPECT_EQ(found.recipients[0].status, "5.1.1");
  // Pipelined: the reply to RCPT came after DATA was sent. Sendmail's own line says whose it is.
  EXPECT_EQ(found.recipients[1].reply, (smtp::Reply{552, "5.2.2 full"}));
  EXPECT_EQ(found.recipients[2].address, "e@f.example");
  EXPECT_EQ(found.recipients[2].action, Action::delayed);
  EXPECT_FALSE(found.recipients[2].reply);
}

// Later versions give the reason, but of a reply only the first line.
TEST(DsnReader, CompletesRepliesFromSendmailsTranscript) {
  const std::string text =
      "   ----- The following addresses had permanent fatal errors -----\n"
      "<a@b.example>\n    (reason: 552-5.7.0 blocked)\n<c@b.example>\n    (reason: 550 5.1.1 unknown)\n"
      "    (expanded from: <list@shop.example>)\n\n"
      "   ----- Transcript of session follows -----\n... while talking to mx.b.example.:\n"
      ">>> DATA\n<<< 552-5.7.0 blocked\n<<< 552 5.7.0 for good\n<<< 503 5.5.1 need RCPT\n";
  for (const auto& found :
       {read(plain(text)), read(report("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.7.0\n"
                                       "Diagnostic-Code: SMTP; 552-5.7.0 blocked\n\n"
                                       "Final-Recipient: rfc822; c@b.example\nAction: failed\nStatus: 5.1.1\n",
                                       text))}) {
    ASSERT_THAT(found.recipients, SizeIs(2));
    EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{552, "5.7.0 blocked\n5.7.0 for good"}));
    EXPECT_EQ(found.recipients[1].reply, (smtp::Reply{550, "5.1.1 unknown"}));
  }
  EXPECT_EQ(read(plain(text)).recipients[1].sent_to(), "list@shop.example");
}

TEST(DsnReader, KnowsWhenSendmailGaveUp) {
  const auto found =
      read(plain("   ----- The following addresses had delivery problems -----\n<a@b.example>  (unrecoverable error)\n"
                 "<c@b.example>  (unrecoverable error)\n\n"
                 "   ----- Transcript of session follows -----\n... while talking to mx.b.example.:\n"
                 ">>> RCPT To:<c@b.example>\n<<< 550 no\n550 <c@b.example>... User unknown\n"
                 "<a@b.example>... Deferred: Connection timed out\nMessage could not be delivered for 5 days\n"
                 "Message will be deleted from queue\n"));
  ASSERT_THAT(found.recipients, SizeIs(2));
  EXPECT_TRUE(found.recipients[0].expired);
  EXPECT_FALSE(found.recipients[1].expired);
}

// Postfix 2.2 and earlier had no report parts; bounce(8), "delay_warning_time".
TEST(DsnReader, ReadsPostfixText) {
  const auto found = read(plain(
      "This is the Postfix program at host mx.example.\n\nI'm sorry to have to inform you that the message returned\n"
      "below could not be delivered to one or more destinations.\n\n\t\t\tThe Postfix program\n\n"
      "<a@b.example> (expanded from <list@shop.example>): host mx.b.example[192.0.2.1] said: 550\n"
      "    <a@b.example>: User unknown (in reply to RCPT TO command)\n"));
  EXPECT_EQ(found.reporting_host, "mx.example");
  ASSERT_THAT(found.recipients, SizeIs(1));
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "<a@b.example>: User unknown"}));
  EXPECT_EQ(found.recipients[0].sent_to(), "list@shop.example");
  EXPECT_EQ(recipient_of(plain("Your message could not be delivered for more than 4 hour(s).\n\n<a@b.example>: connect "
                               "to mx.b.example[192.0.2.1]:25: Connection refused\n"))
                .action,
            Action::delayed);
}

// OpenSMTPD, smtpd/bounce.c.
TEST(DsnReader, TellsOpensmtpdsWarningsFromFailures) {
  const auto failed =
      recipient_of(plain("    Hi!\n\n    An error has occurred while attempting to deliver a message for\n"
                         "    the following list of recipients:\n\na@b.example: Envelope expired\n\n"
                         "    Below is a copy of the original message:\n\n" +
                         std::string(original)));
  EXPECT_EQ(failed.action, Action::failed);
  EXPECT_TRUE(failed.expired);
  const auto delayed = recipient_of(
      plain("    A message is delayed for more than 4 hours for the following\n    list of recipients:\n\n"
            "a@b.example: 451 4.7.1 Greylisted\n\n    You DO NOT NEED to re-send the message to these recipients.\n"));
  EXPECT_EQ(delayed.action, Action::delayed);
  EXPECT_FALSE(delayed.expired);
}

// One reason for all above it.
TEST(DsnReader, ReadsGmailsListOfRecipients) {
  const auto found = read(plain(
      "Delivery to the following recipients failed permanently:\n\n     a@b.example\n     c@b.example\n\n"
      "Technical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the "
      "server for the recipient domain b.example by mx.b.example. [192.0.2.1].\n\n"
      "The error that the other server returned was:\n550 5.1.1 No such user\n\n----- Original message -----\n\n" +
      std::string(original)));
  ASSERT_THAT(found.recipients, SizeIs(2));
  for (const ReportedRecipient& recipient : found.recipients) {
    EXPECT_EQ(recipient.reply, (smtp::Reply{550, "5.1.1 No such user"}));
    EXPECT_EQ(recipient.remote_host, "mx.b.example");
  }
}

// A line with an address in it is no recipient's, unless it is built like one.
TEST(DsnReader, TakesNoOtherLineForARecipient) {
  EXPECT_THAT(read(plain("Hi. This is the\n\n<>:\nno\n\n<a b>:\nno\n\na@b.example <>: no\n\na@b.example said no\n\n"
                         "a@b.example <c@d.example> said no\n\n<a@b.example\nno\n"))
                  .recipients,
              IsEmpty());
}

// https://docs.aws.amazon.com/ses/latest/dg/notification-examples.html, sent by mail.
TEST(DsnReader, ReadsSesNotifications) {
  const auto found = read(
      "From: no-reply@sns.amazonaws.com\n\n"
      R"({"notificationType":"Bounce","bounce":{"bounceType":"Permanent","reportingMTA":"dns; email.example.com",)"
      R"("bouncedRecipients":[{"emailAddress":"jane@example.com","status":"5.1.1","action":"failed",)"
      R"("diagnosticCode":"smtp; 550 5.1.1 <jane@example.com>... User"}]},"mail":{"headers":[)"
      R"({"name":"X-Mailrig-Id","value":"00c0ffee00c0ffee"},{"name":"From","value":"\"J\" <j@example.com>"},)"
      R"({"name":"Message-ID","value":"<custom-message-ID@x>"}]}})"
      "\n\n--\nIf you wish to stop receiving notifications, visit the link below\n");
  EXPECT_EQ(found.reporting_host, "email.example.com");
  EXPECT_EQ(found.original_rig_id, 0x00c0ffee00c0ffeeU);
  EXPECT_EQ(found.original_message_id, "custom-message-ID@x");
  EXPECT_EQ(found.original_from, "j@example.com");
  ASSERT_THAT(found.recipients, SizeIs(1));
  EXPECT_EQ(found.recipients[0].reply, (smtp::Reply{550, "5.1.1 <jane@example.com>... User"}));

  const std::string from = "From: no-reply@sns.amazonaws.com\n\n";
  EXPECT_FALSE(read_dsn(from + R"({"notificationType":"Complaint","complaint":{}})"));
  EXPECT_FALSE(read_dsn(from + R"({"Message":{}})"));
  EXPECT_FALSE(read_dsn(from + R"({"notificationType":"Bounce")"));
  EXPECT_FALSE(read_dsn(from + std::string(100'000, '[')));
  EXPECT_FALSE(read_dsn("From: someone@b.example\n\n{\"notificationType\":\"Bounce\"}"));
}

// --- What is none ---

TEST(DsnReader, LeavesOtherMailAlone) {
  EXPECT_FALSE(read_dsn(""));
  EXPECT_FALSE(read_dsn("From "));
  EXPECT_FALSE(read_dsn(original));
  EXPECT_FALSE(read_dsn(plain("I am on holiday.\n")));
  // RFC 3834 §5.
  EXPECT_FALSE(read_dsn("Auto-Submitted: auto-replied\nFrom: a@b.example\n\nI am on holiday.\n"));
  // Somebody asks what this is about.
  EXPECT_FALSE(
      read_dsn("From: a@b.example\n\nHi. This is the qmail-send program at mx.example.\n\n<c@d.example>:\nno\n"));
  EXPECT_FALSE(read_dsn(plain("What does this mean?\n> The following address (es) failed:\n>\n>   c@d.example\n")));
  // Complaints and receipts (RFC 5965 §3, RFC 8098 §3) of a mail system that talks of failures too.
  for (const std::string kind : {"feedback-report", "disposition-notification"}) {
    const std::string parts = "Hi. This is the\n\n<a@b.example>:\nno\n--b\nContent-Type: message/" + kind +
                              "\n\nFinal-Recipient: rfc822; a@b.example\n--b--\n";
    EXPECT_FALSE(read_dsn("Return-Path: <>\nContent-Type: multipart/report; report-type=" + kind +
                          "; boundary=b\n\n--b\n\n" + parts));
    EXPECT_FALSE(read_dsn("Return-Path: <>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + parts));
  }
}

// A report that was forwarded as an attachment is not about the mail that carries it.
TEST(DsnReader, DoesNotOpenForwardedReports) {
  EXPECT_FALSE(
      read_dsn("From: a@b.example\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nsee this\n"
               "--o\nContent-Type: message/rfc822\n\n" +
               report("Final-Recipient: rfc822; a@b.example\n") + "\n--o--\n"));
}

// --- Hostile input ---

TEST(DsnReader, BoundsRecipients) {
  std::string fields;
  std::string text = "The following address(es) failed:\n\n";
  std::string header = "X-Failed-Recipients: ";
  for (int i = 0; i < 5'000; ++i) {
    const std::string address = "a" + std::to_string(i) + "@b.example";
    fields += "Final-Recipient: rfc822; " + address + "\nAction: failed\n\n";
    text += "  " + address + "\n";
    header += address + ", ";
  }
  EXPECT_THAT(read(report(fields)).recipients, SizeIs(reported_recipients_max));
  EXPECT_THAT(read(plain(text)).recipients, SizeIs(reported_recipients_max));
  EXPECT_THAT(read(header + "\n\n").recipients, SizeIs(reported_recipients_max));
}

TEST(DsnReader, BoundsWhatItKeepsOfAField) {
  const std::string huge(3'000'000, 'x');
  const auto kept = recipient_of(report("Final-Recipient: rfc822; " + huge + "\nDiagnostic-Code: smtp; 550 " + huge +
                                        "\nRemote-MTA: dns; " + huge + "\n"));
  EXPECT_LE(kept.address.size(), reported_text_octets_max);
  const auto full =
      recipient_of(report("Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; 550 " +
                          huge.substr(0, 500'000) + "\nRemote-MTA: dns; " + huge.substr(0, 400'000) + "\n"));
  EXPECT_EQ(full.reply->code, 550);
  EXPECT_LE(full.reply->text.size(), reported_text_octets_max);
  EXPECT_LE(full.remote_host.size(), reported_text_octets_max);
  const auto told = recipient_of(plain("Hi. This is the\n\n<a@b.example>:\nsaid: 550 " + huge + "\n"));
  EXPECT_LE(told.reply->text.size(), reported_text_octets_max);
}

TEST(DsnReader, BoundsNesting) {
  std::string message;
  for (int i = 0; i < 5'000; ++i) {
    const std::string name = "b" + std::to_string(i);
    message += "Content-Type: multipart/report; report-type=delivery-status; boundary=" + name + "\n\n--" + name + "\n";
  }
  EXPECT_FALSE(read_dsn(message + "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n"));
}

// RFC 2046 §5.1.1 delimiters that never come, or never end.
TEST(DsnReader, ReadsReportsWithoutDelimiters) {
  const auto found = read(
      "From: MAILER-DAEMON (Mail System)\nContent-Type: multipart/report; report-type=delivery-status\n\n"
      "It failed.\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\n"
      "Status: 5.1.1\n\n" +
      std::string(original));
  EXPECT_FALSE(found.standard);
  EXPECT_EQ(found.reporting_host, "mx.example");
  EXPECT_EQ(found.original_rig_id, 0x00c0ffee00c0ffeeU);
  ASSERT_THAT(found.recipients, SizeIs(1));
  EXPECT_EQ(found.recipients[0].status, "5.1.1");

  const auto cut = read(
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
      "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: fai");
  EXPECT_THAT(cut.recipients, SizeIs(1));
  EXPECT_THAT(
      read("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status").recipients,
      IsEmpty());
}

}  // namespace
}  // namespace mailrig::report_format
