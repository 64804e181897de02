// Conformance suites as the tests of this folder read them: where they are, what their files hold, and a resolver made
// from the zone JSON that all of them share. A suite that is absent is skipped visibly:
//
//   if (!suite::present("spf-openspf")) GTEST_SKIP() << suite::absent("spf-openspf");
//
// The resolver serves the tests' own cases too: suite::Resolver dns; dns.txt("example.com", "v=spf1 -all");
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/ip_address.h"
#include "fakes/dns/name.h"
#include "fakes/dns/resolver.h"
#include "fakes/mail/line_ends.h"

namespace mailrig::auth::suite {

inline std::filesystem::path folder(std::string_view suite) {
  const char* const elsewhere = std::getenv("MAILRIG_SUITES");
  const std::filesystem::path suites = elsewhere != nullptr
                                           ? std::filesystem::path(elsewhere)
                                           : std::filesystem::path(MAILRIG_SOURCE_DIR) / "../shared/suites";
  return suites / suite;
}

inline bool present(std::string_view suite) {
  return std::filesystem::exists(folder(suite));
}

inline std::string absent(std::string_view suite) {
  return folder(suite).string() + " is not there; MAILRIG_SUITES names the place of the suites";
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file << " cannot be read";
  return {std::istreambuf_iterator<char>(in), {}};
}

// Messages are kept with LF line ends; this is how they travel.
inline std::string read_message(const std::filesystem::path& file) {
  return mail::with_crlf(read_file(file));
}

inline boost::json::value read_json(const std::filesystem::path& file) {
  return boost::json::parse(read_file(file));
}

// The suites write a byte as the code point of its value (U+0096 is 0x96), since JSON has no bytes.
inline std::string bytes_of(std::string_view json_text) {
  std::string bytes;
  for (std::size_t i = 0; i < json_text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(json_text[i]);
    if ((lead == 0xC2 || lead == 0xC3) && i + 1 < json_text.size()) {
      bytes += static_cast<char>((lead & 3U) << 6U | (static_cast<unsigned char>(json_text[++i]) & 0x3FU));
    } else {
      bytes += static_cast<char>(lead);
    }
  }
  return bytes;
}

inline std::string bytes_of(const boost::json::value& value) {
  return bytes_of(std::string_view(value.as_string()));
}

// What a suite came to: "rfc7208-tests: 203 of 203". A total that shrinks is a fault of its own.
class Tally {
 public:
  Tally(std::string name, int expected_total) : name_(std::move(name)), expected_total_(expected_total) {}
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally() {
    std::cout << name_ << ": " << passed_ << " of " << total_ << '\n';
    EXPECT_EQ(total_, expected_total_) << name_ << " has another number of cases";
  }
  // Hands back what it was told, so that it fits into a condition.
  bool count(bool passed) {
    ++total_;
    passed_ += passed ? 1 : 0;
    return passed;
  }

 private:
  std::string name_;
  int expected_total_;
  int passed_ = 0;
  int total_ = 0;
};

// Absent name = NXDOMAIN, absent type = NODATA, CNAMEs are followed. Every question is noted.
class Resolver final : public dns::Resolver {
 public:
  static constexpr std::uint32_t negative_ttl_s = 300;

  Resolver() = default;
  // {"name": {"TXT": ["..." | ["chunk", "chunk"]], "A": [..], "AAAA": [..], "MX": [[pref, "host"]], "PTR": [..],
  //  "NS": [..], "CNAME": [..], "rcode": "NXDOMAIN|SERVFAIL|TIMEOUT|REFUSED", "rcode:TXT": ".."}}
  explicit Resolver(const boost::json::object& zone) { add(zone); }

  void add(const boost::json::object& zone) {
    for (const auto& [name, kinds] : zone) add_name(bytes_of(std::string_view(name)), kinds.as_object());
  }
  void add(dns::Record record) {
    record.name = canonical(record.name);
    names_[record.name].records.push_back(std::move(record));
  }
  void txt(std::string name, std::string_view text, std::uint32_t ttl_s = dns::Record::default_ttl_s) {
    add(dns::Record::txt(std::move(name), text, ttl_s));
  }
  void address(std::string name, std::string_view ip, std::uint32_t ttl_s = dns::Record::default_ttl_s) {
    add(dns::Record::address(std::move(name), *IpAddress::parse(ip), ttl_s));
  }
  void mx(std::string name, std::uint16_t preference, std::string host) {
    add(dns::Record::mx(std::move(name), preference, canonical(host)));
  }
  void ptr(std::string_view ip, std::string host) {
    add(dns::Record::ptr(IpAddress::parse(ip)->reverse_name(), canonical(host)));
  }
  void cname(std::string name, std::string target) { add(dns::Record::cname(std::move(name), canonical(target))); }
  // For one type, or for all types that the name has no records of.
  void fail(std::string_view name, std::string_view rcode, std::optional<dns::Type> type = std::nullopt) {
    names_[canonical(name)].faults[type.value_or(dns::Type::any)] = std::string(rcode);
  }
  void set_cost(Duration of_every_lookup) { cost_ = of_every_lookup; }

