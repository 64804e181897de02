#include "fakes/diagnose/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/mail/text.h"

namespace mailrig::diagnose {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::advice:
      return "advice";
  }
  return "error";
}

void Findings::add(Finding finding) {
  if (std::find(findings_.begin(), findings_.end(), finding) == findings_.end()) {
    findings_.push_back(std::move(finding));
  }
}

void Findings::error(std::string id, std::string subject, std::string evidence, std::string remedy) {
  add({std::move(id), Severity::error, std::move(subject), std::move(evidence), std::move(remedy)});
}

void Findings::warning(std::string id, std::string subject, std::string evidence, std::string remedy) {
  add({std::move(id), Severity::warning, std::move(subject), std::move(evidence), std::move(remedy)});
}

void Findings::advice(std::string id, std::string subject, std::string evidence, std::string remedy) {
  add({std::move(id), Severity::advice, std::move(subject), std::move(evidence), std::move(remedy)});
}

std::vector<Finding> Findings::sorted() const {
  std::vector<Finding> sorted = findings_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return sorted;
}

bool Findings::broken() const {
  return std::any_of(findings_.begin(), findings_.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

std::string shown(std::string_view text) {
  constexpr std::size_t octets_max = 1000;
  std::string out;
  std::string_view rest = text;
  while (!rest.empty() && out.size() < octets_max) {
    const std::size_t length = mail::utf8_length(rest);
    const bool control = static_cast<unsigned char>(rest.front()) < 0x20 || rest.front() == 0x7f;
    if (length == 0 || control) {
      out += control && rest.front() == '\t' ? ' ' : '?';
      rest.remove_prefix(1);
    } else {
      out += rest.substr(0, length);
      rest.remove_prefix(length);
    }
  }
  if (!rest.empty()) out += "...";
  return out;
}

dns::Answer ask(dns::Resolver& resolver, std::string_view name, dns::Type type, Findings& findings) {
  dns::Answer answer = resolver.lookup({std::string(name), type});
  if (answer.temporary()) {
    findings.error(
        "dns-no-answer", std::string(name),
        fmt::format("{}: {}", dns::to_string(type), answer.timed_out ? "time-out" : dns::to_string(answer.rcode)),
        "make the domain's name servers answer this question; receivers defer mail until they do");
  }
  return answer;
}

std::string_view absence(const dns::Answer& answer) {
  if (answer.timed_out) return "time-out";
  if (answer.temporary()) return "no answer";
  return answer.rcode == dns::Rcode::nxdomain ? "no such domain" : "no such record";
}

}  // namespace mailrig::diagnose
