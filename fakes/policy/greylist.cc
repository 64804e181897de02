#include "fakes/policy/greylist.h"

#include <algorithm>

#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::policy {
namespace {

// "record only one attempt per hour"
constexpr Duration success_counted_every = std::chrono::hours(1);

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// Perl's \w, whose edges are \b.
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_';
}

}  // namespace

void generalise_sender(std::string_view sender, std::string& out) {
  const auto [local_part, domain] = split_address(sender);
  out.clear();
  if (domain.empty()) {
    assign_lower(out, sender);
    return;
  }
  std::string_view user = local_part.substr(0, local_part.find('+'));
  while (!user.empty()) {
    const auto end_of_word = std::find_if_not(user.begin(), user.end(), [](char c) { return is_word(to_lower(c)); });
    const std::string_view word(user.begin(), end_of_word);
    if (word.empty()) {
      out += to_lower(user.front());
      user.remove_prefix(1);
      continue;
    }
    if (std::all_of(word.begin(), word.end(), is_digit)) {
      out += '#';
    } else {
      for (const char c : word) out += to_lower(c);
    }
    user.remove_prefix(word.size());
  }
  out += '@';
  for (const char c : domain) out += to_lower(c);
}

std::uint64_t Greylist::triplet_key(const Session& session, const Recipient& recipient) {
  if (settings_.by_recipient) return recipient.key;
  const IpAddress& ip = session.client_ip;
  const std::uint64_t network = ip.network(ip.is_v6() ? 64 : settings_.subnet_v4).hash();
  generalise_sender(session.mail_from, sender_);
  return combine(combine(network, stable_hash(sender_)), recipient.key);
}

std::optional<Verdict> Greylist::rcpt(Instant now, const Session& session, const Recipient& candidate) {
  const std::uint64_t client = session.client_ip.hash();
  if (allowed(now, client)) return std::nullopt;

  const auto row = triplets_.obtain(now, triplet_key(session, candidate));
  Triplet& triplet = triplets_.values(row).front();
  const bool first_attempt = triplet.first == never;
  if (first_attempt) triplet.first = now;
  // A triplet that does not come back within the retry window is forgotten, which makes a late first retry a first
  // attempt; one that did come back lives on.
  triplets_.keep_until(row, now + (first_attempt ? settings_.window : settings_.lifetime));

  if (now - triplet.first < settings_.delay) return deferred_.refusal("pair");
  succeeded(now, client);
  return std::nullopt;
}

bool Greylist::allowed(Instant now, std::uint64_t client) {
  if (settings_.auto_allow_after == 0) return false;
  const auto row = clients_.find(now, client);
  if (row == ExpiringTable<Client>::none) return false;
  if (clients_.values(row).front().successes < settings_.auto_allow_after) return false;
  clients_.keep_until(row, now + settings_.lifetime);
  return true;
}

void Greylist::succeeded(Instant now, std::uint64_t client) {
  if (settings_.auto_allow_after == 0) return;
  const auto row = clients_.obtain(now, client);
  Client& known = clients_.values(row).front();
  if (known.successes > 0 && now < known.counted + success_counted_every) return;
  ++known.successes;
  known.counted = now;
  clients_.keep_until(row, now + settings_.lifetime);
}

}  // namespace mailrig::policy
