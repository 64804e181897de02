#include "fakes/dns/fault.h"

#include <algorithm>

#include "fakes/dns/name.h"

namespace mailrig::dns {
namespace {

Duration usual_cost(FaultKind kind) {
  if (kind == FaultKind::timeout) return std::chrono::seconds(10);
  return kind == FaultKind::slow ? std::chrono::seconds(2) : Duration::zero();
}

}  // namespace

bool Fault::meets(const Question& question, const View& view) const {
  if (view.now < from || view.now >= until) return false;
  if (type && *type != question.type) return false;
  if (subtree ? !is_within(question.name, name) : question.name != name) return false;
  return regions.empty() || std::find(regions.begin(), regions.end(), view.region) != regions.end();
}

bool Fault::strike(Answer& answer) const {
  answer.cost += cost.value_or(usual_cost(kind));
  switch (kind) {
    case FaultKind::slow:
      return false;
    case FaultKind::truncated:
      answer.truncated_over_udp = true;
      return false;
    case FaultKind::bogus:
      answer.signatures = Signatures::bogus;
      return false;
    case FaultKind::expired:
      answer.signatures = Signatures::expired;
      return false;
    case FaultKind::nxdomain:
      answer.rcode = Rcode::nxdomain;
      return true;
    case FaultKind::refused:
      answer.rcode = Rcode::refused;
      break;
    case FaultKind::timeout:
      answer.timed_out = true;
      answer.rcode = Rcode::servfail;
      break;
    case FaultKind::servfail:
      answer.rcode = Rcode::servfail;
      break;
  }
  answer.answers.clear();
  return true;
}

}  // namespace mailrig::dns
