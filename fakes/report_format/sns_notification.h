// Reads what Amazon SES tells senders through Amazon SNS when that comes by mail: a JSON object about a bounce or a
// delivery (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "fakes/report_format/dsn_reader.h"

namespace mailrig::report_format {

// `header` and `text` of the mail. None for complaints and for all that is no such notification.
std::optional<DeliveryStatusReport> read_sns_notification(std::string_view header, std::string_view text);

}  // namespace mailrig::report_format
