#include "fakes/mail/body_digest.h"

#include <algorithm>

namespace mailrig::mail {
namespace {

// In canonical text a CR stands exactly where an LF follows. Tells whether that holds for each of a block's octets;
// reads one beyond. Without branches, so that compilers make vector code of it: nearly all mail is canonical, and
// this is what then remains to be done for it besides the hash.
constexpr std::size_t block_octets = 64;
bool is_canonical_block(const char* block) {
  unsigned char wrong = 0;
  for (std::size_t i = 0; i < block_octets; ++i) {
    wrong = static_cast<unsigned char>(
        wrong | (static_cast<unsigned char>(block[i] == '\r') ^ static_cast<unsigned char>(block[i + 1] == '\n')));
  }
  return wrong == 0;
}

// How much of `text` stands before its first line end that is not CRLF. A CR at the very end is not one yet.
std::size_t canonical_length(std::string_view text) {
  if (text.front() == '\n') return 0;
  std::size_t at = 0;
  while (at + block_octets < text.size() && is_canonical_block(text.data() + at)) at += block_octets;
  for (; at + 1 < text.size(); ++at) {
    const bool cr = text[at] == '\r';
    const bool before_lf = text[at + 1] == '\n';
    if (cr && !before_lf) return at;
    if (!cr && before_lf) return at + 1;
  }
  return text.back() == '\r' ? at : text.size();
}

}  // namespace

// Canonical text is hashed in long runs straight from the caller's memory; only another kind of line end interrupts a
// run.
void BodyDigest::update(std::string_view bytes) {
  if (bytes.empty()) return;
  if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
  after_cr_ = false;
  while (!bytes.empty()) {
    const std::size_t length = canonical_length(bytes);
    take_canonical(bytes.substr(0, length));
    bytes.remove_prefix(length);
    if (bytes.empty()) return;
    ++line_ends_;
    after_cr_ = bytes == "\r";
    bytes.remove_prefix(1);
  }
}

void BodyDigest::take_canonical(std::string_view text) {
  const std::size_t content = text.find_last_not_of("\r\n") + 1;
  if (content > 0) {
    for (; line_ends_ > 0; --line_ends_) hash_.update("\r\n");
    hash_.update(text.substr(0, content));
  }
  line_ends_ += (text.size() - content) / 2;
}

void BodyDigest::reset() {
  hash_.reset();
  line_ends_ = 0;
  after_cr_ = false;
}

std::uint64_t body_digest(std::string_view body) {
  BodyDigest digest;
  digest.update(body);
  return digest.digest();
}

std::uint64_t loose_body_digest(std::string_view body) {
  constexpr std::string_view white_space = "\r\n \t";
  StreamingHash hash;
  while (!body.empty()) {
    const std::size_t run = std::min(body.find_first_of(white_space), body.size());
    hash.update(body.substr(0, run));
    body.remove_prefix(run);
    body.remove_prefix(std::min(body.find_first_not_of(white_space), body.size()));
  }
  return hash.digest();
}

}  // namespace mailrig::mail
