#include "fakes/dns/caching_resolver.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "fakes/base/stable_hash.h"

namespace mailrig::dns {
namespace {

constexpr Duration failure_kept = std::chrono::seconds(1);

// The same name in another case is the same question; type first, since names may hold anything.
void assign_cache_key(std::string& key, const Question& question) {
  const auto type = static_cast<std::uint16_t>(question.type);
  key.assign({static_cast<char>(type >> 8), static_cast<char>(type & 0xff)});
  for (const char c : question.name) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (key.size() > 2 && key.back() == '.') key.pop_back();
}

void count_down(std::vector<Record>& records, std::uint32_t elapsed_s) {
  for (Record& record : records) {
    record.ttl_s -= std::min(record.ttl_s, elapsed_s);
    // A negative answer holds for the smaller of the two, and that must count down as well.
    if (auto* soa = std::get_if<Soa>(&record.data)) soa->minimum_s -= std::min(soa->minimum_s, elapsed_s);
  }
}

Question question_of(std::string_view key) {
  const auto octet = [key](std::size_t i) { return static_cast<unsigned char>(key[i]); };
  return {std::string(key.substr(2)), static_cast<Type>(octet(0) << 8 | octet(1))};
}

// Whatever the TTLs, and whatever the zone's SOA by which a negative answer tells its own.
bool says_the_same(const Answer& one, const Answer& other) {
  const auto equal = [](const Record& a, const Record& b) {
    return a.type == b.type && a.name == b.name && a.data == b.data;
  };
  return one.rcode == other.rcode &&
         std::equal(one.answers.begin(), one.answers.end(), other.answers.begin(), other.answers.end(), equal);
}

}  // namespace

Answer CachingResolver::ask(const Question& question) const {
  return zones_.lookup(now_, question, region_);
}

std::uint32_t CachingResolver::elapsed_s(const Kept& kept) const {
  const auto elapsed = std::chrono::floor<std::chrono::seconds>(std::max(now_ - kept.asked, Duration{}));
  return static_cast<std::uint32_t>(std::min<std::int64_t>(elapsed.count(), UINT32_MAX));
}

Answer CachingResolver::lookup(const Question& question) {
  assign_cache_key(key_, question);
  const std::uint64_t hash = stable_hash(key_);
  Kept* known = kept_.find(hash);
  if (known != nullptr && known->key != key_) known = nullptr;  // what is put in its place has another content
  if (known != nullptr && now_ < known->expires) {
    asked_ = {hash, known->content};
    Answer answer = known->answer;
    answer.cost = Duration{};
    if (const std::uint32_t elapsed = elapsed_s(*known); elapsed > 0 && !answer.temporary()) {
      count_down(answer.answers, elapsed);
      count_down(answer.authority, elapsed);
    }
    return answer;
  }
  Answer answer = ask(question);
  keep(hash, known, answer);
  return answer;
}

void CachingResolver::keep(std::uint64_t hash, const Kept* known, const Answer& answer) {
  const std::uint32_t ttl_s = answer.ttl_s();
  const Duration holds = answer.temporary() ? failure_kept : Duration(std::chrono::seconds(ttl_s));
  const bool as_before = known != nullptr && says_the_same(known->answer, answer);
  asked_ = {hash, as_before ? known->content : ++contents_};
  if (!as_before && holds == Duration{}) return;
  if (!steadiness_.covers(zones_, now_)) steadiness_ = Steadiness(zones_, now_);
  kept_.put(hash, {key_, answer, asked_.content, ttl_s, now_, later(now_, holds), steadiness_});
}

std::optional<CachingResolver::Renewal> CachingResolver::ask_again(std::span<const Asked> questions, Duration& cost) {
  Renewal renewal;
  for (const Asked& before : questions) {
    Kept* known = kept_.find(before.question);
    if (known == nullptr || known->content != before.content) return std::nullopt;
    if (now_ < known->expires) {
      const std::uint32_t elapsed = elapsed_s(*known);
      renewal.ttl_s = std::min(renewal.ttl_s, known->ttl_s - std::min(known->ttl_s, elapsed));
      continue;
    }
    if (known->steadiness.covers(zones_, now_) && !known->answer.temporary()) {
      known->asked = now_;
      known->expires = later(now_, std::chrono::seconds(known->ttl_s));
      cost += known->answer.cost;
      renewal.ttl_s = std::min(renewal.ttl_s, known->ttl_s);
      continue;
    }
    key_ = known->key;
    const Answer answer = ask(question_of(key_));
    cost += answer.cost;
    renewal.ttl_s = std::min(renewal.ttl_s, answer.ttl_s());
    keep(before.question, known, answer);
    if (asked_.content != before.content) return std::nullopt;
  }
  return renewal;
}

}  // namespace mailrig::dns
