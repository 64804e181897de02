#include "sim/plan/generated_mail.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "fakes/base/check.h"
#include "fakes/base/draw.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/inspect.h"
#include "sim/plan/phrases.h"

namespace mailrig::plan {
namespace {

using mail::TransferEncoding;

// Text comes in whole lines; a header field makes up for the octets that are missing to the planned size. Its value
// is at least one octet, since a field without a value might be dropped on the way.
constexpr std::string_view padding_field = "X-Mailrig-Pad: ";
constexpr std::size_t padding_line_octets = 60;
constexpr std::string_view padding_fold = "\r\n ";

void append_padding(std::string& out, std::uint64_t octets) {
  out += padding_field;
  for (; octets > padding_line_octets + padding_fold.size(); octets -= padding_line_octets + padding_fold.size()) {
    out.append(padding_line_octets, 'x');
    out += padding_fold;
  }
  out.append(static_cast<std::size_t>(octets), 'x');
  out += "\r\n";
}

// English fits 7 bits as it is; escapes would triple the size of Chinese, and mixed text is readable with them.
TransferEncoding natural_encoding(scenario::Language language) {
  switch (language) {
    case scenario::Language::zh:
      return TransferEncoding::base64;
    case scenario::Language::mixed:
      return TransferEncoding::quoted_printable;
    case scenario::Language::en:
      break;
  }
  return TransferEncoding::seven_bit;
}

std::vector<std::string> encoded_subjects(const scenario::Mail& mail) {
  constexpr std::size_t column = std::string_view("Subject: ").size();
  std::vector<std::string> encoded;
  if (!mail.subject.empty()) {
    encoded.push_back(mail::header_text(mail.subject, column));
  } else {
    for (const std::string_view subject : subjects(mail.language)) {
      encoded.push_back(mail::header_text(subject, column));
    }
  }
  return encoded;
}

std::string to_field(const PlannedMessage& message) {
  std::string to;
  for (const PlannedRecipient& recipient : message.recipients) {
    if (!to.empty()) to += ", ";
    to += recipient.address;
  }
  return to;
}

}  // namespace

Result<GeneratedMail> GeneratedMail::create(const scenario::Mail& mail, std::string_view sender_domain) {
  const TransferEncoding encoding = mail.encoding.value_or(natural_encoding(mail.language));
  if (encoding == TransferEncoding::seven_bit && mail.language != scenario::Language::en) {
    return mail.at.error(fmt::format(
        "mail.{}.encoding: 7bit cannot carry Chinese text; use base64, quoted-printable or 8bit", mail.name));
  }
  return GeneratedMail(mail, sender_domain, encoding);
}

GeneratedMail::GeneratedMail(const scenario::Mail& mail, std::string_view sender_domain, TransferEncoding encoding)
    : language_(mail.language),
      encoding_(encoding),
      marketing_(mail.kind == scenario::MailKind::marketing),
      feedback_id_(fmt::format("{}:marketing:mailrig", mail.name)),
      domain_(sender_domain),
      from_(mail::mailbox_text(mail.from)),
      subjects_(encoded_subjects(mail)),
      text_(mail.language, encoding) {
  smtputf8_ = mail.from.address.needs_smtputf8();
  if (mail.reply_to) {
    reply_to_ = mail::mailbox_text(*mail.reply_to);
    smtputf8_ = smtputf8_ || mail.reply_to->address.needs_smtputf8();
  }
  eight_bit_ = smtputf8_ || (encoding == TransferEncoding::eight_bit && language_ != scenario::Language::en);

  before_text_ = "MIME-Version: 1.0\r\n";
  if (!mail.attachments.empty()) {
    const std::string boundary = "=_" + mail::format_rig_id(stable_hash(mail.name));
    mail::append_field(before_text_, "Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"");
    before_text_ += "\r\n--" + boundary + "\r\n";
    for (const scenario::AttachmentSpec& attachment : mail.attachments) {
      attachments_.push_back(
          {"\r\n--" + boundary + "\r\n" + mail::attachment_head(attachment.name, attachment.type), attachment.size});
    }
    attachment_content_.emplace();
    closing_ = "\r\n--" + boundary + "--\r\n";
  }
  before_text_ += mail::text_part_head(encoding);

  fixed_octets_ = padding_field.size() + 2 + before_text_.size() + first_line(0).size() + closing_.size();
  for (const AttachedPart& part : attachments_) {
    fixed_octets_ += part.head.size() + mail::base64_lines_length(part.size);
  }
}

// Makes every body one of its kind. As long for every id.
std::string GeneratedMail::first_line(std::uint64_t id) const {
  const Salutation words = salutation(language_);
  return encode_line(fmt::format("{}{:016x}{}", words.before, id, words.after), encoding_);
}

void GeneratedMail::append_message_id(std::string& out, std::uint64_t slot, std::uint64_t id) const {
  mail::append_rig_id(out, id);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(".{}@"), slot);
  out += domain_;
}

void GeneratedMail::append_head(std::string& out, const PlannedMessage& message, std::string_view to,
                                std::string_view subject) const {
  std::string id_field;
  append_message_id(id_field, message.slot, message.id);
  std::string unsubscribe;
  if (marketing_) {
    unsubscribe = fmt::format("mailto:unsubscribe@{}?subject={}", domain_, mail::format_rig_id(message.id));
  }
  mail::append_head(out, {.from = from_,
                          .to = to,
                          .reply_to = reply_to_,
                          .subject = subject,
                          .date = message.intended,
                          .message_id = id_field,
                          .rig_id = message.id,
                          .list_unsubscribe = unsubscribe,
                          .feedback_id = marketing_ ? feedback_id_ : std::string_view()});
}

std::uint64_t GeneratedMail::smallest_size(std::size_t recipients, std::size_t address_octets_max) const {
  const auto longest = std::max_element(subjects_.begin(), subjects_.end(),
                                        [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  PlannedMessage message;
  message.id = std::numeric_limits<std::uint64_t>::max();
  message.slot = std::numeric_limits<std::uint64_t>::max();
  std::string head;
  append_head(head, message, {}, *longest);
  // Shorter values can be folded where longer ones are not: a fold for each field with a value that varies.
  constexpr std::size_t fold = 2;
  const std::uint64_t to = recipients * (address_octets_max + std::string_view(", ").size() + fold);
  return head.size() + 3 * fold + to + fixed_octets_ + 1;
}

std::string GeneratedMail::render(const PlannedMessage& message, std::uint64_t draw) const {
  const std::string& subject = subjects_[below(draw, subjects_.size())];
  const auto first_text_line = static_cast<std::size_t>(below(combine(draw, 0), text_.lines()));
  std::string out;
  out.reserve(static_cast<std::size_t>(message.size_bytes));
  append_head(out, message, to_field(message), subject);

  const std::uint64_t taken = out.size() + fixed_octets_;
  CHECK(message.size_bytes > taken);
  const std::uint64_t room = message.size_bytes - taken;
  const std::uint64_t text_octets = text_.fitting(first_text_line, room - 1);
  append_padding(out, room - text_octets);
  out += before_text_;
  out += first_line(message.id);
  text_.append(out, first_text_line, text_octets);
  for (const AttachedPart& part : attachments_) {
    out += part.head;
    attachment_content_->append(out, part.size, combine(draw, part.size));
  }
  out += closing_;
  CHECK(out.size() == message.size_bytes);
  return out;
}

}  // namespace mailrig::plan