  dns::Answer lookup(const dns::Question& question) override {
    asked_.push_back({canonical(question.name), question.type});
    dns::Answer answer;
    answer.cost = cost_;
    if (!dns::canonical_name(question.name)) {
      answer.rcode = dns::Rcode::formerr;
      return answer;
    }
    std::string name = asked_.back().name;
    for (int hops = 0; hops <= 8; ++hops) {
      const auto found = names_.find(name);
      if (found == names_.end()) return negative(std::move(answer), dns::Rcode::nxdomain);
      const std::size_t before = answer.answers.size();
      for (const dns::Record& record : found->second.records) {
        if (record.type == question.type) answer.answers.push_back(record);
      }
      if (const std::string* fault = found->second.fault(question.type, answer.answers.size() > before)) {
        return failed(std::move(answer), *fault);
      }
      if (answer.answers.size() > before) return answer;
      const dns::Record* alias = found->second.alias();
      if (alias == nullptr) return negative(std::move(answer), dns::Rcode::noerror);
      answer.answers.push_back(*alias);
      name = std::get<dns::Target>(alias->data).name;
    }
    answer.answers.clear();
    answer.rcode = dns::Rcode::servfail;
    return answer;
  }

  // In the order of asking, names canonical.
  const std::vector<dns::Question>& asked() const { return asked_; }
  // "example.com TXT", for matchers and messages.
  std::vector<std::string> asked_as_text() const {
    std::vector<std::string> lines;
    for (const dns::Question& question : asked_) lines.push_back(question.name + " " + to_string(question.type));
    return lines;
  }
  void forget_asked() { asked_.clear(); }

 private:
  struct Node {
    std::vector<dns::Record> records;
    std::map<dns::Type, std::string> faults;  // Type::any: whatever has no records

    const std::string* fault(dns::Type type, bool has_records) const {
      auto found = faults.find(type);
      if (found == faults.end() && !has_records) found = faults.find(dns::Type::any);
      return found == faults.end() ? nullptr : &found->second;
    }
    const dns::Record* alias() const {
      for (const dns::Record& record : records) {
        if (record.type == dns::Type::cname) return &record;
      }
      return nullptr;
    }
  };

  // Suites hold names that are none, on purpose; those stay as they are.
  static std::string canonical(std::string_view name) { return dns::canonical_name(name).value_or(std::string(name)); }

  static std::optional<dns::Type> type_of(std::string_view name) {
    for (const auto type : {dns::Type::a, dns::Type::aaaa, dns::Type::mx, dns::Type::txt, dns::Type::ptr, dns::Type::ns,
                            dns::Type::cname}) {
      if (to_string(type) == name) return type;
    }
    return std::nullopt;  // "SPF", the type 99 of RFC 4408, which nobody asks for (RFC 7208 §3.1)
  }

  static dns::Data data_of(dns::Type type, const boost::json::value& value) {
    switch (type) {
      case dns::Type::a:
      case dns::Type::aaaa:
        return *IpAddress::parse(bytes_of(value));
      case dns::Type::mx:
        return dns::Mx{static_cast<std::uint16_t>(value.as_array().at(0).as_int64()),
                       canonical(bytes_of(value.as_array().at(1)))};
      case dns::Type::txt: {
        dns::Txt txt;
        if (value.is_string()) return dns::Txt::of(bytes_of(value));
        for (const auto& chunk : value.as_array()) txt.strings.push_back(bytes_of(chunk));
        return txt;
      }
      default:
        return dns::Target{canonical(bytes_of(value))};
    }
  }

  void add_name(const std::string& name, const boost::json::object& kinds) {
    Node& node = names_[canonical(name)];
    for (const auto& [key, values] : kinds) {
      const std::string_view kind(key);
      if (kind == "rcode") {
        fail(name, bytes_of(values));
      } else if (kind.starts_with("rcode:")) {
        if (const auto type = type_of(kind.substr(6))) fail(name, bytes_of(values), *type);
      } else if (const auto type = type_of(kind)) {
        for (const auto& value : values.as_array()) {
          node.records.push_back({canonical(name), *type, dns::Record::default_ttl_s, data_of(*type, value)});
        }
      }
    }
  }

  static dns::Answer negative(dns::Answer answer, dns::Rcode rcode) {
    answer.rcode = rcode;
    dns::Soa soa;
    soa.minimum_s = negative_ttl_s;
    answer.authority.push_back(dns::Record::soa("", soa));
    return answer;
  }

  static dns::Answer failed(dns::Answer answer, std::string_view how) {
    if (how == "NXDOMAIN") return negative(std::move(answer), dns::Rcode::nxdomain);
    CHECK(how == "SERVFAIL" || how == "TIMEOUT" || how == "REFUSED");
    answer.answers.clear();
    answer.rcode = how == "REFUSED" ? dns::Rcode::refused : dns::Rcode::servfail;
    answer.timed_out = how == "TIMEOUT";
    return answer;
  }

  std::map<std::string, Node> names_;
  std::vector<dns::Question> asked_;
  Duration cost_{};
};

}  // namespace mailrig::auth::suite
