#include "sim/plan/text_block.h"

#include <algorithm>

#include "fakes/base/check.h"
#include "fakes/base/draw.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"
#include "sim/plan/phrases.h"

namespace mailrig::plan {
namespace {

using mail::TransferEncoding;

// Large enough that copying it costs one memcpy per message, small enough to stay in the cache.
constexpr std::size_t block_octets = 32'768;

constexpr std::size_t base64_line_raw = 57;
constexpr std::size_t base64_line_encoded = 78;
constexpr std::size_t attachment_lines = 512;

// Seeds of texts that are part of the product, not of a run: every run sends the same letters.
constexpr std::uint64_t text_seed = 0x6d61696c;
constexpr std::uint64_t attachment_seed = 0x66696c65;

// How much of `text` goes on a line: up to the last blank that fits, or whole characters where there is none.
std::size_t wrap_at(std::string_view text, std::size_t octets_max) {
  if (text.size() <= octets_max) return text.size();
  std::size_t length = 0;
  std::size_t after_blank = 0;
  while (true) {
    const std::size_t character = std::max<std::size_t>(mail::utf8_length(text.substr(length)), 1);
    if (length + character > octets_max) break;
    length += character;
    if (text[length - 1] == ' ') after_blank = length;
  }
  // Chinese has no blanks to break at; one far in front would leave most of the line empty.
  return after_blank > octets_max / 2 ? after_blank : length;
}

}  // namespace

std::size_t text_line_octets_max(TransferEncoding encoding) {
  return encoding == TransferEncoding::base64 ? base64_line_raw - 2 : 72;
}

std::string encode_line(std::string_view line, TransferEncoding encoding) {
  CHECK(line.size() <= text_line_octets_max(encoding));
  std::string raw(line);
  switch (encoding) {
    case TransferEncoding::quoted_printable:
      return mail::quoted_printable(raw + "\r\n");
    case TransferEncoding::base64:
      // Blanks fill the line, so that base64's groups begin and end with it.
      raw.resize(base64_line_raw - 2, ' ');
      return mail::base64_lines(raw + "\r\n");
    case TransferEncoding::seven_bit:
    case TransferEncoding::eight_bit:
      break;
  }
  return raw + "\r\n";
}

TextBlock::TextBlock(scenario::Language language, TransferEncoding encoding) {
  const Draw draw(text_seed);
  const auto choices = sentences(language);
  const std::size_t room = text_line_octets_max(encoding);
  for (std::uint64_t i = 0; text_.size() < block_octets; ++i) {
    std::string_view rest = choices[below(draw.bits("text", "sentence", i), choices.size())];
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, wrap_at(rest, room));
      rest.remove_prefix(line.size());
      const std::string encoded = encode_line(mail::trim(line), encoding);
      line_octets_max_ = std::max(line_octets_max_, encoded.size());
      text_ += encoded;
      ends_.push_back(text_.size());
    }
  }
}

std::uint64_t TextBlock::fitting(std::size_t first, std::uint64_t room) const {
  const std::uint64_t to_end = text_.size() - begin_of(first);
  std::uint64_t octets = 0;
  std::size_t begin = begin_of(first);
  if (room >= to_end) {
    octets = to_end + (room - to_end) / text_.size() * text_.size();
    begin = 0;
  }
  const auto past = std::upper_bound(ends_.begin(), ends_.end(), begin + (room - octets));
  const std::size_t end = past == ends_.begin() ? 0 : *std::prev(past);
  return octets + (end > begin ? end - begin : 0);
}

void TextBlock::append(std::string& out, std::size_t first, std::uint64_t octets) const {
  std::size_t begin = begin_of(first);
  while (octets > 0) {
    const std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(octets, text_.size() - begin));
    out.append(text_, begin, length);
    octets -= length;
    begin = 0;
  }
}

AttachmentBlock::AttachmentBlock() {
  const Draw draw(attachment_seed);
  const std::size_t octets = base64_line_raw * attachment_lines;
  for (std::uint64_t i = 0; raw_.size() < octets; ++i) {
    std::uint64_t bits = draw.bits("attachment", "octets", i);
    for (int octet = 0; octet < 8 && raw_.size() < octets; ++octet, bits >>= 8) raw_ += static_cast<char>(bits & 0xff);
  }
  encoded_ = mail::base64_lines(raw_);
}

void AttachmentBlock::append(std::string& out, std::uint64_t size, std::uint64_t draw) const {
  std::size_t line = static_cast<std::size_t>(below(draw, attachment_lines));
  for (std::uint64_t lines = size / base64_line_raw; lines > 0;) {
    const std::size_t run = static_cast<std::size_t>(std::min<std::uint64_t>(lines, attachment_lines - line));
    out.append(encoded_, line * base64_line_encoded, run * base64_line_encoded);
    lines -= run;
    line = (line + run) % attachment_lines;
  }
  const std::size_t rest = static_cast<std::size_t>(size % base64_line_raw);
  out += mail::base64_lines(std::string_view(raw_).substr(line * base64_line_raw, rest));
}

}  // namespace mailrig::plan
