#include "fakes/diagnose/service_records.h"

#include <fmt/format.h>

#include <algorithm>

#include "fakes/auth/dmarc_record.h"
#include "fakes/auth/key_record.h"
#include "fakes/auth/spf_record.h"
#include "fakes/config/document.h"
#include "fakes/config/table.h"
#include "fakes/diagnose/domain_checks.h"
#include "fakes/diagnose/shipped_services.h"
#include "fakes/diagnose/zone_line.h"
#include "fakes/dns/name.h"
#include "fakes/mail/text.h"

namespace mailrig::diagnose {
namespace {

const config::Table<Service>& service_table() {
  static const auto table = [] {
    config::Table<ServiceRecord> record("service record");
    record.key("kind", &ServiceRecord::kind,
               config::one_of<ServiceRecordKind>({{"mx", ServiceRecordKind::mx},
                                                  {"spf", ServiceRecordKind::spf},
                                                  {"dkim", ServiceRecordKind::dkim},
                                                  {"dmarc", ServiceRecordKind::dmarc},
                                                  {"txt", ServiceRecordKind::txt},
                                                  {"cname", ServiceRecordKind::cname}}),
               "What the record is", config::Presence::required);
    record.key("at", &ServiceRecord::at, config::text(), "Its name, relative to the domain");
    record.key("need", &ServiceRecord::need, config::text(), "What it must hold");
    record.check([](const config::Node& node, ServiceRecord& value, config::Errors& errors) {
      const bool needs = value.kind == ServiceRecordKind::mx || value.kind == ServiceRecordKind::spf;
      if (needs && value.need.empty()) errors.add(node, "'need' says which host (mx) or term (spf)");
    });
    config::Table<Service> service("sending service");
    service.key("name", &Service::name, config::text(), "What the service is called", config::Presence::required);
    service.key("records", &Service::records, config::list_of(config::object(record)), "The records it wants",
                config::Presence::required);
    return service;
  }();
  return table;
}

bool holds_spf_term(const std::string& text, std::string_view term) {
  const auto record = auth::parse_spf_record(text);
  return record &&
         std::any_of(record->directives.begin(), record->directives.end(), [&](const auth::SpfDirective& one) {
           const std::string_view written = one.text.starts_with('+') ? one.text.substr(1) : one.text;
           return mail::equals_ignoring_case(written, term);
         });
}

struct Comparison {
  ServiceRow row;
  std::string remedy;
};

std::string joined_values(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " | ") + shown(value);
  return text;
}

Comparison compare_spf(const dns::Answer& answer, const std::string& name, const ServiceRecord& record) {
  std::vector<std::string> records;
  for (std::string& text : answer.texts()) {
    if (auth::is_spf_record(text)) records.push_back(std::move(text));
  }
  const std::string wanted = fmt::format("v=spf1 {} ~all", record.need);
  Comparison comparison{{name, "TXT", wanted, joined_values(records), false}, {}};
  comparison.row.fulfilled = records.size() == 1 && holds_spf_term(records[0], record.need);
  // The term joins what is there: a second record would void both.
  std::vector<std::string> parts = records;
  if (std::none_of(records.begin(), records.end(),
                   [&](const std::string& text) { return holds_spf_term(text, record.need); })) {
    parts.push_back(records.empty() ? wanted : fmt::format("v=spf1 {}", record.need));
  }
  comparison.remedy = (records.empty() ? "publish: " : "publish this one SPF record instead: ") +
                      zone_line(dns::Record::txt(name, merged_spf_record(parts)));
  return comparison;
}

Comparison compare(dns::Resolver& resolver, const std::string& name, const ServiceRecord& record, Findings& findings) {
  switch (record.kind) {
    case ServiceRecordKind::mx: {
      std::vector<std::string> hosts;
      for (const dns::Mx& mx : ask(resolver, name, dns::Type::mx, findings).mail_exchangers()) {
        hosts.push_back(mx.exchange);
      }
      const auto wanted = dns::canonical_name(record.need).value_or(record.need);
      return {{name, "MX", wanted, joined_values(hosts), std::find(hosts.begin(), hosts.end(), wanted) != hosts.end()},
              "publish: " + zone_line(dns::Record::mx(name, 10, wanted))};
    }
    case ServiceRecordKind::spf:
      return compare_spf(ask(resolver, name, dns::Type::txt, findings), name, record);
    case ServiceRecordKind::cname: {
      const auto targets = ask(resolver, name, dns::Type::cname, findings).targets(dns::Type::cname);
      const auto wanted = dns::canonical_name(record.need).value_or(record.need);
      const bool fulfilled = !targets.empty() && targets[0].ends_with(wanted);
      return {{name, "CNAME", wanted.empty() ? "(the service's)" : wanted, joined_values(targets), fulfilled},
              "publish: " + zone_line(dns::Record::cname(name, wanted))};
    }
    case ServiceRecordKind::dkim: {
      const auto texts = ask(resolver, name, dns::Type::txt, findings).texts();
      const bool usable = !texts.empty() && std::all_of(texts.begin(), texts.end(), [](const std::string& text) {
        return auth::parse_key_record(text).fault.empty();
      });
      return {{name, "TXT", "v=DKIM1; k=rsa; p=(the key the service shows)", joined_values(texts), usable},
              fmt::format("publish at {} the key that the service's console shows", name)};
    }
    case ServiceRecordKind::dmarc: {
      const auto texts = ask(resolver, name, dns::Type::txt, findings).texts();
      const bool usable = std::count_if(texts.begin(), texts.end(), [](const std::string& text) {
                            const auto parsed = auth::parse_dmarc_record(text);
                            return parsed && parsed->p.value;
                          }) == 1;
      const std::string wanted = record.need.empty() ? "v=DMARC1; p=none" : record.need;
      return {{name, "TXT", wanted, joined_values(texts), usable},
              "publish: " + zone_line(dns::Record::txt(name, wanted))};
    }
    case ServiceRecordKind::txt:
      break;
  }
  const auto texts = ask(resolver, name, dns::Type::txt, findings).texts();
  const bool found = std::any_of(texts.begin(), texts.end(),
                                 [&](const std::string& text) { return text.find(record.need) != std::string::npos; });
  return {{name, "TXT", record.need.empty() ? "(the service's)" : record.need, joined_values(texts), found},
          record.need.empty() ? fmt::format("publish at {} the text that the service's console shows", name)
                              : "publish: " + zone_line(dns::Record::txt(name, record.need))};
}

}  // namespace

