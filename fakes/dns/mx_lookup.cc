#include "fakes/dns/mx_lookup.h"

#include <algorithm>
#include <utility>

#include "fakes/base/check.h"
#include "fakes/dns/name.h"

namespace mailrig::dns {
namespace {

// More hosts than anybody publishes; the rest of a hostile answer is ignored.
constexpr std::size_t targets_max = 50;

std::optional<IpAddress> parse_literal(std::string_view domain) {
  if (domain.size() < 2 || domain.front() != '[' || domain.back() != ']') return std::nullopt;
  domain = domain.substr(1, domain.size() - 2);
  constexpr std::string_view tag = "ipv6:";  // in any case, as every token of the grammar (RFC 5321 §2.4)
  const bool tagged =
      domain.size() > tag.size() && std::equal(tag.begin(), tag.end(), domain.begin(), [](char expected, char c) {
        return expected == c || (c >= 'A' && c <= 'Z' && expected == c - 'A' + 'a');
      });
  const auto ip = IpAddress::parse(tagged ? domain.substr(tag.size()) : domain);
  return ip && ip->is_v6() == tagged ? ip : std::nullopt;
}

}  // namespace

MxLookup::MxLookup(std::string_view domain) {
  if (const auto ip = parse_literal(domain)) {
    result_.targets = {{0, std::string(domain), {*ip}}};
    finish(MxStatus::ok);
    return;
  }
  const auto name = canonical_name(domain);
  if (!name || name->empty() || domain.starts_with('[')) {
    finish(MxStatus::no_domain);
    return;
  }
  domain_ = *name;
  result_.ttl_s = UINT32_MAX;
}

std::optional<Question> MxLookup::next_question() const {
  switch (step_) {
    case Step::mx:
      return Question{domain_, Type::mx};
    case Step::a:
      return Question{result_.targets[target_].host, Type::a};
    case Step::aaaa:
      return Question{result_.targets[target_].host, Type::aaaa};
    case Step::done:
      break;
  }
  return std::nullopt;
}

void MxLookup::answer(const Answer& answer) {
  CHECK(step_ != Step::done);
  if (step_ == Step::mx) {
    take_mx(answer);
  } else {
    take_address(answer);
  }
}

void MxLookup::take_mx(const Answer& answer) {
  // RFC 5321 §5.1: after a temporary error there must be no fallback to the address record.
  if (answer.temporary()) return finish(MxStatus::temporary);
  keep_ttl(answer);
  if (answer.rcode == Rcode::nxdomain) return finish(MxStatus::no_domain);

  std::vector<Mx> exchangers = answer.mail_exchangers();
  if (exchangers.empty()) {
    result_.targets.push_back({0, domain_, {}});  // the implicit MX
  }
  std::stable_sort(exchangers.begin(), exchangers.end(),
                   [](const Mx& a, const Mx& b) { return a.preference < b.preference; });
  for (Mx& mx : exchangers) {
    // RFC 7505 §3: a null MX stands alone; beside others it is an error of the domain and no host anyway.
    if (mx.exchange.empty()) continue;
    const bool known = std::any_of(result_.targets.begin(), result_.targets.end(),
                                   [&mx](const MxTarget& target) { return target.host == mx.exchange; });
    if (known || result_.targets.size() == targets_max) continue;
    result_.targets.push_back({mx.preference, std::move(mx.exchange), {}});
  }
  if (result_.targets.empty()) return finish(MxStatus::no_mail);
  step_ = Step::a;
}

void MxLookup::take_address(const Answer& answer) {
  if (answer.temporary()) {
    temporary_ = true;
  } else {
    keep_ttl(answer);
    std::vector<IpAddress>& addresses = result_.targets[target_].addresses;
    for (const IpAddress& ip : answer.addresses()) addresses.push_back(ip);
  }
  if (step_ == Step::a) {
    step_ = Step::aaaa;
    return;
  }
  ask_addresses_of_next_target();
}

void MxLookup::ask_addresses_of_next_target() {
  step_ = Step::a;
  if (++target_ < result_.targets.size()) return;
  std::erase_if(result_.targets, [](const MxTarget& target) { return target.addresses.empty(); });
  if (!result_.targets.empty()) return finish(MxStatus::ok);
  finish(temporary_ ? MxStatus::temporary : MxStatus::no_mail);
}

void MxLookup::finish(MxStatus status) {
  step_ = Step::done;
  result_.status = status;
  if (status == MxStatus::temporary) result_.ttl_s = 0;
}

void MxLookup::keep_ttl(const Answer& answer) {
  result_.ttl_s = std::min(result_.ttl_s, answer.ttl_s());
}

MxResult resolve_mx(const Zones& zones, Instant now, std::string_view domain, Duration* cost) {
  *cost = Duration::zero();
  MxLookup lookup(domain);
  while (const auto question = lookup.next_question()) {
    const Answer answer = zones.lookup(now + *cost, *question);
    *cost += answer.cost;
    lookup.answer(answer);
  }
  return lookup.result();
}

const MxResult& MxMemo::resolve(Instant now, std::string_view domain, Duration* cost) {
  domain_ = domain;
  Known* known = known_.find(domain_);
  // From the first question to the last.
  const bool holds =
      known != nullptr && known->steadiness.covers(zones_, now) && known->steadiness.covers(zones_, now + known->cost);
  if (!holds) {
    Duration paid{};
    MxResult result = resolve_mx(zones_, now, domain, &paid);
    known = &known_.put(domain_, {std::move(result), paid, Steadiness(zones_, now)});
  }
  *cost = known->cost;
  return known->result;
}

}  // namespace mailrig::dns
