// The two framings of SMTP as incremental, memory-bounded codecs: command lines that end with CRLF, and message data
// with transparency dots (RFC 5321 §4.5.2) that ends with CRLF "." CRLF. Only CRLF ends a line (§2.3.8): whoever takes
// a bare LF or CR for a line end can be made to see commands inside a message ("SMTP smuggling").
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/smtp/content_budget.h"

namespace mailrig::smtp {

// Cuts command lines out of a stream. Keeps no bytes itself: what it leaves in `input` is to be offered again, with
// more behind it. What it leaves is shorter than `line_bytes_max`.
class LineSplitter {
 public:
  enum class Status : std::uint8_t {
    incomplete,
    complete,  // `line` is the line without its CRLF
    too_long,  // a line beyond the limit has ended; all of it was discarded
  };

  // The limit counts the CRLF (RFC 5321 §4.5.3.1.4).
  explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  Status next(std::string_view& input, std::string_view& line);
  // Forgets a line that is being discarded.
  void reset() { discarding_ = false; }

 private:
  std::size_t line_bytes_max_;
  bool discarding_ = false;
};

// The content of one message as it grows, up to limits beyond which bytes are counted and not kept.
class ContentBuffer {
 public:
  // Of a whole message, of one line in it (0: any length), and of what it may take with others (null: any amount).
  struct Limits {
    std::uint64_t bytes_max = 0;
    std::uint64_t line_bytes_max = 0;
    ContentBudget* budget = nullptr;
  };

  ContentBuffer() = default;
  ~ContentBuffer() { drop(); }
  ContentBuffer(const ContentBuffer&) = delete;
  ContentBuffer& operator=(const ContentBuffer&) = delete;

  // `bytes_expected` is only a hint; it is trusted up to a bound, since it comes from the peer.
  void start(Limits limits, std::uint64_t bytes_expected);
  void append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  bool over_limit() const { return size_ > limits_.bytes_max; }
  // Whether a line grew beyond its limit while it arrived. This guards memory: a line that began and ended in the
  // bytes of one append() may be longer than the limit and pass, so measure the whole once it is there.
  bool line_over_limit() const { return line_over_limit_; }
  // The budget was used up while it arrived.
  bool over_budget() const { return over_budget_; }
  std::string_view view() const { return bytes_; }
  // The content is the caller's now, and no longer counts.
  std::string take();

 private:
  void drop();

  std::string bytes_;
  Limits limits_;
  std::uint64_t size_ = 0;
  std::uint64_t line_bytes_ = 0;  // since the last LF
  bool line_over_limit_ = false;
  bool over_budget_ = false;
};

// Takes the transparency dots out of message data and finds its end.
class DotDecoder {
 public:
  // Consumes from `input` and appends the content. True at the end of data; `input` then begins right behind it and
  // the decoder is ready for the next message.
  bool decode(std::string_view& input, ContentBuffer& content);
  void reset() { at_ = At::line_start; }

 private:
  enum class At : std::uint8_t { line_start, dot, dot_cr, middle, middle_cr };
  void take_text(std::string_view& input, ContentBuffer& content);

  At at_ = At::line_start;
};

// Puts the transparency dots and the end of data in, piece by piece, so that a large message is never copied whole.
class DotEncoder {
 public:
  DotEncoder() = default;
  // `content` has CRLF line ends and must outlive the encoder. A missing last CRLF is added (RFC 5321 §4.1.1.4).
  explicit DotEncoder(std::string_view content) : content_(content), done_(false) {}

  // Appends the next `bytes` of content, encoded; behind the last of them the final dot.
  void encode(std::size_t bytes, std::string& out);
  bool done() const { return done_; }

 private:
  bool stuffed_at(std::size_t position) const;

  std::string_view content_;
  std::size_t position_ = 0;
  bool done_ = true;
};

// Whether any CR is not followed by LF, or any LF not preceded by CR.
bool has_bare_newline(std::string_view content);

// The length of the longest line, its CRLF included.
std::size_t longest_line_bytes(std::string_view content);

}  // namespace mailrig::smtp
