#include "sim/scenario/mail_log.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fakes/base/log_time.h"
#include "fakes/mail/address.h"
#include "fakes/mail/text.h"

namespace mailrig::scenario {
namespace {

// Traditional times have no year: any will do, and a leap year has all days.
constexpr const char* some_summer = "2024-07-01T00:00:00Z";

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// What stands between `before` and `after`.
std::optional<std::string_view> between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = at + before.size();
  const std::size_t end = text.find(after, begin);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(begin, end - begin);
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes the time off a line: syslog's two styles, and Exim's. Nothing when there is none.
std::optional<Instant> take_time(std::string_view& line, Instant near) {
  if (line.size() > 16 && line[15] == ' ') {
    if (const auto time = parse_syslog_time(line.substr(0, 15), near)) {
      line.remove_prefix(16);
      return time;
    }
  }
  std::string_view rest = line;
  std::string text(take_word(rest));
  if (text.find('T') == std::string::npos) {
    text += "T" + std::string(take_word(rest));
    const bool zone = rest.size() > 6 && (rest.front() == '+' || rest.front() == '-') && rest[5] == ' ';
    if (zone) {
      const std::string_view offset = take_word(rest);
      text += std::string(offset.substr(0, 3)) + ":" + std::string(offset.substr(3));
    } else {
      text += "Z";
    }
  }
  const auto time = parse_rfc3339(text);
  if (time) line = rest;
  return time;
}

bool is_exim_id(std::string_view word) {
  const auto dashes = std::count(word.begin(), word.end(), '-');
  return dashes == 2 && (word.size() == 16 || word.size() == 23);
}

std::string hashed(std::string_view address, std::string_view key) {
  const std::string lower = mail::to_lower(address);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int octets = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(lower.data()),
       lower.size(), digest.data(), &octets);
  std::string local = "u";
  for (std::size_t i = 0; i < 8; ++i) local += fmt::format("{:02x}", digest[i]);
  return local + lower.substr(lower.rfind('@'));
}

}  // namespace

void MailLog::add(std::string_view line) {
  ++lines_;
  if (mail::trim(line).empty() || read(line)) return;
  ++not_understood_;
  if (first_not_understood_ == 0) first_not_understood_ = lines_;
}

bool MailLog::read(std::string_view line) {
  const auto time = take_time(line, last_ == Instant() ? *parse_rfc3339(some_summer) : last_);
  if (!time) return false;
  last_ = *time;
  std::string_view rest = line;
  std::string_view word = take_word(rest);
  if (word.starts_with('[')) word = take_word(rest);  // Exim's pid
  if (is_exim_id(word)) return read_exim(*time, line);
  const std::string_view program = take_word(rest);  // behind the host
  return !program.starts_with("postfix") || read_postfix(*time, rest);
}

// 4fPW: from=<a@b.example>, size=1234, nrcpt=1 (queue active)
// 4fPW: to=<c@d.example>, relay=…, status=sent (…)
// 4fPW: removed
bool MailLog::read_postfix(Instant at, std::string_view rest) {
  const std::size_t colon = rest.find(": ");
  if (colon == std::string_view::npos || rest.substr(0, colon).find(' ') != std::string_view::npos) return true;
  const std::string_view id = rest.substr(0, colon);
  rest.remove_prefix(colon + 2);
  if (rest.starts_with("from=<")) {
    const auto text = between(rest, ", size=", ",");
    if (!text) return rest.find("status=") != std::string_view::npos;  // expired, returned to sender
    const auto size = whole_number(*text);
    if (!size) return false;
    const auto [entry, is_new] = under_way_.try_emplace(std::string(id));
    if (is_new) entry->second.at = at;
    entry->second.size_bytes = *size;
    return true;
  }
  if (rest.starts_with("to=<")) {
    const auto address = between(rest, "to=<", ">,");
    if (!address || rest.find("status=") == std::string_view::npos) return false;
    recipient(at, id, *address);
  } else if (rest == "removed") {
    under_way_.erase(std::string(id));
  }
  return true;
}

// 1tABCD-000001-2X <= a@b.example H=… S=1234 id=…
// 1tABCD-000001-2X => c@d.example R=… T=…, likewise -> ** ==; and "=> c <c@d.example> R=…" behind an alias
// 1tABCD-000001-2X Completed
bool MailLog::read_exim(Instant at, std::string_view rest) {
  std::string_view id = take_word(rest);
  if (id.starts_with('[')) id = take_word(rest);
  const std::string_view sign = take_word(rest);
  if (sign == "<=") {
    Message& message = under_way_[std::string(id)];
    message.at = at;
    const std::string fields = std::string(rest) + " ";
    const auto size = between(fields, " S=", " ");
    if (size) message.size_bytes = whole_number(*size).value_or(0);
    return !rest.empty();
  }
  if (sign == "=>" || sign == "->" || sign == "**" || sign == "==") {
    std::string_view address = take_word(rest);
    if (address.empty()) return false;
    if (rest.starts_with('<')) {
      const auto whole = between(rest, "<", ">");
      if (!whole) return false;
      address = *whole;
    }
    if (address.ends_with(':')) address.remove_suffix(1);  // "** a@b.example: Unrouteable address"
    recipient(at, id, address);
  } else if (sign == "Completed") {
    under_way_.erase(std::string(id));
  }
  return true;
}

// Counts once, however often it is tried, as sent when the message came.
void MailLog::recipient(Instant at, std::string_view id, std::string_view address) {
  if (!mail::parse_address(address)) return;  // a mailbox of the machine's own
  const auto [entry, is_new] = under_way_.try_emplace(std::string(id));
  Message& message = entry->second;
  if (is_new) message.at = at;
  if (!message.recipients.insert(std::string(address)).second) return;
  if (message.recipients.size() == 1) ++messages_;
  sent_.push_back({message.at, std::string(address), message.size_bytes});
}

std::vector<TraceRow> MailLog::trace(std::string_view key) const {
  std::vector<TraceRow> rows;
  if (sent_.empty()) return rows;
  const auto first = std::min_element(sent_.begin(), sent_.end(), [](auto& a, auto& b) { return a.at < b.at; })->at;
  rows.reserve(sent_.size());
  for (const Sent& sent : sent_) rows.push_back({sent.at - first, hashed(sent.recipient, key), sent.size_bytes, {}});
  std::stable_sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.offset < b.offset; });
  return rows;
}

}  // namespace mailrig::scenario
