#include "fakes/auth/iprev.h"

#include <algorithm>

#include "fakes/auth/spf_lookups.h"

namespace mailrig::auth {
namespace {

constexpr std::size_t names_max = 10;

}  // namespace

std::string_view to_string(IprevOutcome outcome) {
  switch (outcome) {
    case IprevOutcome::pass:
      return "pass";
    case IprevOutcome::fail:
      return "fail";
    case IprevOutcome::temperror:
      return "temperror";
    case IprevOutcome::permerror:
      break;
  }
  return "permerror";
}

IprevResult check_iprev(dns::Resolver& resolver, const IpAddress& client_ip) {
  const dns::Answer reverse = resolver.lookup({client_ip.reverse_name(), dns::Type::ptr});
  if (reverse.temporary()) return {IprevOutcome::temperror, {}};
  std::vector<std::string> names = reverse.targets(dns::Type::ptr);
  if (names.empty()) return {IprevOutcome::permerror, {}};
  names.resize(std::min(names.size(), names_max));
  bool temporary = false;
  for (std::string& name : names) {
    const dns::Answer answer = resolver.lookup({name, client_ip.is_v6() ? dns::Type::aaaa : dns::Type::a});
    if (spf_holds_address(answer, client_ip)) return {IprevOutcome::pass, std::move(name)};
    temporary = temporary || answer.temporary();
  }
  return {temporary ? IprevOutcome::temperror : IprevOutcome::fail, {}};
}

}  // namespace mailrig::auth
