#include "sim/sender/suppression.h"

#include "fakes/base/stable_hash.h"
#include "fakes/mail/text.h"

namespace mailrig::sender {
namespace {

std::uint64_t key_of(std::string_view address) {
  return stable_hash(mail::to_lower(address));
}

}  // namespace

SuppressionList::SuppressionList(const Suppression& settings) : length_(settings.length) {
  for (const std::string& address : settings.addresses) until_[key_of(address)] = never;
}

bool SuppressionList::has(Instant now, std::string_view address) const {
  const auto found = until_.find(key_of(address));
  return found != until_.end() && now < found->second;
}

void SuppressionList::add(Instant now, std::string_view address) {
  const std::uint64_t key = key_of(address);
  const auto [found, is_new] = until_.try_emplace(key, Instant{});
  if (!is_new && found->second == never) return;
  found->second = later(now, length_);
  order_.push_back({found->second, key});
  while (!order_.empty() && (order_.front().until <= now || order_.size() > entries_max)) {
    const auto oldest = until_.find(order_.front().key);
    // Found bad again since, it has an entry further behind; removed, it has none.
    if (oldest != until_.end() && oldest->second == order_.front().until) until_.erase(oldest);
    order_.pop_front();
  }
}

void SuppressionList::remove(std::string_view address) {
  until_.erase(key_of(address));
}

}  // namespace mailrig::sender
