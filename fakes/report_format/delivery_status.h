// Reads the fields of message/delivery-status (RFC 3464 §2) and message/global-delivery-status (RFC 6533 §4): one group
// about the message, then one per recipient. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/report_format/dsn_reader.h"

namespace mailrig::report_format {

struct DeliveryStatus {
  std::string reporting_host;
  std::string envelope_id;
  std::vector<ReportedRecipient> recipients;
  std::size_t length = 0;  // octets read: up to the first group behind the recipients that is about none
};

// Fields that are unknown or no fields at all are passed over.
DeliveryStatus read_delivery_status(std::string_view fields);

// RFC 3464 §2.3.1, RFC 6533 §3: "rfc822; user@example.com", "utf-8; caf\x{E9}@example.com" → the address.
std::string typed_address(std::string_view value);

// Another place of the report quotes `reply` too: it is taken where none is known, and where it has the lines that the
// known one lacks.
void add_reply(ReportedRecipient& recipient, const smtp::Reply& reply, const std::string& host);

// Completes what a reporter left out: the status from the reply, and whether the host gave up retrying, where
// `explanation` is the reporter's own words.
void conclude(ReportedRecipient& recipient, std::string_view explanation);

}  // namespace mailrig::report_format
