#include "fakes/auth/arc_seal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/auth/dkim_field_writer.h"
#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_signature.h"
#include "fakes/base/check.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::size_t results_octets_max = 65'536;

bool is_unsealable_field(std::string_view name) {
  // RFC 8617 §4.1.2 on h=: these change on the way.
  return mail::equals_ignoring_case(name, "ARC-Seal") || mail::equals_ignoring_case(name, "Authentication-Results");
}

// Text whose blanks are places to fold at.
void write_words(FieldWriter& field, std::string_view text) {
  while (!(text = mail::trim(text)).empty()) {
    const std::size_t length = std::min(text.find_first_of(" \t\r\n"), text.size());
    field.word(text.substr(0, length));
    text.remove_prefix(length);
  }
}

std::string results_field(unsigned instance, std::string_view results) {
  FieldWriter field("ARC-Authentication-Results");
  field.tag("i", instance);
  write_words(field, results);
  field.end();
  return std::move(field).take();
}

// RFC 5322 §2.1.1 allows 998. Seals cover the signatures before them, and the folds in those with them, so signatures
// of keys in use stay in one piece: what a relay might lay out anew cannot break the chain.
constexpr std::size_t value_columns_max = 900;

// Behind the value there is always a fold, so that what follows is laid out the same, whatever the value.
void write_value(FieldWriter& field, std::string_view value) {
  field.fold();
  field.continuation("b=");
  field.breakable(std::string(value) + ";", value_columns_max);
  field.fold();
}

}  // namespace

Result<ArcSealer> ArcSealer::make(ArcSealOptions options) {
  // A seal asks the same of domain, selector, key and fields as a signature.
  const auto signer = DkimSigner::make(
      {.domain = options.domain, .selector = options.selector, .key = options.key, .fields = options.fields});
  if (!signer) return signer.error();
  for (const std::string& name : options.fields) {
    if (is_unsealable_field(name)) return Error{.message = name + " must not be signed (RFC 8617 section 4.1.2)"};
  }
  options.domain = *parse_signing_domain(options.domain);
  options.selector = *parse_selector(options.selector);
  return ArcSealer(std::move(options));
}

ArcSealer::ArcSealer(ArcSealOptions options)
    : options_(std::move(options)),
      fields_by_default_(options_.fields.empty()),
      key_(*options_.key),
      body_(std::make_unique<BodyHasher>(Canonicalization::relaxed)) {
  if (fields_by_default_) {
    options_.fields = default_signed_fields();
    options_.fields.emplace_back("DKIM-Signature");
  }
}

std::string ArcSealer::seal(std::string_view message, const ArcOutcome& chain, std::string_view results, Instant now) {
  begin(message);
  push(message.substr(header_.body_offset()));
  return finish(chain, results, now);
}

void ArcSealer::begin(std::string_view header) {
  header_.assign(header);
  header_.begin_choice();
  names_.clear();
  chosen_.clear();
  if (!fields_by_default_) {
    for (const std::string& name : options_.fields) add_name(name, header_.choose(FieldName(name)));
    return;
  }
  for (const std::string& name : options_.fields) {
    while (names_.size() < signed_names_max) {
      const mail::HeaderField* field = header_.choose(FieldName(name));
      // From is signed even where it is missing (RFC 6376 §5.4); it is the first name.
      if (field == nullptr && !names_.empty()) break;
      add_name(name, field);
    }
  }
}

void ArcSealer::add_name(std::string_view name, const mail::HeaderField* field) {
  names_.push_back(name);
  if (field != nullptr) chosen_.push_back(field);
}

std::string ArcSealer::finish(const ArcOutcome& chain, std::string_view results, Instant now) {
  const std::string body_hash = mail::base64(as_bytes(body_->finish().digest));
  if (chain.ended || chain.instances >= arc_instances_max) return {};
  Stamp stamp;
  stamp.instance = chain.instances + 1;
  stamp.cv = chain.result;
  stamp.time_s = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();

  const std::string results_text = results_field(stamp.instance, results.substr(0, results_octets_max));

  std::string signed_before;
  for (const mail::HeaderField* field : chosen_) {
    append_canonical_field(signed_before, Canonicalization::relaxed, field->raw);
  }
  const std::string signature_text =
      message_signature(stamp, body_hash, sign(signed_before, message_signature(stamp, body_hash, {})));

  // RFC 8617 §5.1.2: of a chain that failed, the seal covers the newest set alone.
  std::string sealed_before;
  if (stamp.cv == ArcResult::pass) {
    for (const ArcSet& set : collect_arc_chain(header_).sets) append_arc_set(sealed_before, set);
  }
  append_canonical_field(sealed_before, Canonicalization::relaxed, results_text);
  append_canonical_field(sealed_before, Canonicalization::relaxed, signature_text);
  const std::string seal_text = seal_field(stamp, sign(sealed_before, seal_field(stamp, {})));

  return seal_text + signature_text + results_text;
}

std::string ArcSealer::message_signature(const Stamp& stamp, std::string_view body_hash, std::string_view value) const {
  FieldWriter field("ARC-Message-Signature");
  field.tag("a", algorithm_name(options_.key->type()));
  write_value(field, value);
  field.continuation(fmt::format("bh={};", body_hash));
  field.word("c=relaxed/relaxed;");
  field.tag("d", options_.domain);
  write_signed_names(field, names_);
  field.tag("i", stamp.instance);
  field.tag("s", options_.selector);
  field.word(fmt::format("t={}", stamp.time_s));
  field.end();
  return std::move(field).take();
}

std::string ArcSealer::seal_field(const Stamp& stamp, std::string_view value) const {
  FieldWriter field("ARC-Seal");
  field.tag("a", algorithm_name(options_.key->type()));
  write_value(field, value);
  field.continuation(fmt::format("cv={};", to_string(stamp.cv)));
  field.tag("d", options_.domain);
  field.tag("i", stamp.instance);
  field.tag("s", options_.selector);
  field.word(fmt::format("t={}", stamp.time_s));
  field.end();
  return std::move(field).take();
}

std::string ArcSealer::sign(std::string_view signed_before, std::string_view text) {
  std::string own;
  append_canonical_signature(own, Canonicalization::relaxed, text, text.substr(0, 0));
  hash_.update(signed_before);
  hash_.update(own);
  return mail::base64(key_.sign(hash_.finish()));
}

std::string collected_results(std::string_view header, std::string_view authentication_service) {
  std::string collected(authentication_service);
  mail::HeaderReader reader(header);
  while (const auto field = reader.next()) {
    if (!mail::equals_ignoring_case(field->name, "Authentication-Results")) continue;
    const std::size_t end = field->value.find(';');
    if (end == std::string_view::npos) continue;
    // A version may stand behind the name (RFC 8601 §2.2).
    const std::string_view service = mail::trim(field->value.substr(0, end));
    const std::string_view name = service.substr(0, std::min(service.find_first_of(" \t\r\n"), service.size()));
    if (!mail::equals_ignoring_case(name, authentication_service)) continue;
    if (collected.size() + field->value.size() > results_octets_max) break;
    collected += "; ";
    collected += mail::trim(field->value.substr(end + 1));
  }
  return collected;
}

}  // namespace mailrig::auth
