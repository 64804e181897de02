#include "fakes/auth/dkim_signature.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "fakes/auth/idna.h"
#include "fakes/base/domain_name.h"
#include "fakes/dns/name.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::uint64_t tag_number_max = 1'000'000'000'000'000'000;

// Letters, digits, hyphens and, since selectors and domains in use have them, underscores; no dot at the end.
std::optional<std::string> to_host_name(std::string_view value) {
  if (mail::is_ascii(value)) return value.ends_with('.') ? std::nullopt : dns::plain_name(value);
  const std::optional<std::string> name = to_a_labels(value);
  return name ? dns::plain_name(*name) : std::nullopt;
}

std::optional<unsigned> hex_digit_value(char c) {
  if (mail::is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// dkim-quoted-printable (RFC 6376 §2.11). What is not well-formed stays as it is.
std::string decode_dkim_quoted_printable(std::string_view value) {
  const std::string text = without_white_space(value);
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size()) {
      const auto high = hex_digit_value(text[i + 1]);
      const auto low = hex_digit_value(text[i + 2]);
      if (high && low) {
        decoded += static_cast<char>(*high << 4 | *low);
        i += 2;
        continue;
      }
    }
    decoded += text[i];
  }
  return decoded;
}

std::optional<Canonicalization> parse_canonicalization(std::string_view value) {
  if (mail::equals_ignoring_case(value, "simple")) return Canonicalization::simple;
  if (mail::equals_ignoring_case(value, "relaxed")) return Canonicalization::relaxed;
  return std::nullopt;
}

bool is_below(std::string_view name, std::string_view domain) {
  return name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.';
}

// Reads one signature. Each step says whether the next has any sense.
class SignatureReader {
 public:
  SignatureReader(SignatureKind kind, const mail::HeaderField& field) : kind_(kind), field_(field) {
    signature_.raw = field.raw;
  }

  Signature read() && {
    tags_ = TagList::parse(field_.value);
    if (!tags_.valid()) {
      refuse(DkimResult::permerror, "signature syntax error: " + std::string(in_words(tags_.fault())));
      return std::move(signature_);
    }
    read_texts();
    static_cast<void>(version() && required_tags() && algorithm() && canonicalizations() && domain_and_selector() &&
                      identity() && signed_names() && body_length() && times() && query_methods() && values());
    return std::move(signature_);
  }

 private:
  bool refuse(DkimResult result, std::string reason) {
    signature_.result = result;
    signature_.reason = std::move(reason);
    return false;
  }
  bool bad_syntax(std::string_view what) {
    return refuse(DkimResult::permerror, "signature syntax error: " + std::string(what));
  }

  // Whatever comes of it, a report names the signature.
  void read_texts() {
    signature_.algorithm = tags_.value("a").value_or("");
    signature_.domain = tags_.value("d").value_or("");
    signature_.selector = tags_.value("s").value_or("");
    if (kind_ == SignatureKind::dkim) signature_.identity = decode_dkim_quoted_printable(tags_.value("i").value_or(""));
  }

  bool version() {
    if (kind_ == SignatureKind::arc_message) return true;
    const auto version = tags_.value("v");
    if (!version) return refuse(DkimResult::permerror, "signature missing required tag v=");
    return *version == "1" || refuse(DkimResult::permerror, "incompatible version (v=)");
  }

  bool required_tags() {
    for (const std::string_view name : {"a", "b", "bh", "d", "h", "s"}) {
      if (!tags_.find(name)) {
        return refuse(DkimResult::permerror, "signature missing required tag " + std::string(name) + "=");
      }
    }
    return true;
  }

  bool algorithm() { return read_algorithm(signature_, *tags_.value("a")); }

  bool canonicalizations() {
    const auto value = tags_.value("c");
    if (!value) return true;
    if (value->empty()) return bad_syntax("c= is empty");
    const std::size_t slash = std::min(value->find('/'), value->size());
    const auto header = parse_canonicalization(value->substr(0, slash));
    const auto body =
        slash == value->size() ? Canonicalization::simple : parse_canonicalization(value->substr(slash + 1));
    if (!header || !body) return refuse(DkimResult::neutral, "unknown canonicalization (c=)");
    signature_.header_method = *header;
    signature_.body_method = *body;
    return true;
  }

  bool domain_and_selector() {
    auto domain = parse_signing_domain(signature_.domain);
    if (!domain) return bad_syntax("d= is no domain name");
    signature_.domain = *std::move(domain);
    auto selector = parse_selector(signature_.selector);
    if (!selector) return bad_syntax("s= is no selector");
    signature_.selector = *std::move(selector);
    constexpr std::string_view between = "._domainkey.";
    return signature_.selector.size() + between.size() + signature_.domain.size() <= name_octets_max ||
           bad_syntax("s= and d= together are too long");
  }

