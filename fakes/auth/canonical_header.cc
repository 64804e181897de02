#include "fakes/auth/canonical_header.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "fakes/base/check.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

// From the length of a name and sixteen of its octets. It takes other names for one another too, which costs a
// comparison.
std::uint32_t name_hash(std::string_view name) {
  constexpr std::uint64_t lower = 0x2020'2020'2020'2020U;
  constexpr std::uint64_t multiplier = 0x9e37'79b9'7f4a'7c15U;
  std::uint64_t front = 0;
  std::uint64_t back = 0;
  if (name.size() >= sizeof front) {
    std::memcpy(&front, name.data(), sizeof front);
    std::memcpy(&back, name.data() + name.size() - sizeof back, sizeof back);
  } else {
    for (const char c : name) front = front << 8U | static_cast<unsigned char>(c);
  }
  std::uint64_t hash = ((front | lower) ^ name.size()) * multiplier;
  hash = (hash ^ hash >> 32U ^ (back | lower)) * multiplier;
  return static_cast<std::uint32_t>(hash >> 32U);
}

// Unchanged, but for lines that came with a bare LF.
void append_simple(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t lf = std::min(text.find('\n'), text.size());
    out.append(text.substr(0, lf));
    if (lf == text.size()) return;
    if (lf == 0 || text[lf - 1] != '\r') out += '\r';
    out += '\n';
    text.remove_prefix(lf + 1);
  }
}

// Text of one field in relaxed form. State runs on from one append to the next, so that a field can be given in parts;
// the first that is not empty holds the whole name.
class RelaxedField {
 public:
  explicit RelaxedField(std::string& out) : out_(out) {}

  void append(std::string_view text) {
    const std::size_t before = out_.size();
    out_.resize(before + text.size() + 1);  // no octet becomes two, but a colon may be missing
    to_ = out_.data() + before;
    if (!in_value_ && !text.empty()) text = write_name(text);
    write_value(text.data(), text.data() + text.size());
    out_.resize(static_cast<std::size_t>(to_ - out_.data()));
  }

 private:
  // "Delete any WSP characters remaining before and after the colon"
  std::string_view write_name(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    char* to = to_;
    for (const char c : text.substr(0, colon)) {
      if (mail::is_wsp(c)) break;
      *to++ = mail::to_lower(c);
    }
    *to++ = ':';
    to_ = to;
    in_value_ = true;
    return text.substr(std::min(colon + 1, text.size()));
  }

  void write_value(const char* at, const char* end) {
    while (at != end) {
      if (mail::is_wsp(*at)) {
        held_space_ = true;
        ++at;
      } else if (*at == '\n' || (*at == '\r' && at + 1 != end && at[1] == '\n')) {
        ++at;  // a fold
      } else {
        if (held_space_ && any_value_) *to_++ = ' ';
        held_space_ = false;
        any_value_ = true;
        const char* const stop = *at == '\r' ? at + 1 : end_of_canonical_run(Canonicalization::relaxed, at, end);
        to_ = std::copy(at, stop, to_);
        at = stop;
      }
    }
  }

  std::string& out_;
  char* to_ = nullptr;
  bool in_value_ = false;
  bool any_value_ = false;
  bool held_space_ = false;
};

}  // namespace

FieldName::FieldName(std::string_view text) : text_(text), hash_(name_hash(text)) {}

void HeaderFields::assign(std::string_view header) {
  fields_.clear();
  overfull_ = false;
  mail::HeaderReader reader(header);
  while (const auto field = reader.next()) {
    if (fields_.size() == header_fields_max) {
      overfull_ = true;
    } else {
      fields_.push_back(*field);
    }
  }
  body_offset_ = reader.body_offset();

  choice_ = 0;
  links_.assign(fields_.size(), {});
  buckets_.assign(std::bit_ceil(fields_.size() + 1), 0);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    links_[i].hash = name_hash(fields_[i].name);
    std::uint32_t& lowest = buckets_[links_[i].hash & (buckets_.size() - 1)];
    links_[i].above = lowest;
    lowest = static_cast<std::uint32_t>(i + 1);
  }
}

const mail::HeaderField* HeaderFields::choose(const FieldName& name) {
  for (std::uint32_t at = buckets_[name.hash() & (buckets_.size() - 1)]; at != 0; at = links_[at - 1].above) {
    Link& link = links_[at - 1];
    if (link.hash != name.hash() || link.choice == choice_) continue;
    if (!mail::equals_ignoring_case(fields_[at - 1].name, name.text())) continue;
    link.choice = choice_;
    return &fields_[at - 1];
  }
  return nullptr;
}

void append_canonical_field(std::string& out, Canonicalization method, std::string_view raw) {
  raw = mail::without_line_end(raw);
  if (method == Canonicalization::simple) {
    append_simple(out, raw);
  } else {
    RelaxedField(out).append(raw);
  }
  out += "\r\n";
}

void append_canonical_signature(std::string& out, Canonicalization method, std::string_view raw, std::string_view cut) {
  raw = mail::without_line_end(raw);
  CHECK(cut.data() >= raw.data() && cut.data() + cut.size() <= raw.data() + raw.size());
  const auto before = static_cast<std::size_t>(cut.data() - raw.data());
  const std::string_view behind = raw.substr(before + cut.size());
  raw = raw.substr(0, before);
  if (method == Canonicalization::simple) {
    append_simple(out, raw);
    append_simple(out, behind);
  } else {
    RelaxedField field(out);
    field.append(raw);
    field.append(behind);
  }
}

}  // namespace mailrig::auth
