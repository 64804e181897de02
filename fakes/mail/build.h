// Composes messages: RFC 5322 header, text, attachments; CRLF line ends, no line longer than RFC 5321 allows. Pure
// functions. compose() makes a whole message; its parts are public for whoever makes very many (sim/plan).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/mail/address.h"

namespace mailrig::mail {

enum class TransferEncoding : std::uint8_t { seven_bit, eight_bit, quoted_printable, base64 };
std::string_view to_string(TransferEncoding encoding);  // "7bit", "8bit", …

// Values are written as they are, only folded: mailbox_text() and header_text() make them.
struct Head {
  std::string_view from;
  std::string_view to;
  std::string_view reply_to;  // empty: no field
  std::string_view subject;
  Instant date{};
  std::string_view message_id;        // without angle brackets
  std::uint64_t rig_id = 0;           // 0: no field
  std::string_view list_unsubscribe;  // a URI (RFC 2369); empty: no field
  std::string_view feedback_id{};     // names campaign and sender to feedback loops (Gmail's); empty: no field
};
// X-Mailrig-Id stands first, where relays put nothing in front of it but trace fields.
void append_head(std::string& out, const Head& head);

// "Name <user@example.com>", the name quoted or encoded where it needs that.
std::string mailbox_text(const Mailbox& mailbox);

struct Attachment {
  std::string file_name;     // UTF-8
  std::string content_type;  // "application/pdf"; empty: guessed from the name
  std::string content;
};
// "application/pdf" for "invoice.pdf"; application/octet-stream for what is not known.
std::string_view content_type_of(std::string_view file_name);

// The header of a body part with its empty line.
std::string text_part_head(TransferEncoding encoding);
std::string attachment_head(std::string_view file_name, std::string_view content_type);

struct Composition {
  Mailbox from;
  std::vector<Mailbox> to;
  std::vector<Mailbox> reply_to;
  std::string subject;  // UTF-8
  Instant date{};
  std::string message_id;        // without angle brackets; also the source of the multipart boundary
  std::uint64_t rig_id = 0;      // 0: no X-Mailrig-Id
  std::string list_unsubscribe;  // empty: none
  std::string text;              // UTF-8; LF or CRLF line ends
  TransferEncoding encoding = TransferEncoding::quoted_printable;  // of the text
  std::vector<Attachment> attachments;
};
std::string compose(const Composition& message);

}  // namespace mailrig::mail
