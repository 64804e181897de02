// What has been taken for the end of a message by one server or another and is none (RFC 5321 §4.1.1.4: only
// CRLF.CRLF is). The first twelve under the names that the scanners gave them (hannob/smtpsmug,
// The-Login/SMTP-Smuggling-Tools), the others are ours.
#pragma once

#include <array>
#include <string_view>

namespace mailrig::smtp {

struct FakeEnd {
  std::string_view name;
  std::string_view bytes;
};

template <std::size_t n>
constexpr std::string_view bytes(const char (&literal)[n]) {
  return {literal, n - 1};
}

inline constexpr std::array fake_ends_of_data = {
    FakeEnd{"lflf", bytes("\n.\n")},
    FakeEnd{"crcr", bytes("\r.\r")},
    FakeEnd{"crlf", bytes("\r.\n")},
    FakeEnd{"lfcr", bytes("\n.\r")},
    FakeEnd{"lfcrlf", bytes("\n.\r\n")},
    FakeEnd{"crlflf", bytes("\r\n.\n")},
    FakeEnd{"crcrlf", bytes("\r.\r\n")},
    FakeEnd{"crlfcr", bytes("\r\n.\r")},
    FakeEnd{"nullbefore", bytes("\r\n\0.\r\n")},
    FakeEnd{"nullafter", bytes("\r\n.\0\r\n")},
    FakeEnd{"crlf_dot_crcrlf", bytes("\r\n.\r\r\n")},
    FakeEnd{"crcrlf_dot_crcrlf", bytes("\r\r\n.\r\r\n")},
    FakeEnd{"stuffed dot", bytes("\r\n..\r\n")},
    FakeEnd{"blank behind", bytes("\r\n. \r\n")},
    FakeEnd{"blank before", bytes("\r\n .\r\n")},
    FakeEnd{"tab behind", bytes("\r\n.\t\r\n")},
    FakeEnd{"null in the first line end", bytes("\r\0\n.\r\n")},
    FakeEnd{"null in the second line end", bytes("\r\n.\r\0\n")},
    FakeEnd{"line ends swapped", bytes("\n\r.\n\r")},
    FakeEnd{"vertical tab and form feed", bytes("\x0b.\x0c")},
    FakeEnd{"next line (U+0085)", bytes("\xc2\x85.\xc2\x85")},
    FakeEnd{"line separator (U+2028)", bytes("\xe2\x80\xa8.\xe2\x80\xa8")},
    FakeEnd{"fullwidth dot", bytes("\r\n\xef\xbc\x8e\r\n")},
    FakeEnd{"overlong line ends", bytes("\xc0\x8d\xc0\x8a.\xc0\x8d\xc0\x8a")},
    FakeEnd{"line ends with the eighth bit", bytes("\x8d\x8a.\x8d\x8a")},
    FakeEnd{"end of file", bytes("\r\n\x1a")},
};

}  // namespace mailrig::smtp
