#include "fakes/mail/build.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fakes/base/stable_hash.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/line_ends.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

std::string mailbox_list(const std::vector<Mailbox>& mailboxes) {
  std::string text;
  for (const Mailbox& mailbox : mailboxes) {
    if (!text.empty()) text += ", ";
    text += mailbox_text(mailbox);
  }
  return text;
}

std::string encode_text(std::string_view text, TransferEncoding encoding) {
  switch (encoding) {
    case TransferEncoding::quoted_printable:
      return quoted_printable(text);
    case TransferEncoding::base64:
      return base64_lines(with_crlf(text));
    case TransferEncoding::seven_bit:
    case TransferEncoding::eight_bit:
      break;
  }
  return with_crlf(text);
}

// RFC 2231 §4: a parameter value outside ASCII, percent-encoded.
std::string extended_value(std::string_view text) {
  std::string value = "UTF-8''";
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_') {
      value += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      value += '%';
      value += "0123456789ABCDEF"[octet >> 4];
      value += "0123456789ABCDEF"[octet & 0xf];
    }
  }
  return value;
}

std::string file_name_parameter(std::string_view file_name) {
  const bool plain = std::all_of(file_name.begin(), file_name.end(),
                                 [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
  if (plain) return "filename=\"" + std::string(file_name) + "\"";
  return "filename*=" + extended_value(file_name);
}

}  // namespace

std::string_view to_string(TransferEncoding encoding) {
  static constexpr std::array<std::string_view, 4> names = {"7bit", "8bit", "quoted-printable", "base64"};
  return names[static_cast<std::size_t>(encoding)];
}

void append_head(std::string& out, const Head& head) {
  if (head.rig_id != 0) append_field(out, rig_id_field, format_rig_id(head.rig_id));
  append_field(out, "From", head.from);
  append_field(out, "To", head.to);
  if (!head.reply_to.empty()) append_field(out, "Reply-To", head.reply_to);
  append_field(out, "Subject", head.subject);
  append_field(out, "Date", to_rfc5322_date(head.date));
  append_field(out, "Message-ID", "<" + std::string(head.message_id) + ">");
  if (!head.list_unsubscribe.empty()) {
    append_field(out, "List-Unsubscribe", "<" + std::string(head.list_unsubscribe) + ">");
  }
  if (!head.feedback_id.empty()) append_field(out, "Feedback-ID", head.feedback_id);
}

std::string mailbox_text(const Mailbox& mailbox) {
  if (mailbox.name.empty()) return mailbox.address.to_string();
  return display_name(mailbox.name) + " <" + mailbox.address.to_string() + ">";
}

std::string_view content_type_of(std::string_view file_name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> types = {{
      {".pdf", "application/pdf"},
      {".zip", "application/zip"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".txt", "text/plain"},
      {".csv", "text/csv"},
      {".ics", "text/calendar"},
      {".html", "text/html"},
      {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
  }};
  const std::string name = to_lower(file_name);
  for (const auto& [ending, type] : types) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

std::string text_part_head(TransferEncoding encoding) {
  std::string head = "Content-Type: text/plain; charset=UTF-8\r\n";
  append_field(head, "Content-Transfer-Encoding", to_string(encoding));
  return head + "\r\n";
}

std::string attachment_head(std::string_view file_name, std::string_view content_type) {
  std::string head;
  append_field(head, "Content-Type", content_type.empty() ? content_type_of(file_name) : content_type);
  append_field(head, "Content-Transfer-Encoding", to_string(TransferEncoding::base64));
  append_field(head, "Content-Disposition", "attachment; " + file_name_parameter(file_name));
  return head + "\r\n";
}

std::string compose(const Composition& message) {
  const std::string from = mailbox_text(message.from);
  const std::string to = mailbox_list(message.to);
  const std::string reply_to = mailbox_list(message.reply_to);
  const std::string subject = header_text(message.subject, std::string_view("Subject: ").size());
  std::string out;
  append_head(out, {.from = from,
                    .to = to,
                    .reply_to = reply_to,
                    .subject = subject,
                    .date = message.date,
                    .message_id = message.message_id,
                    .rig_id = message.rig_id,
                    .list_unsubscribe = message.list_unsubscribe});
  out += "MIME-Version: 1.0\r\n";
  if (message.attachments.empty()) {
    out += text_part_head(message.encoding);
    out += encode_text(message.text, message.encoding);
    return out;
  }

  // RFC 2046 §5.1.1: "=_" can occur in neither quoted-printable nor base64, and the hash keeps others apart.
  const std::string boundary = "=_" + format_rig_id(stable_hash(message.message_id));
  append_field(out, "Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"");
  out += "\r\n--" + boundary + "\r\n" + text_part_head(message.encoding) + encode_text(message.text, message.encoding);
  for (const Attachment& attachment : message.attachments) {
    out += "\r\n--" + boundary + "\r\n" + attachment_head(attachment.file_name, attachment.content_type);
    out += base64_lines(attachment.content);
  }
  return out + "\r\n--" + boundary + "--\r\n";
}

}  // namespace mailrig::mail
