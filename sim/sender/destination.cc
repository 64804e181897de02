#include "sim/sender/destination.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "fakes/mail/text.h"

namespace mailrig::sender {

std::uint32_t Destinations::find_or_add(std::string_view domain, std::uint32_t source) {
  lower_.assign(domain);
  for (char& c : lower_) c = mail::to_lower(c);
  if (source != none) lower_ += '\n' + std::to_string(source);  // no domain has a line end
  const std::uint32_t index = domains_.intern(lower_);
  if (index == destinations_.end()) {
    Destination& added = destinations_[destinations_.add()];
    added.domain = domains_[index].substr(0, domain.size());
    added.source = source;
    added.shape = shapes_.number_of(added.domain);
  }
  return index;
}

std::optional<std::string_view> domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at + 1 == address.size()) return std::nullopt;
  return address.substr(at + 1);
}

void take_answer(Destination& destination, Instant now, const dns::MxResult& result, Families families, Names& hosts) {
  using std::chrono::hours;
  using std::chrono::seconds;
  std::vector<MxAddress> fresh;
  for (const dns::MxTarget& target : result.targets) {
    const std::string_view host = hosts[hosts.intern(target.host)];
    for (const IpAddress& address : target.addresses) {
      if (!families.has(address)) continue;
      MxAddress entry{.preference = target.preference, .host = host, .address = address};
      for (const MxAddress& known : destination.addresses) {
        if (known.address != address) continue;
        entry.failed_at = known.failed_at;
        entry.tried = known.tried;
      }
      fresh.push_back(entry);
    }
  }
  const Duration kept = result.status == dns::MxStatus::temporary
                            ? Duration(seconds(30))
                            : std::clamp<Duration>(seconds(result.ttl_s), seconds(1), hours(1));
  if (fresh.empty()) {  // nothing that the sender's own addresses could reach
    destination.failed_where = {};
    destination.failure = {.stage = smtp::Stage::connect};
  }
  destination.addresses = std::move(fresh);
  destination.status = result.status;
  destination.lookup = Destination::Lookup::answered;
  destination.answer_expires = now + kept;
}

const MxAddress* choose_address(const Destination& destination, Instant now, const Draw& draw,
                                std::string_view entity) {
  const std::uint64_t attempt = combine(stable_hash(destination.domain), destination.attempts);
  const MxAddress* best = nullptr;
  std::tuple<bool, std::uint16_t, std::uint64_t> best_rank;
  for (const MxAddress& candidate : destination.addresses) {
    if (candidate.tried) continue;
    const bool failed_lately = candidate.failed_at && now - *candidate.failed_at < failure_memory;
    const std::uint64_t lot = draw.bits(entity, "mx", attempt, stable_hash(candidate.host));
    const std::tuple rank(failed_lately, candidate.preference, lot);
    if (best && best_rank <= rank) continue;
    best = &candidate;
    best_rank = rank;
  }
  return best;
}

void note_failure(Destination& destination, Instant now, const Where& where, const smtp::SessionFailure& failure) {
  const bool whole_host = failure.stage == smtp::Stage::greeting && failure.reply && failure.reply->permanent();
  for (MxAddress& entry : destination.addresses) {
    if (entry.address != where.address && !(whole_host && entry.host == where.host)) continue;
    entry.failed_at = now;
    entry.tried = true;
  }
  destination.failed_where = where;
  destination.failure = failure;
}

void note_success(Destination& destination, const IpAddress& address) {
  for (MxAddress& entry : destination.addresses)
    if (entry.address == address) entry.failed_at.reset();
  start_new_round(destination);
}

void start_new_round(Destination& destination) {
  for (MxAddress& entry : destination.addresses) entry.tried = false;
}

}  // namespace mailrig::sender
