#include "fakes/content/message_view.h"

#include <algorithm>

#include "fakes/content/folded_text.h"
#include "fakes/content/score.h"
#include "fakes/mail/address.h"
#include "fakes/mail/charset.h"
#include "fakes/mail/encoded_words.h"
#include "fakes/mail/file_name.h"
#include "fakes/mail/header.h"
#include "fakes/mail/mime.h"
#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t field_octets_max = 4'000;

// Where the body begins is returned.
std::size_t read_header(std::string_view message, MessageView& view) {
  mail::HeaderReader reader(message);
  while (const auto field = reader.next()) {
    const auto is = [&](std::string_view name) { return mail::equals_ignoring_case(field->name, name); };
    view.list.heed(*field);
    if (is("Date")) {
      view.date = true;
    } else if (is("Message-ID")) {
      view.message_id = true;
    } else if (is("From")) {
      if (++view.from_fields == 1) {
        view.from_address = mail::first_mailbox(mail::unfold(field->value, field_octets_max)).has_value();
      }
    } else if (is("Subject")) {
      if (view.subject.empty()) view.subject = mail::decode_encoded_words(field->value.substr(0, field_octets_max));
    } else if (is("To")) {
      if (view.to.empty()) view.to = mail::decode_encoded_words(field->value.substr(0, field_octets_max));
    }
  }
  return reader.body_offset();
}

std::size_t longest_line(std::string_view body) {
  std::size_t longest = 0;
  while (!body.empty()) longest = std::max(longest, mail::take_line(body).size());
  return longest;
}

// What the charset says, or what it must be where it says nothing or what is not so: UTF-8, or else GB18030, in which
// nearly all unlabelled Chinese mail is.
std::string to_utf8(std::string text, std::string_view charset) {
  mail::Decoded decoded = mail::decode_charset(text, charset);
  if (decoded.known && decoded.invalid == 0) return std::move(decoded.text);
  if (mail::is_utf8(text)) return text;
  if (decoded.known) return std::move(decoded.text);
  return mail::decode_charset(text, "gb18030").text;
}

bool is_attachment(const mail::Part& part) {
  const auto disposition = mail::find_field(part.header, "Content-Disposition");
  constexpr std::string_view attachment = "attachment";
  return disposition && mail::equals_ignoring_case(mail::trim(*disposition).substr(0, attachment.size()), attachment);
}

// A picture that the HTML shows is none.
bool is_embedded_image(const mail::Part& part) {
  return part.type.type.starts_with("image/") && !is_attachment(part) && mail::find_field(part.header, "Content-ID");
}

bool is_base64(const mail::Part& part) {
  const auto encoding = mail::find_field(part.header, "Content-Transfer-Encoding");
  return encoding && mail::equals_ignoring_case(mail::trim(*encoding), "base64");
}

void add_page(HtmlPage page, MessageView& view) {
  if (!view.html_part) {
    view.page = std::move(page);
  } else {
    view.page.text += '\n' + page.text;
  }
  view.html_part = true;
}

// How much more text may be read is `budget`, in octets.
void read_text(const mail::Part& part, std::size_t& budget, MessageView& view) {
  std::string bytes = mail::decoded_content(part, budget);
  const bool whole = bytes.size() < budget;
  budget -= bytes.size();
  if (is_base64(part) && !bytes.empty() && mail::is_ascii(bytes) && longest_line(bytes) <= line_octets_max) {
    view.needless_base64 = true;
  }
  const std::string text = to_utf8(std::move(bytes), part.type.parameter("charset"));
  if (part.type.type == "text/html") {
    add_page(read_html(text, whole), view);
  } else {
    view.plain += unwrapped(text) + '\n';
    view.plain_part = true;
  }
}

}  // namespace

MessageView view_message(std::string_view message) {
  MessageView view;
  view.longest_line = longest_line(message.substr(read_header(message, view)));
  std::size_t budget = text_octets_max;
  for (const mail::Part& part : mail::leaf_parts(message)) {
    const bool text = part.type.type == "text/plain" || part.type.type == "text/html";
    if (text && !is_attachment(part)) {
      read_text(part, budget, view);
      continue;
    }
    std::string name = mail::file_name(part);
    if ((!name.empty() || is_attachment(part)) && !is_embedded_image(part)) view.file_names.push_back(std::move(name));
  }
  return view;
}

}  // namespace mailrig::content
