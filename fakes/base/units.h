// Numbers as people write them in scenarios and on the command line. Integers and fixed point only, so that every
// machine reads the same value. Each parser returns a message naming what was expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig {

// "250ms" "20s" "5m" "36h" "30d", and sums such as "1h30m". A bare number is an error, except 0.
Result<Duration> parse_duration(std::string_view text);

// "512" or "512B", "12KB", "50MB", "1GB" (powers of 1,000), "12KiB", "50MiB" (powers of 1,024), with decimals. Bytes.
Result<std::uint64_t> parse_size(std::string_view text);

// "2000", "100k", "5M" (powers of 1,000), with decimals: "1.5M".
Result<std::uint64_t> parse_count(std::string_view text);

// "3%", "0.01%", "0.03": parts per million, 0 … 1,000,000.
Result<std::uint32_t> parse_share(std::string_view text);

// "1.4" with at most `fraction_digits` (up to three) behind the point, in thousandths: 1400.
Result<std::uint32_t> parse_thousandths(std::string_view text, int fraction_digits = 3);

// A rate in events per second, as a count per period so that no precision is lost: "50/s", "3000/m", "1k/h", "500/d".
struct Rate {
  std::uint64_t count = 0;
  Duration per{};
  friend bool operator==(const Rate&, const Rate&) = default;
};
Result<Rate> parse_rate(std::string_view text);

// "90s" → "1m30s", exact to the millisecond; "0s" for zero.
std::string to_string(Duration d);

}  // namespace mailrig
