// A message as its reader and a filter see it: decoded header fields, the text shown, the HTML and the attachments.
// Pure; any bytes will do, within the bounds of fakes/mail and score.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/content/html_page.h"
#include "fakes/content/list_fields.h"

namespace mailrig::content {

inline constexpr std::size_t line_octets_max = 998;  // RFC 5321 §4.5.3.1.6

struct MessageView {
  bool date = false;
  bool message_id = false;
  std::size_t from_fields = 0;
  bool from_address = false;  // the first From field has one
  std::string subject;        // decoded
  std::string to;             // decoded: names and addresses
  ListFields list;

  bool plain_part = false;
  bool html_part = false;
  std::string plain;  // all text/plain parts, UTF-8, lines unwrapped
  HtmlPage page;      // of the first HTML part; text of further ones is added

  std::size_t longest_line = 0;         // of the body, in octets without its end
  bool needless_base64 = false;         // a text part that is ASCII with short lines
  std::vector<std::string> file_names;  // of attachments, UTF-8; those that have none are ""

  const std::string& shown_text() const { return html_part ? page.text : plain; }
};

MessageView view_message(std::string_view message);

}  // namespace mailrig::content
