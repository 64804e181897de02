#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/dkim_signature.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/dmarc.h"
#include "fakes/auth/from_header.h"
#include "fakes/auth/organizational_domain.h"
#include "fakes/diagnose/message_checks.h"
#include "fakes/mail/address.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/text.h"

namespace mailrig::diagnose {
namespace {

// Its organization by the public suffix list, or the domain itself.
std::string organization(const std::string& domain) {
  return auth::PublicSuffixList::newest().organizational_domain(domain).value_or(mail::to_lower(domain));
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : mail::to_lower(address.substr(at + 1));
}

// MAIL FROM as far as it is known.
std::optional<std::string> reverse_path(std::string_view message, const MessageSettings& settings) {
  if (settings.mail_from) return settings.mail_from;
  const auto field = mail::find_field(message, "Return-Path");
  if (!field) return std::nullopt;
  std::string path = mail::unfold(*field);
  if (path.starts_with('<') && path.ends_with('>')) path = path.substr(1, path.size() - 2);
  return path;
}

std::vector<std::string> signing_domains(std::string_view message) {
  std::vector<std::string> domains;
  mail::HeaderReader reader(message);
  while (const auto field = reader.next()) {
    if (!mail::equals_ignoring_case(field->name, "DKIM-Signature")) continue;
    if (domains.size() == auth::DkimVerifyOptions{}.signatures_max) break;
    domains.push_back(auth::parse_signature(auth::SignatureKind::dkim, *field).domain);
  }
  return domains;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + shown(word);
  return text;
}

void report_dkim(const auth::DkimOutcome& outcome, Findings& findings) {
  for (const auth::SignatureVerdict& signature : outcome.signatures) {
    if (signature.result == auth::DkimResult::pass) continue;
    const std::string subject = fmt::format("d={} s={}", shown(signature.domain), shown(signature.selector));
    const std::string evidence = fmt::format("{}: {}", auth::to_string(signature.result), shown(signature.reason));
    if (signature.result == auth::DkimResult::temperror || signature.result == auth::DkimResult::policy ||
        signature.result == auth::DkimResult::neutral) {
      findings.warning("dkim-unsure", subject, evidence, "see what `mailrig dkim verify` says of it");
    } else {
      findings.error(
          "dkim-fail", subject, evidence,
          fmt::format("sign last, after everything that changes the message, and publish the key's record at "
                      "{}._domainkey.{}",
                      shown(signature.selector), shown(signature.domain)));
    }
  }
}

auth::IdentifierCheck identifier_check(bool pass, bool temporary) {
  if (pass) return auth::IdentifierCheck::passed;
  return temporary ? auth::IdentifierCheck::temporary_error : auth::IdentifierCheck::failed;
}

void report_spf(const auth::SpfResult& spf, const IpAddress& ip, Findings& findings) {
  if (spf.result == auth::SpfOutcome::pass) return;
  const std::string evidence = fmt::format("{} for {}{}", auth::to_string(spf.result), ip.to_string(),
                                           spf.problem.empty() ? "" : ": " + shown(spf.problem));
  const std::string remedy =
      fmt::format("add {}:{} to the SPF record of {}", ip.is_v6() ? "ip6" : "ip4", ip.to_string(), shown(spf.domain));
  if (spf.result == auth::SpfOutcome::fail || spf.result == auth::SpfOutcome::permerror) {
    findings.error("spf-fail", shown(spf.domain), evidence, remedy);
  } else {
    findings.warning("spf-unsure", shown(spf.domain), evidence, remedy);
  }
}

}  // namespace

void check_alignment(std::string_view message, const MessageSettings& settings, Findings& findings) {
  const auto author = auth::read_from_header(message).author_domain();
  if (!author) return;
  const std::string wanted = organization(*author);
  const auto aligned = [&](const std::string& domain) { return organization(domain) == wanted; };

  const auto path = reverse_path(message, settings);
  const std::string path_domain = path ? domain_of(*path) : std::string();
  const bool path_aligned = !path_domain.empty() && aligned(path_domain);
  if (!path_domain.empty() && !path_aligned) {
    findings.warning(
        "align-return-path", "Return-Path",
        fmt::format("{}, but From is {}: SPF says nothing for DMARC", shown(path_domain), *author),
        fmt::format("send with MAIL FROM at {} or a name below it, such as bounces@bounces.{}", wanted, wanted));
  }
  const std::vector<std::string> signers = signing_domains(message);
  const bool signature_aligned = std::any_of(signers.begin(), signers.end(), aligned);
  if (signers.empty()) {
    findings.warning("dkim-unsigned", "DKIM-Signature", "the message is not signed",
                     fmt::format("sign it with d={}", *author));
  } else if (!signature_aligned) {
    findings.warning(
        "align-dkim", "DKIM-Signature",
        fmt::format("d={}, but From is {}: the signature says nothing for DMARC", joined(signers), *author),
        fmt::format("sign with d={}", *author));
  }
  if (!signature_aligned && !path_aligned && (path || !signers.empty())) {
    findings.error("align-none", "From",
                   fmt::format("From is {}; neither the Return-Path nor a signature belongs to it", *author),
                   fmt::format("sign with d={}, or send with MAIL FROM at {}", *author, wanted));
  }
  const auto id = mail::find_field(message, "Message-ID");
  std::string id_domain = id ? domain_of(mail::unfold(*id)) : std::string();
  if (id_domain.ends_with('>')) id_domain.pop_back();
  if (!id_domain.empty() && !aligned(id_domain)) {
    findings.advice("align-message-id", "Message-ID", fmt::format("{}, but From is {}", shown(id_domain), *author),
                    fmt::format("make ids that end in @{}", *author));
  }
}

void check_authentication(std::string_view message, const MessageSettings& settings, dns::Resolver& resolver,
                          Findings& findings) {
  auth::BoundedKeyCache keys;
  const auth::DkimOutcome dkim = auth::DkimVerifier({}, &keys).verify(message, resolver, settings.now);
  report_dkim(dkim, findings);
  const auth::ArcOutcome arc = auth::ArcVerifier(&keys).verify(message, resolver, settings.now);
  if (arc.result == auth::ArcResult::fail) {
    findings.warning("arc-fail", "ARC-Seal", shown(arc.reason),
                     "no receiver will trust what earlier hops say; whoever changed the message must seal it anew");
  }

  auth::DmarcInput input;
  const auto path = reverse_path(message, settings);
  if (settings.client_ip && path) {
    auth::SpfOptions options;
    options.now = settings.now;
    options.explain = false;
    const auth::SpfResult spf = auth::check_spf(resolver, {settings.helo, *path, *settings.client_ip}, options);
    report_spf(spf, *settings.client_ip, findings);
    input.spf = {identifier_check(spf.result == auth::SpfOutcome::pass, spf.result == auth::SpfOutcome::temperror),
                 spf.domain};
  }
  const auto author = auth::read_from_header(message).author_domain();
  if (!author) return;
  input.author_domain = *author;
  for (const auth::SignatureVerdict& signature : dkim.signatures) {
    input.dkim.push_back(
        {identifier_check(signature.result == auth::DkimResult::pass, signature.result == auth::DkimResult::temperror),
         signature.domain});
  }
  const auth::DmarcEvaluation dmarc = auth::evaluate_dmarc(resolver, input);
  const bool spf_unknown = !(settings.client_ip && path);
  switch (dmarc.result) {
    case auth::DmarcResult::pass:
      return;
    case auth::DmarcResult::none:
      findings.warning(
          "dmarc-none", *author, shown(dmarc.reason),
          fmt::format("publish: _dmarc.{}. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@{}\"", *author, *author));
      return;
    case auth::DmarcResult::temperror:
      findings.warning("dmarc-unsure", *author, shown(dmarc.reason), "make the names behind it answer");
      return;
    case auth::DmarcResult::fail:
    case auth::DmarcResult::permerror:
      break;
  }
  // Without the client's address SPF may still save it.
  const std::string evidence =
      fmt::format("{}; the domain asks for {}{}", shown(dmarc.reason), auth::to_string(dmarc.disposition),
                  spf_unknown ? " (SPF was not checked: the client is not known)" : "");
  const std::string remedy =
      fmt::format("sign with d={}, or send with an aligned MAIL FROM from an address that SPF names", *author);
  if (spf_unknown && dkim.signatures.empty()) {
    findings.warning("dmarc-unsure", *author, evidence, remedy);
  } else {
    findings.error("dmarc-fail", *author, evidence, remedy);
  }
}

void check_message(std::string_view message, const MessageSettings& settings, dns::Resolver* resolver,
                   Findings& findings) {
  check_message_header(message, settings, findings);
  check_unsubscribe(message, settings, findings);
  check_message_text(message, findings);
  check_alignment(message, settings, findings);
  if (resolver != nullptr) check_authentication(message, settings, *resolver, findings);
}

}  // namespace mailrig::diagnose
