#include "fakes/forward/modification.h"

#include <algorithm>
#include <optional>

#include "fakes/mail/build.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/line_ends.h"
#include "fakes/mail/mime.h"
#include "fakes/mail/text.h"

namespace mailrig::forward {
namespace {

std::string encoding_of(const mail::Part& part) {
  const auto field = mail::find_field(part.header, "Content-Transfer-Encoding");
  return field ? mail::to_lower(mail::trim(*field)) : std::string();
}

// The first part that people read.
std::optional<mail::Part> first_text(std::string_view message) {
  auto parts = mail::leaf_parts(message);
  const auto text = std::find_if(parts.begin(), parts.end(),
                                 [](const mail::Part& part) { return part.type.type.starts_with("text/"); });
  return text == parts.end() ? std::nullopt : std::optional(std::move(*text));
}

// `message` with the piece `old`, which is a view into it, replaced.
std::string with_replaced(std::string_view message, std::string_view old, std::string_view piece) {
  const auto begin = static_cast<std::size_t>(old.data() - message.data());
  std::string result(message.substr(0, begin));
  result += piece;
  result += message.substr(begin + old.size());
  return result;
}

// The last line of a part inside others has no end of its own: that belongs to the delimiter behind it.
std::string ended_like(std::string text, std::string_view model) {
  const bool ends = model.ends_with('\n');
  if (!ends && text.ends_with("\r\n")) text.resize(text.size() - 2);
  if (ends && !text.ends_with("\r\n")) text += "\r\n";
  return text;
}

std::string with_footer(std::string_view message, std::string_view name) {
  const auto part = first_text(message);
  if (!part) return std::string(message);
  const bool html = part->type.type == "text/html";
  const std::string footer = html ? "<hr><p>Forwarded by " + std::string(name) + "</p>\r\n"
                                  : std::string(40, '_') + "\r\nForwarded by " + std::string(name) + "\r\n";
  std::string text(part->content);
  const bool base64 = encoding_of(*part) == "base64";
  if (base64) text = mail::decoded_content(*part, part->content.size());
  if (!text.empty() && !text.ends_with('\n')) text += "\r\n";
  text += footer;
  if (base64) text = mail::base64_lines(text);
  return with_replaced(message, part->content, ended_like(std::move(text), part->content));
}

std::string with_other_encoding(std::string_view message) {
  const auto part = first_text(message);
  if (!part) return std::string(message);
  const bool was_base64 = encoding_of(*part) == "base64";
  const auto encoding = was_base64 ? mail::TransferEncoding::quoted_printable : mail::TransferEncoding::base64;
  // Decoded text is never longer than it was encoded.
  const std::string text = mail::with_crlf(mail::decoded_content(*part, part->content.size()));
  std::string content = was_base64 ? mail::quoted_printable(text) : mail::base64_lines(text);
  const std::string body_changed = with_replaced(message, part->content, ended_like(std::move(content), part->content));

  // The header of the part stands before its content, so it is where it was.
  const auto header_begin = static_cast<std::size_t>(part->header.data() - message.data());
  const std::string_view header = std::string_view(body_changed).substr(header_begin, part->header.size());
  const std::string field = "Content-Transfer-Encoding: " + std::string(to_string(encoding)) + "\r\n";
  mail::HeaderReader reader(header);
  std::string_view end = header.substr(0, 0);
  while (const auto old = reader.next()) {
    if (mail::equals_ignoring_case(old->name, "Content-Transfer-Encoding")) {
      return with_replaced(body_changed, old->raw, field);
    }
    end = old->raw.substr(old->raw.size());
  }
  return with_replaced(body_changed, end, field);
}

// Every field of the header goes through `write`, which appends what becomes of it.
template <class Write>
std::string with_header(std::string_view message, Write write) {
  std::string result;
  result.reserve(message.size() + 256);
  mail::HeaderReader reader(message);
  std::size_t end = 0;
  while (const auto field = reader.next()) {
    write(result, *field);
    end += field->raw.size();
  }
  result += message.substr(end);
  return result;
}

std::string with_subject_tag(std::string_view message, std::string_view name) {
  const std::string tag = "[" + std::string(name) + "]";
  bool tagged = false;
  std::string result = with_header(message, [&](std::string& out, const mail::HeaderField& field) {
    if (tagged || !mail::equals_ignoring_case(field.name, "Subject")) {
      out += field.raw;
      return;
    }
    tagged = true;
    mail::append_field(out, "Subject", tag + " " + mail::unfold(field.value));
  });
  if (tagged) return result;
  std::string field;
  mail::append_field(field, "Subject", tag);
  return field + result;
}

std::string with_header_laid_out_anew(std::string_view message) {
  return with_header(message, [](std::string& out, const mail::HeaderField& field) {
    mail::append_field(out, mail::to_lower(field.name), mail::unfold(field.value));
  });
}

}  // namespace

std::string modify(std::string_view message, std::span<const Modification> modifications, std::string_view name) {
  std::string result(message);
  for (const Modification modification : modifications) {
    switch (modification) {
      case Modification::footer:
        result = with_footer(result, name);
        break;
      case Modification::subject:
        result = with_subject_tag(result, name);
        break;
      case Modification::headers:
        result = with_header_laid_out_anew(result);
        break;
      case Modification::encoding:
        result = with_other_encoding(result);
        break;
    }
  }
  return result;
}

bool change_body(std::span<const Modification> modifications) {
  return std::any_of(modifications.begin(), modifications.end(), [](Modification modification) {
    return modification == Modification::footer || modification == Modification::encoding;
  });
}

}  // namespace mailrig::forward
