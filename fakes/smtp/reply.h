// SMTP replies (RFC 5321 §4.2) and enhanced status codes (RFC 3463). Value types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrig::smtp {

struct EnhancedCode {
  std::uint16_t klass = 0;  // 2, 4 or 5
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;
  std::string to_string() const;  // "4.7.28"
  friend bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};

// The enhanced code at the front of a reply's text, if there is one.
std::optional<EnhancedCode> parse_enhanced_code(std::string_view text);

struct Reply {
  std::uint16_t code = 0;  // 0: the connection is closed without a word, or after `text`, which is no reply then
  std::string text{};      // lines separated by '\n', without the code, any enhanced code included

  bool completed() const { return code >= 200 && code < 300; }  // 2yz: what was asked for is done
  bool closing() const { return code == 421; }                  // the connection is of no use any more (RFC 5321 §3.8)
  bool positive() const { return code >= 200 && code < 400; }
  bool transient() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500 && code < 600; }
  std::optional<EnhancedCode> enhanced() const { return parse_enhanced_code(text); }

  // Appends "250-first\r\n250 last\r\n" to `out`. The bare text when code is 0.
  void append_wire(std::string& out) const;
  friend bool operator==(const Reply&, const Reply&) = default;
};

}  // namespace mailrig::smtp
