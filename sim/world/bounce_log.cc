#include "sim/world/bounce_log.h"

#include "fakes/mail/header.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/dsn_reader.h"

namespace mailrig::world {
namespace {

using report_format::Action;
using report_format::ReportedRecipient;

measure::Notice notice_of(Instant now, std::string_view mail_from, const report_format::DeliveryStatusReport& report,
                          const ReportedRecipient& recipient) {
  using Kind = measure::Notice::Kind;
  return {.now = now,
          .kind = recipient.action == Action::delayed ? Kind::delayed
                  : recipient.expired                 ? Kind::expired
                                                      : Kind::failed,
          .message = report.original_rig_id,
          .mail_from = mail_from,
          .recipient = recipient.sent_to(),
          .quotes_refusal = recipient.reply && recipient.reply->permanent()};
}

// RFC 3834 §5: of a program that answers. Notifications say the same of themselves, and are reports (RFC 6522).
bool is_automatic_reply(std::string_view content) {
  const auto submitted = mail::find_field(content, "Auto-Submitted");
  if (!submitted || !mail::to_lower(mail::unfold(*submitted)).starts_with("auto-replied")) return false;
  const auto type = mail::find_field(content, "Content-Type");
  return !type || !mail::to_lower(mail::unfold(*type)).starts_with("multipart/report");
}

}  // namespace

void heed_notification(measure::Ledger& ledger, Instant now, std::string_view mail_from, std::string_view content) {
  const auto report = report_format::read_dsn(content);
  if (!report) return;
  for (const ReportedRecipient& recipient : report->recipients) {
    if (recipient.action != Action::failed && recipient.action != Action::delayed) continue;
    ledger.noticed(notice_of(now, mail_from, *report, recipient));
  }
}

bool BounceLog::answers_automatically(const policy::MessageFacts& message) {
  if (message.content_key == 0) return is_automatic_reply(message.content);
  const bool* known = automatic_.find(message.content_key);
  return known != nullptr ? *known : automatic_.put(message.content_key, is_automatic_reply(message.content));
}

void BounceLog::recipient_verdict(const receiver::RecipientVerdict& seen) {
  if (seen.message == nullptr || !seen.verdict.accepted()) return;
  if (probe_ != nullptr) probe_->note(seen.recipient);
  // Bounces come from the null sender (RFC 5321 §4.5.5), and so do vacation notices.
  if (!seen.session.mail_from.empty() || answers_automatically(*seen.message)) return;
  ledger_.dsn_received(seen.now);
  // A sender of ours has told already.
  if (ledger_.heeds_notices()) heed_notification(ledger_, seen.now, seen.recipient, seen.message->content);
}

}  // namespace mailrig::world
