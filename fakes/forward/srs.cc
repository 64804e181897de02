#include "fakes/forward/srs.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "fakes/base/check.h"
#include "fakes/mail/address.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"

namespace mailrig::forward {
namespace {

constexpr std::size_t hash_characters = 4;
constexpr std::string_view day_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t days_cycle = 1024;    // two characters of five bits
constexpr std::int64_t days_valid_max = 21;  // as Mail::SRS: longer than anybody's queue holds mail

std::int64_t day_of(Instant now) {
  constexpr auto day = std::chrono::hours(24);
  return now.time_since_epoch() / day % days_cycle;
}

std::string day_text(Instant now) {
  const auto day = static_cast<std::size_t>(day_of(now));
  return {day_alphabet[day / 32], day_alphabet[day % 32]};
}

// The day in its cycle; negative when it is none.
std::int64_t parse_day(std::string_view text) {
  if (text.size() != 2) return -1;
  std::int64_t day = 0;
  for (const char c : text) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const auto digit = day_alphabet.find(upper);
    if (digit == std::string_view::npos) return -1;
    day = day * 32 + static_cast<std::int64_t>(digit);
  }
  return day;
}

// "SRS0" or "SRS1" and the separator behind it, for which "-" and "+" are seen too.
bool begins_like(std::string_view local, char generation) {
  constexpr std::string_view separators = "=+-";
  return local.size() > 5 && mail::equals_ignoring_case(local.substr(0, 3), "SRS") && local[3] == generation &&
         separators.find(local[4]) != std::string_view::npos;
}

// What stands before the next "=", which is taken off `text` with it.
std::string_view take(std::string_view& text) {
  const std::size_t end = std::min(text.find('='), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

// Relays may have changed the case of letters; both alphabets of RFC 4648 are in use.
std::string comparable(std::string_view hash) {
  std::string text = mail::to_lower(hash);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

}  // namespace

bool is_srs_address(std::string_view address) {
  return begins_like(address, '0') || begins_like(address, '1');
}

std::string Srs::hash(std::string_view text) const {
  const std::string lower = mail::to_lower(text);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  const unsigned char* const made =
      HMAC(EVP_sha1(), secret_.data(), static_cast<int>(secret_.size()),
           reinterpret_cast<const unsigned char*>(lower.data()), lower.size(), digest.data(), &length);
  CHECK(made != nullptr);
  std::string encoded = mail::base64({reinterpret_cast<const char*>(digest.data()), length}).substr(0, hash_characters);
  // The URL alphabet has no "+", which starts a sub-address elsewhere.
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  return encoded;
}

std::string Srs::rewrite(Instant now, std::string_view mail_from) const {
  const auto address = mail::parse_address(mail_from);
  if (!address || address->domain == domain_) return std::string(mail_from);
  const auto as_ours = [this](std::string local) { return mail::Address{std::move(local), domain_}.to_string(); };
  if (begins_like(address->local, '0')) {
    // The separator stays, and makes the "==" by which SRS1 is known.
    const std::string rest = address->local.substr(4);
    return as_ours("SRS1=" + hash(address->domain + rest) + "=" + address->domain + "=" + rest);
  }
  if (begins_like(address->local, '1')) {
    // Only the first forwarder is remembered: the last one takes its bounces straight there.
    std::string_view rest = std::string_view(address->local).substr(5);
    take(rest);
    const std::string first = mail::to_lower(take(rest));
    return as_ours("SRS1=" + hash(first + std::string(rest)) + "=" + first + "=" + std::string(rest));
  }
  const std::string day = day_text(now);
  return as_ours("SRS0=" + hash(day + address->domain + address->local) + "=" + day + "=" + address->domain + "=" +
                 address->local);
}

Result<std::string> Srs::reverse(Instant now, std::string_view text) const {
  const auto address = mail::parse_address(text);
  if (!address || address->domain != domain_ || !is_srs_address(address->local)) {
    return Error{"is no return path of " + domain_};
  }
  std::string_view rest = std::string_view(address->local).substr(5);
  const std::string given = comparable(take(rest));
  if (begins_like(address->local, '1')) {
    const std::string first(take(rest));
    if (first.empty() || rest.empty()) return Error{"is not complete"};
    if (given != comparable(hash(first + std::string(rest)))) return Error{"is forged: the hash is not ours"};
    return {boost::system::in_place_value,
            mail::Address{"SRS0" + std::string(rest), mail::to_lower(first)}.to_string()};
  }
  const std::string day(take(rest));
  const std::string host(take(rest));
  if (day.empty() || host.empty() || rest.empty()) return Error{"is not complete"};
  if (given != comparable(hash(day + host + std::string(rest)))) return Error{"is forged: the hash is not ours"};
  const std::int64_t then = parse_day(day);
  if (then < 0 || (day_of(now) - then + days_cycle) % days_cycle > days_valid_max) return Error{"has expired"};
  return {boost::system::in_place_value, mail::Address{std::string(rest), mail::to_lower(host)}.to_string()};
}

}  // namespace mailrig::forward
