// Any bytes as a message that may be a delivery status notification: nothing may crash, and what is found must keep to
// the bounds.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/check.h"
#include "fakes/mail/decode.h"
#include "fakes/mail/mime.h"
#include "fakes/report_format/dsn_reader.h"
#include "fakes/report_format/quoted_reply.h"

using namespace mailrig;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  const auto parts = mail::leaf_parts(bytes);
  CHECK(!parts.empty() && parts.size() <= mail::mime_parts_max);
  for (const mail::Part& part : parts) {
    CHECK(part.header.size() + part.content.size() <= size);
    CHECK(mail::decoded_content(part, 100).size() <= 100);
  }
  CHECK(mail::from_base64(bytes, size).size() <= size);
  CHECK(mail::from_quoted_printable(bytes, size).size() <= size);

  const std::string line = report_format::single_spaced(bytes, size);
  CHECK(line.find('\n') == std::string::npos);
  if (const auto reply = report_format::quoted_reply(line)) CHECK(reply->code >= 200 && reply->code < 560);
  static_cast<void>(report_format::quoted_host(line));
  static_cast<void>(report_format::quoted_origin(line));
  static_cast<void>(report_format::quoted_status(line));

  const auto report = report_format::read_dsn(bytes);
  if (!report) return 0;
  CHECK(report->recipients.size() <= report_format::reported_recipients_max);
  for (const report_format::ReportedRecipient& recipient : report->recipients) {
    CHECK(!recipient.address.empty());
    CHECK(recipient.address.size() <= report_format::reported_text_octets_max);
    CHECK(recipient.remote_host.size() <= report_format::reported_text_octets_max);
    CHECK(!recipient.expired || recipient.action == report_format::Action::failed);
  }
  return 0;
}
