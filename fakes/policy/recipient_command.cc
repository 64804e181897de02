#include "fakes/policy/recipient_command.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "fakes/base/stable_hash.h"
#include "fakes/base/units.h"
#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

constexpr Duration forgotten_after = std::chrono::days(7);

// Longer words are no commands: the longest is a slow with a compound duration.
constexpr std::size_t word_length_max = 32;

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Reads one word into `commands`; false when it is no command.
bool read_word(std::string_view written, RecipientCommands& commands) {
  std::array<char, word_length_max> lower;
  if (written.empty() || written.size() > lower.size()) return false;
  std::transform(written.begin(), written.end(), lower.begin(), to_lower);
  const std::string_view word(lower.data(), written.size());

  if (word == "unknown") {
    commands.mailbox = MailboxStatus::unknown;
  } else if (word == "full") {
    commands.mailbox = MailboxStatus::full;
  } else if (word == "disabled") {
    commands.mailbox = MailboxStatus::disabled;
  } else if (word == "drop") {
    commands.drop = true;
  } else if (word == "dropstored") {
    commands.drop_stored = true;
  } else if (word == "discard") {
    commands.discard = true;
  } else if (word == "spam" || word == "inbox") {
    commands.spam = word == "spam";
  } else if (word == "complain") {
    commands.complain = true;
  } else if (word == "reply") {
    commands.reply = true;
  } else if (word == "ooto") {
    commands.auto_reply = true;
  } else if (word == "bounce") {
    commands.bounce = true;
  } else if (word.starts_with("defer")) {
    const auto attempts = whole_number(word.substr(5));
    if (!attempts) return false;
    commands.defer_attempts = *attempts;
  } else if (word.starts_with("slow")) {
    const auto delay = parse_duration(word.substr(4));
    if (!delay) return false;
    commands.delay = *delay;
  } else {
    return false;
  }
  return true;
}

}  // namespace

CommandSplit split_command(std::string_view local_part) {
  const auto first_plus = local_part.find('+');
  if (first_plus == std::string_view::npos || first_plus == 0) return {local_part, {}};
  const std::string_view mailbox = local_part.substr(0, first_plus);
  std::size_t begin = local_part.size();
  while (begin > first_plus) {
    const auto plus = local_part.rfind('+', begin - 1);
    RecipientCommands ignored;
    if (!read_word(local_part.substr(plus + 1, begin - plus - 1), ignored)) break;
    begin = plus;
  }
  return {mailbox, begin == local_part.size() ? std::string_view{} : local_part.substr(begin + 1)};
}

RecipientCommands parse_commands(std::string_view command) {
  RecipientCommands commands;
  while (!command.empty()) {
    const auto plus = std::min(command.find('+'), command.size());
    read_word(command.substr(0, plus), commands);
    command.remove_prefix(std::min(plus + 1, command.size()));
  }
  return commands;
}

void assign_recipient(Recipient& into, std::string_view address) {
  const auto [local_part, domain] = split_address(address);
  const auto [mailbox, command] = split_command(local_part);
  into.address.assign(address);
  assign_lower(into.local_part, mailbox);
  assign_lower(into.domain, domain);
  assign_lower(into.command, command);
  into.key = stable_hash(into.local_part, stable_hash(into.domain));
}

std::uint64_t CommandedDeferral::key(const Session& session, const Recipient& recipient) {
  return combine(key_of(session.mail_from), combine(recipient.key, stable_hash(recipient.command)));
}

std::optional<Verdict> CommandedDeferral::rcpt(Instant now, const Session& session, const Recipient& candidate) {
  if (candidate.command.empty()) return std::nullopt;
  const RecipientCommands commands = parse_commands(candidate.command);
  if (commands.defer_attempts == 0) return std::nullopt;
  const auto row = attempts_.obtain(now, key(session, candidate));
  attempts_.keep_until(row, now + forgotten_after);
  std::uint32_t& attempts = attempts_.values(row).front();
  if (attempts >= commands.defer_attempts) return std::nullopt;
  ++attempts;
  return deferred_.refusal("pair");
}

void CommandedDeferral::accepted(Instant now, const Session& session, const MessageFacts&) {
  for (const Recipient& recipient : session.recipients) {
    if (recipient.command.empty()) continue;
    const auto row = attempts_.find(now, key(session, recipient));
    if (row != ExpiringTable<std::uint32_t>::none) attempts_.erase(row);
  }
}

}  // namespace mailrig::policy
