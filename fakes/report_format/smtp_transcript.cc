#include "fakes/report_format/smtp_transcript.h"

#include <algorithm>
#include <string>

#include "fakes/mail/text.h"
#include "fakes/report_format/delivery_status.h"
#include "fakes/report_format/quoted_reply.h"

namespace mailrig::report_format {
namespace {

struct Exchange {
  std::string recipient;  // of a RCPT command; empty: another one
  std::string host;
  std::string reply;  // lines joined
};

// ">>> RCPT To:<user@example.com>" → the address.
std::string rcpt_address(std::string_view command) {
  if (!mail::equals_ignoring_case(command.substr(0, 7), "RCPT TO")) return {};
  const std::size_t open = command.find('<');
  const std::size_t close = command.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return std::string(command.substr(open + 1, close - open - 1));
}

// Sendmail's own verdict behind a reply, "550 5.1.1 <user@example.com>... User unknown", names the recipient even where
// pipelining has put another command before it.
std::string judged_address(std::string_view line) {
  const std::size_t close = line.find(">... ");
  const std::size_t open = line.substr(0, close).rfind('<');
  if (close == std::string_view::npos || open == std::string_view::npos) return {};
  return std::string(line.substr(open + 1, close - open - 1));
}

// What DATA is answered when every RCPT before it was refused: nothing about any recipient.
bool is_aftermath(const smtp::Reply& reply) {
  return reply.code == 503 || reply.enhanced() == smtp::EnhancedCode{5, 5, 1} ||
         mail::to_lower(reply.text).find("no valid recipients") != std::string::npos;
}

class TranscriptReader {
 public:
  std::vector<Exchange> read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      take(mail::trim(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    finish();
    return std::move(refused_);
  }

 private:
  void take(std::string_view line) {
    constexpr std::string_view talking = "... while talking to ";
    line = line.substr(0, reported_text_octets_max);
    if (line.starts_with(talking)) {
      finish();
      std::string_view host = line.substr(talking.size());
      while (host.ends_with(':') || host.ends_with('.')) host.remove_suffix(1);
      current_.host = host;
    } else if (line.starts_with(">>> ")) {
      finish();
      current_.recipient = rcpt_address(line.substr(4));
    } else if (line.starts_with("<<< ")) {
      take_reply_line(mail::trim(line.substr(4)));
    } else {
      if (current_.recipient.empty()) current_.recipient = judged_address(line);
      finish();
    }
  }

  void take_reply_line(std::string_view line) {
    if (complete_) finish();
    if (current_.reply.size() + line.size() > reported_text_octets_max) return;
    if (!current_.reply.empty()) current_.reply += ' ';
    current_.reply += single_spaced(line, reported_text_octets_max);
    complete_ = line.size() < 4 || line[3] != '-';  // RFC 5321 §4.2.1
  }

  void finish() {
    const auto reply = quoted_reply(current_.reply);
    const bool refused = reply && !reply->positive() && !is_aftermath(*reply);
    if (refused && refused_.size() < reported_recipients_max) refused_.push_back(current_);
    current_.recipient.clear();
    current_.reply.clear();
    complete_ = false;
  }

  Exchange current_;
  bool complete_ = false;  // the reply had its last line
  std::vector<Exchange> refused_;
};

}  // namespace

void apply_transcript(std::string_view text, std::vector<ReportedRecipient>& recipients) {
  // Most notifications have none.
  if (text.find("Transcript of session follows") == std::string_view::npos) return;
  for (const Exchange& exchange : TranscriptReader().read(text)) {
    const auto reply = quoted_reply(exchange.reply);
    for (ReportedRecipient& recipient : recipients) {
      if (exchange.recipient.empty() || mail::equals_ignoring_case(exchange.recipient, recipient.address)) {
        add_reply(recipient, *reply, exchange.host);
      }
    }
  }
  if (text.find("Message will be deleted from queue") == std::string_view::npos) return;
  for (ReportedRecipient& recipient : recipients) {
    const bool refused = recipient.reply && recipient.reply->permanent();
    recipient.expired = recipient.expired || (recipient.action == Action::failed && !refused);
  }
}

}  // namespace mailrig::report_format
