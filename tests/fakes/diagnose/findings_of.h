// What a check finds, as "severity id" in the order found, for tests that compare with a list.
#pragma once

#include <string>
#include <vector>

#include "fakes/diagnose/finding.h"
#include "fakes/dns/zone_file_resolver.h"

namespace mailrig::diagnose {

inline std::vector<std::string> ids(const Findings& findings) {
  std::vector<std::string> list;
  for (const Finding& finding : findings.all())
    list.push_back(std::string(to_string(finding.severity)) + " " + finding.id);
  return list;
}

inline const Finding* find(const Findings& findings, std::string_view id) {
  for (const Finding& finding : findings.all()) {
    if (finding.id == id) return &finding;
  }
  return nullptr;
}

inline std::string remedy_of(const Findings& findings, std::string_view id) {
  const Finding* finding = find(findings, id);
  return finding == nullptr ? "no such finding" : finding->remedy;
}

inline dns::ZoneFileResolver zone(const std::string& text) {
  return dns::ZoneFileResolver::parse(text, "test.zone").value();
}

}  // namespace mailrig::diagnose
