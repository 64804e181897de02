// The DNS records that a sending service wants on its customers' domains: a table of required and current values.
// Services are YAML, shipped ones inside the program (each value with its source), others from a file of the user's.
// Values and pure functions, but for the resolver and for the file that load_service() reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/diagnose/finding.h"
#include "fakes/dns/resolver.h"

namespace mailrig::diagnose {

enum class ServiceRecordKind : std::uint8_t { mx, spf, dkim, dmarc, txt, cname };
std::string_view to_string(ServiceRecordKind kind);

struct ServiceRecord {
  ServiceRecordKind kind = ServiceRecordKind::txt;
  std::string at;  // relative to the domain: "_dmarc"; empty: the domain itself
  // mx: the host. spf: a term. dmarc: the least record, any policy will do. txt: what the text contains. cname: what
  // the target ends in. dkim: unused, for keys differ. Empty for txt and cname: any value.
  std::string need;
};

struct Service {
  std::string name;
  std::vector<ServiceRecord> records;
};

std::vector<std::string> shipped_services();
// A shipped service's name, or a file (what contains a "/" or ends in ".yaml").
Result<Service> load_service(const std::string& name_or_file);

struct ServiceRow {
  std::string name;
  std::string type;  // "MX", "TXT", "CNAME"
  std::string required;
  std::string current;  // empty: nothing there
  bool fulfilled = false;
};

// One row for each record of the service; `service-record` (an error) for each that is not as required.
std::vector<ServiceRow> compare_service_records(dns::Resolver& resolver, std::string_view domain,
                                                const Service& service, Findings& findings);

}  // namespace mailrig::diagnose
