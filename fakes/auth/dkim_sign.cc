#include "fakes/auth/dkim_sign.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/auth/dkim_field_writer.h"
#include "fakes/auth/dkim_signature.h"
#include "fakes/base/check.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

bool is_signable_field_name(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != ':' && c != ';'; });
}

bool lists_from(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return mail::equals_ignoring_case(name, "From"); });
}

// What may stand unencoded in dkim-quoted-printable (RFC 6376 §2.11), where "|" separates copied fields.
bool is_dkim_safe(char c) {
  return c > ' ' && c < 0x7f && c != ';' && c != '=' && c != '|';
}

std::string dkim_quoted_printable(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_dkim_safe(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// Empty when the options can be used.
std::string first_fault(const SigningOptions& options) {
  if (!options.key) return "signing needs a private key";
  const auto domain = parse_signing_domain(options.domain);
  if (!domain) return "'" + options.domain + "' is no domain to sign for; expected a name such as example.com";
  if (!parse_selector(options.selector)) {
    return "'" + options.selector + "' is no selector; expected letters, digits, hyphens and dots";
  }
  if (!options.identity.empty()) {
    const std::size_t at = options.identity.rfind('@');
    const auto host = at == std::string::npos ? std::nullopt : parse_signing_domain(options.identity.substr(at + 1));
    if (!host || (*host != *domain && !host->ends_with("." + *domain))) {
      return "the identity '" + options.identity + "' is not within " + options.domain + "; expected @" +
             options.domain;
    }
  }
  for (const auto* names : {&options.fields, &options.oversigned}) {
    for (const std::string& name : *names) {
      if (!is_signable_field_name(name)) return "'" + name + "' is no header field that can be signed";
    }
  }
  if (std::max(options.fields.size(), options.oversigned.size()) > signed_names_max) {
    return "too many header fields to sign; expected at most " + std::to_string(signed_names_max);
  }
  if (!options.fields.empty() && !lists_from(options.fields)) {
    return "From must be among the signed fields (RFC 6376 section 5.4)";
  }
  if (options.lifetime && *options.lifetime < std::chrono::seconds(1)) return "a signature must be valid for a second";
  return {};
}

// The strings are borrowed.
std::vector<FieldName> field_names(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

constexpr std::size_t field_octets_usual = 1024;  // with an RSA signature of 2048 bits and twenty fields named

}  // namespace

const std::vector<std::string>& default_signed_fields() {
  static const std::vector<std::string> names = {"From",
                                                 "Reply-To",
                                                 "Subject",
                                                 "Date",
                                                 "Message-ID",
                                                 "To",
                                                 "Cc",
                                                 "MIME-Version",
                                                 "Content-Type",
                                                 "Content-Transfer-Encoding",
                                                 "In-Reply-To",
                                                 "References",
                                                 "Resent-Date",
                                                 "Resent-From",
                                                 "Resent-Sender",
                                                 "Resent-To",
                                                 "Resent-Cc",
                                                 "Resent-Message-ID",
                                                 "List-Id",
                                                 "List-Help",
                                                 "List-Unsubscribe",
                                                 "List-Unsubscribe-Post",
                                                 "List-Subscribe",
                                                 "List-Post",
                                                 "List-Owner",
                                                 "List-Archive"};
  return names;
}

Result<DkimSigner> DkimSigner::make(SigningOptions options) {
  if (std::string fault = first_fault(options); !fault.empty()) return Error{.message = std::move(fault)};
  options.domain = *parse_signing_domain(options.domain);
  options.selector = *parse_selector(options.selector);
  return DkimSigner(std::move(options));
}

DkimSigner::DkimSigner(SigningOptions options)
    : options_(std::move(options)),
      fields_by_default_(options_.fields.empty()),
      fields_(field_names(fields_by_default_ ? default_signed_fields() : options_.fields)),
      oversigned_(field_names(options_.oversigned)),
      opening_("DKIM-Signature"),
      key_(*options_.key),
      body_(std::make_unique<BodyHasher>(options_.body, options_.body_octets_max.value_or(BodyHasher::no_limit))) {
  opening_.word("v=1;");
  opening_.tag("a", algorithm_name(options_.key->type()));
  opening_.word({"c=", to_string(options_.header), "/", to_string(options_.body), ";"});
  opening_.tag("d", options_.domain);
  opening_.tag("s", options_.selector);
  if (!options_.identity.empty()) opening_.tag("i", dkim_quoted_printable(options_.identity));
  if (options_.query_method) opening_.tag("q", "dns/txt");
}

std::string DkimSigner::sign(std::string_view message, Instant now) {
  begin(message);
  push(message.substr(header_.body_offset()));
  return finish(now);
}

void DkimSigner::begin(std::string_view header) {
  header_.assign(header);
  header_.begin_choice();
  names_.clear();
  chosen_.clear();
  choose_fields();
}

std::string DkimSigner::finish(Instant now) {
  FieldWriter field(opening_, field_octets_usual);
  write_tags(field, now);
  field.word("b=");

  scratch_.clear();
  for (const mail::HeaderField* chosen : chosen_) append_canonical_field(scratch_, options_.header, chosen->raw);
  const std::string_view text = field.text();
  append_canonical_signature(scratch_, options_.header, text, text.substr(text.size()));
  hash_.update(scratch_);
  field.breakable(mail::base64(key_.sign(hash_.finish())));
  field.end();
  return std::move(field).take();
}

void DkimSigner::choose_fields() {
  if (!fields_by_default_) {
    for (const FieldName& name : fields_) add_name(name.text(), header_.choose(name));
    return;
  }
  for (const FieldName& name : fields_) add_all(name);
  for (const FieldName& name : oversigned_) {
    add_all(name);
    add_name(name.text(), nullptr);  // whoever adds one more breaks the signature
  }
}

void DkimSigner::add_all(const FieldName& name) {
  while (names_.size() + options_.oversigned.size() < signed_names_max) {
    const mail::HeaderField* field = header_.choose(name);
    if (field == nullptr) return;
    add_name(name.text(), field);
  }
}

void DkimSigner::add_name(std::string_view name, const mail::HeaderField* field) {
  names_.push_back(name);
  if (field != nullptr) chosen_.push_back(field);
}

void DkimSigner::write_tags(FieldWriter& field, Instant now) const {
  const auto seconds = [](Duration duration) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  };
  const std::uint64_t now_s = seconds(now.time_since_epoch());
  if (options_.timestamp) field.tag("t", now_s);
  if (options_.lifetime) field.tag("x", now_s + seconds(*options_.lifetime));
  const BodyHasher::Outcome body = body_->finish();
  if (options_.body_octets_max) field.tag("l", std::min(*options_.body_octets_max, body.canonical_octets));
  write_signed_names(field, names_);
  if (options_.copied_fields) write_copied_fields(field);
  field.tag("bh", mail::base64(as_bytes(body.digest)));
}

void DkimSigner::write_copied_fields(FieldWriter& field) const {
  std::string value;
  for (const mail::HeaderField* chosen : chosen_) {
    if (!value.empty()) value += '|';
    value.append(chosen->name) += ':';
    value += dkim_quoted_printable(chosen->value);
  }
  if (value.empty()) return;
  field.word("z=");
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t octets = value[at] == '=' ? 3 : 1;
    field.continuation(std::string_view(value).substr(at, octets));
    at += octets;
  }
  field.continuation(";");
}

}  // namespace mailrig::auth
