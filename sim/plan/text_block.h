// Text that is encoded once and copied often. Messages take whole encoded lines from it, so every cut is clean: no
// character, escape or base64 group is ever split. Immutable once made; share freely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/mail/build.h"
#include "sim/scenario/scenario.h"

namespace mailrig::plan {

// One raw line of text as it stands in a body of that encoding, line end included; it depends on no neighbour. The
// line must be short enough: text_line_octets_max().
std::string encode_line(std::string_view line, mail::TransferEncoding encoding);
std::size_t text_line_octets_max(mail::TransferEncoding encoding);

class TextBlock {
 public:
  TextBlock(scenario::Language language, mail::TransferEncoding encoding);

  std::size_t lines() const { return ends_.size(); }
  // The octets of the longest run of whole lines from `first` on, the block repeated as needed, that fits `room`.
  std::uint64_t fitting(std::size_t first, std::uint64_t room) const;
  // Appends `octets`, a value that fitting() returned for the same line.
  void append(std::string& out, std::size_t first, std::uint64_t octets) const;
  // No line is longer.
  std::size_t line_octets_max() const { return line_octets_max_; }

 private:
  std::size_t begin_of(std::size_t line) const { return line == 0 ? 0 : ends_[line - 1]; }

  std::string text_;
  std::vector<std::size_t> ends_;  // of each line in text_
  std::size_t line_octets_max_ = 0;
};

// Octets that look like a compressed file, to attach: raw and as base64 lines.
class AttachmentBlock {
 public:
  AttachmentBlock();
  // `size` octets of content, from a place that `draw` decides, as base64 lines.
  void append(std::string& out, std::uint64_t size, std::uint64_t draw) const;

 private:
  std::string raw_;
  std::string encoded_;
};

}  // namespace mailrig::plan
