#include "sim/measure/receiver_account.h"

#include <algorithm>
#include <utility>

#include "fakes/smtp/reply.h"

namespace mailrig::measure {

ReceiverAccount::Day& ReceiverAccount::find_day(const DayKey& key) {
  if (std::exchange(today_number_, key.day) != key.day) today_.clear();
  Day*& known = today_[key];
  if (known == nullptr) known = &*days_.try_emplace(key).first;
  return *known;
}

ReceiverAccount::ReplyCount& ReceiverAccount::row(policy::Event event, policy::Phase phase, std::uint16_t code,
                                                  const std::string& text) {
  const auto enhanced = smtp::parse_enhanced_code(text);
  const auto [entry, is_new] =
      replies_.try_emplace({phase, event, code, enhanced ? enhanced->to_string() : std::string()});
  if (is_new) entry->second.sample = text;
  return entry->second;
}

void ReceiverAccount::replied(const policy::Verdict& verdict, const policy::ReplyContext& context, bool sent) {
  ++events_[static_cast<std::size_t>(verdict.event)];
  ReplyCount*& count = by_template_[{verdict.reply, verdict.event, verdict.phase, sent}];
  if (count == nullptr) {
    const smtp::Reply reply = sent && verdict.reply != nullptr ? verdict.reply->render(context) : smtp::Reply{};
    count = &row(verdict.event, verdict.phase, reply.code, reply.code == 0 ? std::string() : reply.text);
  }
  ++count->count;
}

void ReceiverAccount::unanswered(policy::Event event, policy::Phase phase, std::uint16_t code,
                                 const std::string& text) {
  ++events_[static_cast<std::size_t>(event)];
  ++row(event, phase, code, text).count;
}

void ReceiverAccount::report(ReceiverReport& into, const std::vector<std::string>& domains) const {
  into.throughput.accepted_per_s = accepted.per_s();
  into.throughput.peak_accepted_per_s = accepted.peak_per_s();
  into.events = events_;
  into.sessions_opened = sessions_opened;
  into.sessions_refused = sessions_refused;
  into.tls = tls;
  into.unattributed = unattributed;
  into.auth = auth.counts();
  for (const auto& [key, reply] : replies_) {
    const auto& [phase, event, code, enhanced] = key;
    into.replies.push_back({code, enhanced, event, phase, reply.count, reply.sample});
  }
  for (const auto& [key, counts] : days_) {
    DayRow day = counts;
    day.day = key.day;
    day.source_ip = key.source.to_string();
    day.domain = domains[key.domain];
    into.days.push_back(std::move(day));
  }
  // The map is ordered by number of the domain, that is by which came first; people look for names.
  std::sort(into.days.begin(), into.days.end(), [](const DayRow& a, const DayRow& b) {
    return std::tie(a.day, a.source_ip, a.domain) < std::tie(b.day, b.source_ip, b.domain);
  });
}

}  // namespace mailrig::measure
