// The user's own messages: one .eml file, a folder of them, or a Maildir. Line ends become CRLF, and the last
// line gets one, since SMTP carries nothing else; every other byte is kept, 8-bit ones and NUL included. Loading does
// I/O and names the file in its errors; all else is pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"

namespace mailrig::mail {

inline constexpr std::uint64_t eml_bytes_max = 100'000'000;          // of one file
inline constexpr std::uint64_t eml_total_bytes_max = 2'000'000'000;  // of all files together: they are kept in memory
inline constexpr std::size_t eml_files_max = 1'000'000;

struct Eml {
  std::string file;
  std::string content;  // CRLF line ends
  std::size_t body_offset = 0;
  std::uint64_t body_digest = 0;
  bool separated = false;    // an empty line stands between header and body
  bool eight_bit = false;    // any octet ≥ 0x80: needs 8BITMIME
  bool utf8_header = false;  // UTF-8 in the header: needs SMTPUTF8 (RFC 6532); other 8-bit octets there don't
};

// What the bytes of a file become. An mbox "From " line in front is dropped.
Eml parse_eml(std::string_view bytes, std::string file);

// In order of file names. A folder with `cur` or `new` in it is a Maildir; of other folders the files ending in .eml
// count, subfolders don't.
Result<std::vector<Eml>> load_messages(const std::filesystem::path& path);

// The message with X-Mailrig-Id as its first field and the body untouched. A message whose body begins without an empty
// line gets one, so that every MTA sees the same body.
std::string prepare(const Eml& message, std::uint64_t rig_id);
// How long prepare() makes it, without doing so.
std::uint64_t prepared_size(const Eml& message);

}  // namespace mailrig::mail
