#include "fakes/mail/body_digest.h"

#include <cstring>

namespace mailrig::mail {
namespace {

// Finds line ends of any kind. Remembers the next LF, so that text without any is not searched for one again and again.
class LineEndFinder {
 public:
  LineEndFinder(const char* begin, const char* end) : end_(end) { find_lf(begin); }

  // The first CR or LF at or after `from`, or the end.
  const char* next(const char* from) {
    if (lf_ < from) find_lf(from);
    if (from == lf_) return lf_;
    const void* cr = std::memchr(from, '\r', static_cast<std::size_t>(lf_ - from));
    return cr != nullptr ? static_cast<const char*>(cr) : lf_;
  }

 private:
  void find_lf(const char* from) {
    const void* lf = from == end_ ? nullptr : std::memchr(from, '\n', static_cast<std::size_t>(end_ - from));
    lf_ = lf != nullptr ? static_cast<const char*>(lf) : end_;
  }

  const char* end_;
  const char* lf_ = nullptr;
};

}  // namespace

// Text whose lines end in CRLF is canonical as it stands. It is hashed in long runs straight from the caller's memory;
// only another kind of line end interrupts a run.
void BodyDigest::update(std::string_view bytes) {
  if (bytes.empty()) return;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  if (after_cr_ && *at == '\n') ++at;
  after_cr_ = false;

  LineEndFinder finder(at, end);
  const char* run = nullptr;  // canonical text not hashed yet: [run, run_end), then run_line_ends CRLFs
  const char* run_end = nullptr;
  std::uint64_t run_line_ends = 0;
  const auto end_run = [&] {
    if (run == nullptr) return;
    flush({run, static_cast<std::size_t>(run_end - run)});
    line_ends_ = run_line_ends;
    run = nullptr;
    run_line_ends = 0;
  };

  while (at != end) {
    const char* const line_end = finder.next(at);
    if (line_end != at) {
      if (run == nullptr) run = at;
      run_end = line_end;
      run_line_ends = 0;
      at = line_end;
      continue;
    }
    const bool cr = *at == '\r';
    const bool crlf = cr && at + 1 != end && at[1] == '\n';
    if (crlf) {
      at += 2;
    } else {
      end_run();
      after_cr_ = cr && at + 1 == end;
      ++at;
    }
    ++(run != nullptr ? run_line_ends : line_ends_);
  }
  end_run();
}

void BodyDigest::flush(std::string_view canonical) {
  for (; line_ends_ > 0; --line_ends_) hash_.update("\r\n");
  hash_.update(canonical);
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

}  // namespace mailrig::mail
