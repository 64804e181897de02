// Writes delivery status notifications: multipart/report (RFC 6522) with message/delivery-status (RFC 3464). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/smtp/reply.h"
#include "fakes/smtp/transaction.h"

namespace mailrig::report_format {

struct FailedRecipient {
  std::string address;                 // as in RCPT, without angle brackets
  std::optional<smtp::Reply> reply;    // the last one received; none: nobody answered
  std::string remote_host;             // the MX host that gave it; empty: none was reached
  bool expired = false;                // retrying ended, though no reply was final
  std::optional<smtp::Stage> stage{};  // in which the reply came; none: not known
};

struct FailureReport {
  std::string reporting_host;  // whose Reporting-MTA this is; the mail comes from MAILER-DAEMON there
  std::string to;              // MAIL FROM of the message that failed
  std::string message_id;      // of the notification, without angle brackets
  Instant arrived{};           // when the message was handed to the reporting host
  Instant now{};
  std::vector<FailedRecipient> failures;
  std::string_view original;  // the message that failed, of which the header is returned
};

// The notification as a message with CRLF line ends and nothing outside ASCII. It must be sent from the null sender
// (RFC 5321 §4.5.5), so that it cannot cause another.
std::string write_failure_dsn(const FailureReport& report);

// The Status of one recipient (RFC 3464 §2.3.4): the reply's own code, or its class alone (4.0.0, as Postfix has it:
// whoever reads it then goes by the text); without a reply 4.4.7 for expiry, else 5.0.0.
smtp::EnhancedCode failure_status(const FailedRecipient& failure);

}  // namespace mailrig::report_format
