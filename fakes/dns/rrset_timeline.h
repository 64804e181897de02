// What an RRset is as time goes by: the versions that a run has decided on before it begins. A version comes to one
// region after the other, as resolvers come to see a change; one that alternates gives its sets in turn.
//
// Thread rule: a plain value; const access from many threads while nobody changes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/dns/record.h"

namespace mailrig::dns {

// When, and from where, somebody looks. Region "" is nowhere in particular.
struct View {
  Instant now{};
  std::string_view region;
};

// From `at` on the RRset (name, type) is what `values` says.
struct RrsetChange {
  std::string name;
  Type type = Type::txt;
  Instant at{};                                // before it, the RRset is what the changes before made it
  std::vector<Data> values;                    // empty: the RRset is removed
  std::vector<std::vector<Data>> alternating;  // instead of `values`: sets that are given in turn, each for `every`
  Duration every{};
  std::uint32_t ttl_s = Record::default_ttl_s;
  // TXT only: records that begin so are replaced, the others stay, as when somebody corrects the SPF record of a domain
  // that has other TXT records too.
  std::string txt_prefix;
  // Each region sees the change at a moment of its own in (at, at + propagation]; without it, all see it at `at`.
  Duration propagation{};
  // Where it holds; empty: everywhere. What is said for a region goes before what is said for all.
  std::vector<std::string> regions;
};

// How long after a change with this propagation the region sees it: spread evenly over (0, propagation] by a hash of
// the region and the name.
Duration propagation_delay(Duration propagation, std::string_view region, std::string_view name);

class RrsetTimeline {
 public:
  RrsetTimeline(Type type, std::vector<std::string> regions) : type_(type), regions_(std::move(regions)) {}

  Type type() const { return type_; }
  const std::vector<std::string>& regions() const { return regions_; }
  bool covers(std::string_view region) const;

  // Puts the change, whose names are canonical, where its time belongs: behind what is scheduled for the same instant.
  void add(RrsetChange change);
  // `base` is the RRset before every change.
  void rebuild(const std::vector<Record>& base);

  // The RRset as the view sees it; null while the view sees no version yet.
  const std::vector<Record>* current(const View& view) const;

 private:
  struct Version {
    Instant at{};
    Duration propagation{};
    Duration every{};                        // 0: does not alternate
    std::vector<std::vector<Record>> turns;  // one at least
  };

  Type type_;
  std::vector<std::string> regions_;
  std::vector<RrsetChange> changes_;  // by time
  std::vector<Version> versions_;     // one per change: the state after it and all before it
};

}  // namespace mailrig::dns
