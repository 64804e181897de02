#include "fakes/auth/canonical_body.h"

#include <bit>
#include <cstring>

#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

// Most of a body is canonical already. Sixteen characters at a time are asked whether there may be anything to do: each
// is looked at together with the one behind it. The compilers' vector types do this on every machine.
constexpr std::size_t block_size = 16;
using Block [[gnu::vector_size(block_size)]] = unsigned char;
using BlockMask [[gnu::vector_size(block_size)]] = signed char;

Block load_block(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

BlockMask is_octet(Block block, unsigned char octet) {
  const Block same = Block{} + octet;
  return reinterpret_cast<BlockMask>(block == same);
}

// White space and line ends, and control characters, which are rare enough to be looked at in vain.
BlockMask is_low(Block block) {
  const Block space = Block{} + static_cast<unsigned char>(' ');
  return reinterpret_cast<BlockMask>(block <= space);
}

// `mask` where `without` is not set: set is -1. Compilers make two operations of `mask & ~without`.
BlockMask set_without(BlockMask mask, BlockMask without) {
  return without > mask;
}

// How many octets precede the first that is set; `block_size` when none is.
std::size_t first_set(BlockMask mask) {
  std::uint64_t halves[2];
  std::memcpy(halves, &mask, sizeof halves);
  const auto octets_before = [](std::uint64_t half) {
    return static_cast<std::size_t>(
        (std::endian::native == std::endian::little ? std::countr_zero(half) : std::countl_zero(half)) / 8);
  };
  const std::size_t front = octets_before(halves[0]);
  return front < block_size / 2 ? front : front + octets_before(halves[1]);
}

// Whether there may be something to do between a character and the next:
// simple: an empty line (it may be one of those at the end), a bare LF;
// relaxed: these, tabs, white space before white space or a line end, white space behind a line end.
BlockMask suspicious_pairs(Canonicalization method, Block block, Block next) {
  if (method == Canonicalization::simple) {
    const BlockMask bare_lf = is_octet(next, '\n') & ~is_octet(block, '\r');
    return bare_lf | (is_octet(block, '\n') & (is_octet(next, '\r') | is_octet(next, '\n')));
  }
  const Block larger = block > next ? block : next;  // low when both are
  const BlockMask close = is_low(larger) | is_octet(next, '\n');
  return is_octet(block, '\t') | set_without(close, is_octet(block, '\r'));
}

bool is_suspicious_pair(Canonicalization method, char c, char next) {
  const bool bare_lf = next == '\n' && c != '\r';
  if (method == Canonicalization::simple) return bare_lf || (c == '\n' && (next == '\r' || next == '\n'));
  const bool both_low = static_cast<unsigned char>(c) <= ' ' && static_cast<unsigned char>(next) <= ' ';
  return bare_lf || c == '\t' || (both_low && c != '\r');
}

bool is_any_set(BlockMask mask) {
  std::uint64_t halves[2];
  std::memcpy(halves, &mask, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// Compiled once for each method: inside of the loop the question would be asked again for every block.
template <Canonicalization method>
const char* first_suspicious_pair(const char* at, const char* end) {
  const char* const start = at;
  // To look into a mask costs more than to make one, so four are looked at together.
  constexpr std::size_t stride = 4 * block_size;
  while (static_cast<std::size_t>(end - at) > stride) {
    const auto pairs = [at](std::size_t block) {
      const char* const from = at + block * block_size;
      return suspicious_pairs(method, load_block(from), load_block(from + 1));
    };
    const BlockMask any = (pairs(0) | pairs(1)) | (pairs(2) | pairs(3));
    if (is_any_set(any)) break;
    at += stride;
  }
  const auto suspicious_in_block = [](const char* block) {
    return first_set(suspicious_pairs(method, load_block(block), load_block(block + 1)));
  };
  while (static_cast<std::size_t>(end - at) > block_size) {
    const std::size_t before = suspicious_in_block(at);
    at += before;
    if (before < block_size) return at;
  }
  if (static_cast<std::size_t>(end - start) > block_size) {
    // The last block overlaps what was found to be fine.
    const char* const last = end - 1 - block_size;
    return last + suspicious_in_block(last);
  }
  while (end - at > 1 && !is_suspicious_pair(method, at[0], at[1])) ++at;
  return at;
}

bool is_held_back(Canonicalization method, char c) {
  return c == '\r' || c == '\n' || (method == Canonicalization::relaxed && mail::is_wsp(c));
}

}  // namespace

std::string_view to_string(Canonicalization method) {
  return method == Canonicalization::simple ? "simple" : "relaxed";
}

const char* end_of_canonical_run(Canonicalization method, const char* at, const char* end) {
  // The first of a pair belongs to the run unless it has to wait for what comes.
  const char* stop =
      1 + (method == Canonicalization::simple ? first_suspicious_pair<Canonicalization::simple>(at, end)
                                              : first_suspicious_pair<Canonicalization::relaxed>(at, end));
  while (stop > at + 1 && is_held_back(method, stop[-1])) --stop;
  return stop;
}

void BodyCanonicalizer::push(std::string_view piece) {
  const char* at = piece.data();
  const char* const end = at + piece.size();
  while (at != end) {
    const char c = *at;
    if (c == '\n') {
      held_cr_ = false;
      end_line();
      ++at;
      continue;
    }
    if (held_cr_) {
      held_cr_ = false;
      begin_content();
      emit("\r");
    }
    if (c == '\r') {
      held_cr_ = true;
      ++at;
    } else if (method_ == Canonicalization::relaxed && mail::is_wsp(c)) {
      held_space_ = true;
      while (++at != end && mail::is_wsp(*at)) {
      }
    } else {
      begin_content();
      const char* const stop = end_of_canonical_run(method_, at, end);
      emit({at, static_cast<std::size_t>(stop - at)});
      at = stop;
    }
  }
}

void BodyCanonicalizer::finish() {
  if (held_cr_) {
    begin_content();
    emit("\r");
  }
  // White space alone makes a line of an unfinished body no content, so it is dropped with the empty lines.
  if (any_content_ || method_ == Canonicalization::simple) emit("\r\n");
  flush();
  held_line_ends_ = 0;
  any_content_ = held_space_ = held_cr_ = false;
}

void BodyCanonicalizer::end_line() {
  held_space_ = false;
  ++held_line_ends_;
}

void BodyCanonicalizer::begin_content() {
  any_content_ = true;
  for (; held_line_ends_ > 0; --held_line_ends_) emit("\r\n");
  if (held_space_) emit(" ");
  held_space_ = false;
}

void BodyCanonicalizer::emit(std::string_view run) {
  if (run.size() > staged_.size() - staged_size_) {
    flush();
    if (run.size() >= staged_.size()) {
      sink_.take(run);
      return;
    }
  }
  std::memcpy(staged_.data() + staged_size_, run.data(), run.size());
  staged_size_ += run.size();
}

void BodyCanonicalizer::flush() {
  if (staged_size_ > 0) sink_.take({staged_.data(), staged_size_});
  staged_size_ = 0;
}

}  // namespace mailrig::auth