std::string_view to_string(ServiceRecordKind kind) {
  switch (kind) {
    case ServiceRecordKind::mx:
      return "mx";
    case ServiceRecordKind::spf:
      return "spf";
    case ServiceRecordKind::dkim:
      return "dkim";
    case ServiceRecordKind::dmarc:
      return "dmarc";
    case ServiceRecordKind::txt:
      return "txt";
    case ServiceRecordKind::cname:
      return "cname";
  }
  return "txt";
}

std::vector<std::string> shipped_services() {
  std::vector<std::string> names;
  for (const ShippedService& service : shipped_service_files()) names.emplace_back(service.name);
  return names;
}

Result<Service> load_service(const std::string& name_or_file) {
  for (const ShippedService& service : shipped_service_files()) {
    if (service.name != name_or_file) continue;
    const auto document = config::Document::parse(service.yaml, name_or_file);
    if (!document) return document.error();
    return service_table().parse(document->root());
  }
  if (name_or_file.find('/') == std::string::npos && !name_or_file.ends_with(".yaml")) {
    return Error{fmt::format("there is no sending service '{}'{}; a file of your own ends in .yaml", name_or_file,
                             config::suggestion(name_or_file, shipped_services()))};
  }
  const auto document = config::Document::read(name_or_file);
  if (!document) return document.error();
  return service_table().parse(document->root());
}

std::vector<ServiceRow> compare_service_records(dns::Resolver& resolver, std::string_view domain,
                                                const Service& service, Findings& findings) {
  std::vector<ServiceRow> rows;
  for (const ServiceRecord& record : service.records) {
    const std::string name = record.at.empty() ? std::string(domain) : fmt::format("{}.{}", record.at, domain);
    Comparison comparison = compare(resolver, name, record, findings);
    if (!comparison.row.fulfilled) {
      findings.error("service-record", name,
                     fmt::format("{} wants {} {}; now: {}", service.name, comparison.row.type, comparison.row.required,
                                 comparison.row.current.empty() ? "nothing" : comparison.row.current),
                     comparison.remedy);
    }
    rows.push_back(std::move(comparison.row));
  }
  return rows;
}

}  // namespace mailrig::diagnose
