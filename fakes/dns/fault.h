// What can go wrong with the DNS of a name, and when. Plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/dns/record.h"
#include "fakes/dns/rrset_timeline.h"

namespace mailrig::dns {

enum class FaultKind : std::uint8_t {
  servfail,
  timeout,   // nobody answers
  nxdomain,  // as if the name did not exist
  refused,
  truncated,  // over UDP only TC comes; TCP works
  slow,       // the answer comes late
  bogus,      // the signatures of a signed zone are wrong
  expired     // they have run out
};

struct Fault {
  std::string name;
  std::optional<Type> type;  // nullopt: questions of every type
  bool subtree = false;      // the names below it as well
  FaultKind kind = FaultKind::servfail;
  // Model time that a question takes longer. Not said: 10 s for a time-out, which is the two attempts of 5 s of most
  // stub resolvers (resolv.conf(5)); 2 s for slow; nothing for the others.
  std::optional<Duration> cost;
  Instant from = Instant::min();
  Instant until = never;             // not in force any more then
  std::vector<std::string> regions;  // who meets it; empty: everybody

  // Whether it meets a question, whose name is canonical, that is asked so.
  bool meets(const Question& question, const View& view) const;
  // What it does to the answer. True when that is all of the answer: nobody looks into the zones any more.
  bool strike(Answer& answer) const;
};

}  // namespace mailrig::dns
