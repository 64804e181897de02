#include "fakes/mail/mime.h"

#include <algorithm>
#include <optional>

#include "fakes/mail/decode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/text.h"

namespace mailrig::mail {
namespace {

constexpr std::size_t structured_field_octets_max = 8'192;
constexpr std::size_t parameters_max = 32;

// RFC 2045 §5.1: what ends a token besides blanks.
constexpr std::string_view type_specials = "()<>@,;:\\\"[]?=";

// Reads the tokens of a structured field value; blanks and comments between them are passed over (RFC 5322 §3.2.2).
class ValueReader {
 public:
  explicit ValueReader(std::string_view text) : text_(text) {}

  std::string token() {
    skip_blanks();
    const std::size_t begin = at_;
    // "/" joins type and subtype; boundaries that should be quoted and are not hold "=", "?" and ":".
    while (at_ < text_.size() && text_[at_] > ' ' && text_[at_] != ';' && text_[at_] != '(' && text_[at_] != '"') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  // A name: ends at "=" too.
  std::string name() {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] > ' ' && type_specials.find(text_[at_]) == std::string_view::npos) ++at_;
    return to_lower(text_.substr(begin, at_ - begin));
  }

  std::string token_or_quoted_string() {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != '"') return token();
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ < text_.size()) ++at_;
    return value;
  }

  bool take(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // To behind the next semicolon; false when there is none.
  bool next_parameter() {
    at_ = std::min(text_.find(';', at_), text_.size());
    return take(';');
  }

 private:
  void skip_blanks() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') {
        ++depth;
      } else if (c == ')' && depth > 0) {
        --depth;
      } else if (depth == 0 && static_cast<unsigned char>(c) > ' ') {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Parameters read_parameters(ValueReader& reader) {
  Parameters parameters;
  while (parameters.size() < parameters_max && reader.next_parameter()) {
    std::string name = reader.name();
    if (name.empty() || !reader.take('=')) continue;
    parameters.emplace_back(std::move(name), reader.token_or_quoted_string());
  }
  return parameters;
}

struct Delimiter {
  std::size_t begin;  // where the line begins
  std::size_t end;    // where the next line begins
  bool closing;
};

// The next line that is "--boundary" or "--boundary--" (RFC 2046 §5.1.1). `from` is where a line begins.
std::optional<Delimiter> find_delimiter(std::string_view body, std::string_view dash_boundary, std::size_t from) {
  while (from < body.size()) {
    const std::size_t line_end = std::min(body.find('\n', from), body.size());
    const std::size_t next = std::min(line_end + 1, body.size());
    std::string_view line = body.substr(from, line_end - from);
    if (line.starts_with(dash_boundary)) {
      line.remove_prefix(dash_boundary.size());
      const bool closing = line.starts_with("--");
      if (closing) line.remove_prefix(2);
      // Blanks may have been added on the way; anything else makes it another boundary that begins like this one.
      if (trim(line).empty()) return Delimiter{from, next, closing};
    }
    from = next;
  }
  return std::nullopt;
}

// The line end before a delimiter belongs to the delimiter.
void collect_leaves(std::string_view entity, int depth, std::vector<Part>& parts) {
  if (parts.size() == mime_parts_max) return;
  const std::size_t body_begin = body_offset(entity);
  const std::string_view header = entity.substr(0, body_begin);
  const std::string_view body = entity.substr(body_begin);
  ContentType type = content_type_field(header);
  const std::string_view boundary = type.parameter("boundary");
  if (type.type.starts_with("multipart/") && !boundary.empty() && depth < mime_depth_max) {
    const std::string dash_boundary = "--" + std::string(boundary);
    auto delimiter = find_delimiter(body, dash_boundary, 0);
    if (delimiter && !delimiter->closing) {
      while (delimiter && !delimiter->closing && parts.size() < mime_parts_max) {
        const auto next = find_delimiter(body, dash_boundary, delimiter->end);
        const std::string_view inside =
            body.substr(delimiter->end, (next ? next->begin : body.size()) - delimiter->end);
        collect_leaves(next ? without_line_end(inside) : inside, depth + 1, parts);
        delimiter = next;
      }
      return;
    }
  }
  parts.push_back({std::move(type), header, body});
}

}  // namespace

std::string_view find_parameter(const Parameters& parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  return found == parameters.end() ? std::string_view() : found->second;
}

std::string_view ContentType::parameter(std::string_view name) const {
  return find_parameter(parameters, name);
}

ContentType parse_content_type(std::string_view field_value) {
  const std::string text = unfold(field_value, structured_field_octets_max);
  ValueReader reader(text);
  const std::string type = to_lower(reader.token());
  const std::size_t slash = type.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == type.size()) return {};
  return {type, read_parameters(reader)};
}

Parameters parse_parameters(std::string_view field_value) {
  const std::string text = unfold(field_value, structured_field_octets_max);
  ValueReader reader(text);
  return read_parameters(reader);
}

ContentType content_type_field(std::string_view header) {
  const auto field = find_field(header, "Content-Type");
  return field ? parse_content_type(*field) : ContentType();
}

std::vector<Part> leaf_parts(std::string_view message) {
  std::vector<Part> parts;
  collect_leaves(message, 0, parts);
  return parts;
}

std::string decoded_content(const Part& part, std::size_t octets_max) {
  const auto field = find_field(part.header, "Content-Transfer-Encoding");
  const std::string encoding = field ? to_lower(trim(*field)) : std::string();
  if (encoding == "base64") return from_base64(part.content, octets_max);
  if (encoding == "quoted-printable") return from_quoted_printable(part.content, octets_max);
  return std::string(part.content.substr(0, octets_max));
}

}  // namespace mailrig::mail
