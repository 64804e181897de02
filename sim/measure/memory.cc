#include "sim/measure/memory.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>

namespace mailrig::measure {
namespace {

constexpr int bits_per_octet = 7;
constexpr std::uint8_t more = 0x80;
// Of one identity there are twelve numbers, most of them small.
constexpr std::size_t octets_max = (3 + 12 * policy::sender_identity_count) * 10;

constexpr std::uint64_t is_bulk = 1;
constexpr std::uint64_t comes_again = 2;
constexpr std::uint64_t is_weighed = 4;

// Calls visit(number) for each of an identity's; `R` may be const.
template <class R, class Visit>
void for_each_number(R& record, Visit visit) {
  visit(record.active_days);
  visit(record.today);
  visit(record.recent_max);
  visit(record.accepted_milli);
  visit(record.unknown_milli);
  visit(record.traps_milli);
  visit(record.complaints_milli);
  visit(record.awaited_milli);
  visit(record.opened_milli);
  visit(record.held);
  visit(record.today_max);
  visit(record.this_hour);
}

class Writer {
 public:
  void put(std::uint64_t number) {
    while (number >= more) {
      octets_[size_++] = static_cast<char>(number | more);
      number >>= bits_per_octet;
    }
    octets_[size_++] = static_cast<char>(number);
  }
  std::string octets() const { return {octets_.data(), size_}; }

 private:
  std::array<char, octets_max> octets_;
  std::size_t size_ = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}

  std::uint64_t take() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < std::numeric_limits<std::uint64_t>::digits; shift += bits_per_octet) {
      if (rest_.empty()) break;
      const auto octet = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{octet & (more - 1U)} << shift;
      if ((octet & more) == 0) return number;
    }
    damaged_ = true;
    return 0;
  }
  template <std::unsigned_integral N>
  void take(N& into) {
    const std::uint64_t number = take();
    damaged_ = damaged_ || number > std::numeric_limits<N>::max();
    into = static_cast<N>(number);
  }
  bool is_whole() const { return !damaged_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace

std::string write_memory(const policy::Recollection& remembered) {
  Writer out;
  const auto& weighed = remembered.weighed;
  out.put((remembered.bulk ? is_bulk : 0) | (remembered.comes_again ? comes_again : 0) | (weighed ? is_weighed : 0));
  if (weighed) {
    out.put(weighed->lot_ppm);
    std::uint64_t known = 0;
    for (std::size_t i = 0; i < policy::sender_identity_count; ++i) {
      known |= std::uint64_t{weighed->records[i].known} << i;
    }
    out.put(known);
    for (const policy::IdentityRecord& record : weighed->records) {
      if (record.known) for_each_number(record, [&out](std::uint64_t number) { out.put(number); });
    }
  }
  return out.octets();
}

Result<policy::Recollection> read_memory(std::string_view octets) {
  Reader in(octets);
  policy::Recollection read;
  const std::uint64_t flags = in.take();
  bool unknown = flags > (is_bulk | comes_again | is_weighed);
  read.bulk = (flags & is_bulk) != 0;
  read.comes_again = (flags & comes_again) != 0;
  if ((flags & is_weighed) != 0) {
    policy::ReputationFacts& weighed = read.weighed.emplace();
    in.take(weighed.lot_ppm);
    const std::uint64_t known = in.take();
    unknown = unknown || known >> policy::sender_identity_count != 0;
    for (std::size_t i = 0; i < policy::sender_identity_count; ++i) {
      policy::IdentityRecord& record = weighed.records[i];
      record.known = (known >> i & 1) != 0;
      if (record.known) for_each_number(record, [&in](auto& number) { in.take(number); });
    }
  }
  if (unknown || !in.is_whole()) {
    return Error{"run.db is damaged, or was written by another version: the memory of a judgement"};
  }
  return read;
}

}  // namespace mailrig::measure
