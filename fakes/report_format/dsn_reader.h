// Reads delivery status notifications: the standard form (RFC 3464 inside the multipart/report of RFC 6522, with the
// UTF-8 addresses of RFC 6533) and what mail systems wrote before it and still write: qmail's QSBMF, Exim's and
// Sendmail's plain text, and the like. Pure and bounded: any bytes will do, as much is read as the bounds below allow.
// Thread-safe, having no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/smtp/reply.h"

namespace mailrig::report_format {

// What one report may tell; all beyond is left unread.
inline constexpr std::size_t reported_recipients_max = 1'000;
inline constexpr std::size_t reported_text_octets_max = 4'096;  // of one reply, address or host name

// RFC 3464 §2.3.3. A report without an action (or with one of its own) has the one that its Status stands for.
enum class Action : std::uint8_t { failed, delayed, delivered, relayed, expanded };
std::string_view to_string(Action action);

struct ReportedRecipient {
  std::string address;           // whom the reporting host sent to, without type and angle brackets
  std::string original_address;  // whom the sender named, where the report says so; empty otherwise
  Action action = Action::failed;
  std::string status;                // "5.1.1"; empty: the report has none
  std::optional<smtp::Reply> reply;  // of the remote server; none: the report quotes none
  std::string remote_host;           // the name of the server that gave it; empty: not said
  bool expired = false;              // the reporting host gave up retrying; only with Action::failed

  // By which address the sender knows this recipient.
  const std::string& sent_to() const { return original_address.empty() ? address : original_address; }
};

struct DeliveryStatusReport {
  std::string reporting_host;
  std::vector<ReportedRecipient> recipients;  // in the order of the report; may be empty where it names none
  // From what the report returns of the message it is about; empty or 0 where that is not there.
  std::string original_message_id;    // without angle brackets
  std::uint64_t original_rig_id = 0;  // X-Mailrig-Id
  std::string original_envelope_id;   // ENVID of RFC 3461 §4.4
  std::string original_from;          // the From field's address
  bool standard = false;              // written as RFC 3464 prescribes
};

// Nothing when `message` is no such notification: ordinary mail, automatic replies, ARF complaints. Line ends may be
// CRLF or LF.
std::optional<DeliveryStatusReport> read_dsn(std::string_view message);

}  // namespace mailrig::report_format
