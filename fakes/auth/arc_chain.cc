#include "fakes/auth/arc_chain.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fakes/auth/tag_list.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

std::optional<unsigned> parse_instance(std::string_view value) {
  const auto number = parse_tag_number(value);
  if (!number || *number < 1 || *number > arc_instances_max || value.size() > 2) return std::nullopt;
  return static_cast<unsigned>(*number);
}

// ARC-Authentication-Results begin with "i=1;" (RFC 8617 §4.1.1), then go on as no tag list.
std::optional<unsigned> instance_of_results(std::string_view value) {
  const std::size_t end = value.find(';');
  if (end == std::string_view::npos) return std::nullopt;
  const TagList tags = TagList::parse(value.substr(0, end));
  const auto instance = tags.value("i");
  return instance ? parse_instance(*instance) : std::nullopt;
}

std::optional<unsigned> instance_of_tags(const TagList& tags) {
  const auto instance = tags.value("i");
  return instance ? parse_instance(*instance) : std::nullopt;
}

std::optional<ArcResult> parse_chain_status(std::string_view value) {
  for (const ArcResult status : {ArcResult::none, ArcResult::fail, ArcResult::pass}) {
    if (mail::equals_ignoring_case(value, to_string(status))) return status;
  }
  return std::nullopt;
}

// What is wrong with a seal (RFC 8617 §4.1.3); empty for nothing.
std::string read_seal(ArcSet& set, const TagList& tags) {
  Signature& signature = set.seal_signature;
  signature.raw = set.seal->raw;
  for (const std::string_view name : {"a", "b", "cv", "d", "s"}) {
    if (!tags.find(name)) return "missing required tag " + std::string(name) + "=";
  }
  if (tags.find("h")) return "h= is not allowed";
  const auto status = parse_chain_status(*tags.value("cv"));
  if (!status) return "cv= is none of none, fail, pass";
  set.seal_cv = *status;
  if (!read_algorithm(signature, *tags.value("a"))) return signature.reason;
  auto domain = parse_signing_domain(*tags.value("d"));
  if (!domain) return "d= is no domain name";
  signature.domain = *std::move(domain);
  auto selector = parse_selector(*tags.value("s"));
  if (!selector) return "s= is no selector";
  signature.selector = *std::move(selector);
  if (const auto time = tags.value("t"); time && !parse_tag_number(*time)) return "t= is no number";
  auto value = decode_base64(*tags.value("b"));
  if (!value) return "b= is not base64";
  signature.signature = *std::move(value);
  signature.cut = tags.find("b")->raw;
  return {};
}

enum class ArcField : std::uint8_t { results, message_signature, seal };

std::optional<ArcField> arc_field(std::string_view name) {
  if (mail::equals_ignoring_case(name, "ARC-Authentication-Results")) return ArcField::results;
  if (mail::equals_ignoring_case(name, "ARC-Message-Signature")) return ArcField::message_signature;
  if (mail::equals_ignoring_case(name, "ARC-Seal")) return ArcField::seal;
  return std::nullopt;
}

const mail::HeaderField*& place_of(ArcSet& set, ArcField kind) {
  switch (kind) {
    case ArcField::results:
      return set.results;
    case ArcField::message_signature:
      return set.message_signature;
    case ArcField::seal:
      break;
  }
  return set.seal;
}

std::string numbered(std::string_view what, std::size_t instance) {
  return std::string(what) + "(" + std::to_string(instance) + ")";
}

// Sorts one field into its set; says what is wrong with it.
std::string sort_in(ArcChain& chain, ArcField kind, const mail::HeaderField& field) {
  std::optional<unsigned> instance;
  TagList tags;
  if (kind == ArcField::results) {
    instance = instance_of_results(field.value);
  } else {
    tags = TagList::parse(field.value);
    if (!tags.valid()) return std::string(field.name) + ": " + std::string(in_words(tags.fault()));
    instance = instance_of_tags(tags);
  }
  if (!instance) return std::string(field.name) + ": no instance (i=) from 1 to 50";
  chain.highest = std::max(chain.highest, *instance);
  if (chain.sets.size() < *instance) chain.sets.resize(*instance);
  ArcSet& set = chain.sets[*instance - 1];
  const mail::HeaderField*& place = place_of(set, kind);
  if (place != nullptr) return std::string(field.name) + ": instance " + std::to_string(*instance) + " appears twice";
  place = &field;
  if (kind == ArcField::seal) {
    if (std::string fault = read_seal(set, tags); !fault.empty()) return numbered("ARC-Seal", *instance) + ": " + fault;
  }
  return {};
}

// RFC 8617 §5.2 step 3: every set complete, instances without gaps, the first seal says none and all others pass.
std::string structure_fault(const ArcChain& chain) {
  for (std::size_t i = 0; i < chain.sets.size(); ++i) {
    const ArcSet& set = chain.sets[i];
    if (set.results == nullptr) return numbered("ARC-Authentication-Results", i + 1) + " is missing";
    if (set.message_signature == nullptr) return numbered("ARC-Message-Signature", i + 1) + " is missing";
    if (set.seal == nullptr) return numbered("ARC-Seal", i + 1) + " is missing";
  }
  for (std::size_t i = 0; i < chain.sets.size(); ++i) {
    const ArcResult expected = i == 0 ? ArcResult::none : ArcResult::pass;
    if (chain.sets[i].seal_cv != expected) {
      return numbered("ARC-Seal", i + 1) + ": cv=" + std::string(to_string(chain.sets[i].seal_cv));
    }
  }
  return {};
}

}  // namespace

std::string_view to_string(ArcResult result) {
  switch (result) {
    case ArcResult::none:
      return "none";
    case ArcResult::fail:
      return "fail";
    case ArcResult::pass:
      return "pass";
  }
  return "none";
}

ArcChain collect_arc_chain(const HeaderFields& header) {
  ArcChain chain;
  for (const mail::HeaderField& field : header.all()) {
    const auto kind = arc_field(field.name);
    if (!kind) continue;
    // The first fault is the one to be told, but a later field may still show how far the chain went.
    std::string fault = sort_in(chain, *kind, field);
    if (chain.fault.empty()) chain.fault = std::move(fault);
  }
  if (!chain.sets.empty()) {
    const ArcSet& last = chain.sets.back();
    chain.ended = last.seal != nullptr && last.seal_cv == ArcResult::fail;
  }
  if (chain.fault.empty() && header.overfull()) chain.fault = "too many header fields";
  if (chain.fault.empty()) chain.fault = structure_fault(chain);
  return chain;
}

void append_arc_set(std::string& out, const ArcSet& set) {
  append_canonical_field(out, Canonicalization::relaxed, set.results->raw);
  append_canonical_field(out, Canonicalization::relaxed, set.message_signature->raw);
  append_canonical_field(out, Canonicalization::relaxed, set.seal->raw);
}

void append_arc_set_to_verify(std::string& out, const ArcSet& set) {
  append_canonical_field(out, Canonicalization::relaxed, set.results->raw);
  append_canonical_field(out, Canonicalization::relaxed, set.message_signature->raw);
  append_canonical_signature(out, Canonicalization::relaxed, set.seal->raw, set.seal_signature.cut);
}

}  // namespace mailrig::auth
