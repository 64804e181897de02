// Master files (RFC 1035 §5) → records, read by ldns. The place of each record is kept, so that an error found later
// still names its line. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/dns/record.h"

namespace mailrig::dns {

struct PlacedRecord {
  Record record;
  int line = 0;
  int column = 0;
};

// `origin` is canonical and completes relative names until a $ORIGIN says otherwise. A record without a TTL gets the
// last one stated, by $TTL or a record, or else Record::default_ttl_s. $INCLUDE and classes other than IN are errors.
Result<std::vector<PlacedRecord>> parse_zone_text(std::string_view text, const std::string& file_name,
                                                  std::string_view origin);

// "MX", "mx", "TYPE65"; nothing for what is no type that a zone can hold.
std::optional<Type> parse_type(std::string_view text);

// The value of one record as a master file has it behind the type, names taken as absolute: "10 mx1.shop.example". TXT
// that does not begin with a quote is one text of any length, spaces and all.
Result<Data> parse_data(Type type, std::string_view text);

}  // namespace mailrig::dns
