// Reads notifications that are written for people: qmail (QSBMF, https://cr.yp.to/proto/qsbmf.txt), Exim, Sendmail,
// Postfix, OpenSMTPD, Smail, Yahoo, Gmail, and what we write ourselves (dsn.h). A table of their sentences says where
// the list of recipients begins and what happened to them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/report_format/dsn_reader.h"

namespace mailrig::report_format {

struct BounceText {
  std::string reporting_host;  // empty: not said
  std::vector<ReportedRecipient> recipients;
  std::string_view original;  // the returned message behind the notification, as part of the text; empty: none
};

// `failed_addresses` are those of an X-Failed-Recipients field, in its order; they name the recipients that the text
// only describes ("save to mailbox"). None when no sentence of the text is a known one.
std::optional<BounceText> read_bounce_text(std::string_view text, const std::vector<std::string>& failed_addresses);

}  // namespace mailrig::report_format
