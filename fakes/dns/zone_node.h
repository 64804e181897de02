// A name in the zones, and what stands at it as time goes by. A node without records is an empty non-terminal
// (RFC 8020): the name exists because something below it does.
//
// Thread rule: a plain value; const access from many threads while nobody changes it.
#pragma once

#include <string>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/dns/record.h"
#include "fakes/dns/rrset_timeline.h"

namespace mailrig::dns {

struct ZoneNode {
  // When something in the zone changes, and how that spreads.
  struct Change {
    std::string name;
    Instant at{};
    Duration propagation{};
    Duration every{};  // 0: once
  };

  std::vector<Record> records;          // in the order of adding, which is the order of answers
  std::vector<RrsetTimeline> changing;  // per type and set of regions; empty for almost every name
  std::vector<Change> zone_changes;     // of an apex, by time
  bool has_children = false;

  const Record* soa() const;
  // As the view sees it: its serial counts the changes so far. The node must be an apex.
  Record soa_at(const View& view) const;
  void note_change(const RrsetChange& change);

  // The version of an RRset that the view sees; null: what `records` has.
  const std::vector<Record>* current(Type type, const View& view) const;
  // Calls take(record) for everything that the view sees.
  template <class Take>
  void each(const View& view, Take take) const {
    for (const Record& record : records) {
      if (changing.empty() || current(record.type, view) == nullptr) take(record);
    }
    for (const RrsetTimeline& timeline : changing) {
      const std::vector<Record>* version = current(timeline.type(), view);
      if (version == nullptr || version != timeline.current(view)) continue;
      for (const Record& record : *version) take(record);
    }
  }
  const Record* first(Type type, const View& view) const;
  bool exists(const View& view) const;
  void rebuild(Type type);
};

}  // namespace mailrig::dns