  bool identity() {
    if (kind_ == SignatureKind::arc_message) return true;
    if (!tags_.find("i")) {
      signature_.identity = "@" + signature_.domain;
      signature_.identity_domain = signature_.domain;
      return true;
    }
    const std::size_t at = signature_.identity.rfind('@');
    if (at == std::string::npos) return bad_syntax("i= has no @");
    auto domain = to_host_name(std::string_view(signature_.identity).substr(at + 1));
    if (!domain) return bad_syntax("i= has no domain name behind the @");
    signature_.identity_domain = *std::move(domain);
    return signature_.identity_domain == signature_.domain || is_below(signature_.identity_domain, signature_.domain) ||
           refuse(DkimResult::permerror, "domain mismatch: i= is not within d=");
  }

  bool signed_names() {
    auto names = split_value(*tags_.value("h"), ':', signed_names_max);
    if (!names) return refuse(DkimResult::policy, "h= lists too many fields");
    bool from = false;
    for (const std::string_view name : *names) {
      const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
      if (name.empty() || !printable) return bad_syntax("h= lists what is no field name");
      if (mail::equals_ignoring_case(name, "from")) from = true;
      if (kind_ == SignatureKind::arc_message && mail::equals_ignoring_case(name, "arc-seal")) {
        return refuse(DkimResult::permerror, "h= lists ARC-Seal (RFC 8617 section 4.1.2)");
      }
    }
    signature_.signed_names = *std::move(names);
    return from || refuse(DkimResult::permerror, "from not signed");
  }

  bool body_length() {
    const auto value = tags_.value("l");
    if (!value) return true;
    const auto octets = parse_tag_number(*value);
    if (!octets) return bad_syntax("l= is no number");
    signature_.body_octets_max = *octets;
    return true;
  }

  bool times() {
    if (const auto value = tags_.value("t")) {
      signature_.timestamp_s = parse_tag_number(*value);
      if (!signature_.timestamp_s) return bad_syntax("t= is no number");
    }
    if (const auto value = tags_.value("x")) {
      signature_.expiration_s = parse_tag_number(*value);
      if (!signature_.expiration_s) return bad_syntax("x= is no number");
    }
    // "The value of the "x=" tag MUST be greater than the value of the "t=" tag if both are present."
    if (signature_.timestamp_s && signature_.expiration_s && *signature_.expiration_s <= *signature_.timestamp_s) {
      return bad_syntax("x= is not later than t=");
    }
    return true;
  }

  bool query_methods() {
    const auto value = tags_.value("q");
    if (!value) return true;
    const auto methods = split_value(*value, ':', TagList::tags_max);
    const auto is_ours = [](std::string_view method) { return mail::equals_ignoring_case(method, "dns/txt"); };
    if (methods && std::any_of(methods->begin(), methods->end(), is_ours)) return true;
    return refuse(DkimResult::neutral, "unknown query method (q=)");
  }

  bool values() {
    auto hash = decode_base64(*tags_.value("bh"));
    if (!hash) return bad_syntax("bh= is not base64");
    signature_.body_hash = *std::move(hash);
    const Tag* tag = tags_.find("b");
    auto value = decode_base64(tag->value);
    if (!value) return bad_syntax("b= is not base64");
    signature_.signature = *std::move(value);
    signature_.cut = tag->raw;
    return true;
  }

  SignatureKind kind_;
  const mail::HeaderField& field_;
  TagList tags_;
  Signature signature_;
};

}  // namespace

Signature parse_signature(SignatureKind kind, const mail::HeaderField& field) {
  return SignatureReader(kind, field).read();
}

std::optional<std::string> parse_signing_domain(std::string_view value) {
  auto name = to_host_name(value);
  // sig-d-tag: domain-name = sub-domain 1*("." sub-domain)
  if (name && name->find('.') == std::string::npos) return std::nullopt;
  return name;
}

std::optional<std::string> parse_selector(std::string_view value) {
  return to_host_name(value);
}

std::optional<std::uint64_t> parse_tag_number(std::string_view value) {
  if (value.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : value) {
    if (!mail::is_digit(c)) return std::nullopt;
    number = std::min(tag_number_max, number * 10 + static_cast<std::uint64_t>(c - '0'));
  }
  return number;
}

bool read_algorithm(Signature& signature, std::string_view value) {
  signature.algorithm = value;
  if (mail::equals_ignoring_case(value, "rsa-sha256")) {
    signature.key_type = KeyType::rsa;
  } else if (mail::equals_ignoring_case(value, "ed25519-sha256")) {
    signature.key_type = KeyType::ed25519;
  } else if (mail::equals_ignoring_case(value, "rsa-sha1")) {
    signature.result = DkimResult::fail;
    signature.reason = "rsa-sha1 is historic and no longer verified (RFC 8301)";
  } else {
    signature.result = DkimResult::neutral;
    signature.reason = "unknown algorithm (a=)";
  }
  return signature.result == DkimResult::pass;
}

}  // namespace mailrig::auth
