#include "fakes/dns/caching_resolver.h"

#include <algorithm>
#include <utility>

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

}  // namespace

Answer CachingResolver::ask(const Question& question) const {
  return zones_.lookup(now_, question, region_);
}

Answer CachingResolver::lookup(const Question& question) {
  assign_cache_key(key_, question);
  if (const Kept* kept = kept_.find(key_); kept != nullptr && now_ < kept->expires) {
    Answer answer = kept->answer;
    answer.cost = Duration{};
    const auto elapsed = std::chrono::floor<std::chrono::seconds>(std::max(now_ - kept->asked, Duration{})).count();
    if (elapsed > 0 && !answer.temporary()) {
      count_down(answer.answers, static_cast<std::uint32_t>(elapsed));
      count_down(answer.authority, static_cast<std::uint32_t>(elapsed));
    }
    return answer;
  }
  Answer answer = ask(question);
  const Duration holds = answer.temporary() ? failure_kept : Duration(std::chrono::seconds(answer.ttl_s()));
  if (holds > Duration{}) kept_.put(key_, {answer, now_, later(now_, holds)});
  return answer;
}

}  // namespace mailrig::dns
