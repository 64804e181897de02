#include "fakes/auth/spf.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fakes/auth/idna.h"
#include "fakes/auth/spf_lookups.h"
#include "fakes/auth/spf_macro.h"
#include "fakes/auth/spf_record.h"
#include "fakes/base/domain_name.h"
#include "fakes/dns/name.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

// RFC 7208 §5: an IPv4-mapped address is the IPv4 address.
IpAddress unmapped(const IpAddress& ip) {
  const auto& bytes = ip.bytes();
  const bool zeros = std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t byte) { return byte == 0; });
  if (!ip.is_v6() || !zeros || bytes[10] != 0xff || bytes[11] != 0xff) return ip;
  std::uint32_t host_order = 0;
  for (std::size_t i = 12; i < 16; ++i) host_order = host_order << 8 | bytes[i];
  return IpAddress::v4(host_order);
}

struct SpfSender {
  std::string_view local_part;
  std::string_view domain;
};

// §2.3, §2.4 and §4.3: where there is no local part, it is postmaster's.
SpfSender sender_of(const SpfIdentity& identity, SpfScope scope) {
  if (scope == SpfScope::helo || identity.mail_from.empty()) return {"postmaster", identity.helo};
  const std::string_view address = identity.mail_from;
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {"postmaster", address};
  if (at == 0) return {"postmaster", address.substr(1)};
  return {address.substr(0, at), address.substr(at + 1)};
}

// §4.3: a domain name of several labels. Address literals have dots too, but are no names.
bool is_spf_domain(std::string_view domain) {
  const auto fits = [](char c) { return c > ' ' && c <= '~' && c != '[' && c != ']'; };
  return has_name_lengths(domain) && domain.find('.') != std::string_view::npos &&
         std::all_of(domain.begin(), domain.end(), fits);
}

SpfOutcome outcome_of(SpfQualifier qualifier) {
  switch (qualifier) {
    case SpfQualifier::pass:
      return SpfOutcome::pass;
    case SpfQualifier::fail:
      return SpfOutcome::fail;
    case SpfQualifier::softfail:
      return SpfOutcome::softfail;
    case SpfQualifier::neutral:
      break;
  }
  return SpfOutcome::neutral;
}

std::string_view without_qualifier(std::string_view term) {
  return term.substr(std::min(term.find_first_not_of("+-~?"), term.size()));
}

class SpfCheck {
 public:
  SpfCheck(dns::Resolver& resolver, const SpfIdentity& identity, const SpfOptions& options, SpfScope scope)
      : options_(options),
        helo_(identity.helo),
        sender_(sender_of(identity, scope)),
        client_ip_(unmapped(identity.client_ip)),
        tracer_(options.trace),
        lookups_(resolver, client_ip_, options.limits, tracer_) {
    result_.scope = scope;
    local_part_is_ascii_ = mail::is_ascii(sender_.local_part);
  }

  SpfResult run() {
    set_domain();
    result_.result = check_host(result_.domain, true);
    if (lookups_.failure()) result_.problem = lookups_.failure()->problem;
    if (result_.result == SpfOutcome::none) result_.problem = std::move(nothing_because_);
    result_.lookups = lookups_.lookups();
    result_.void_lookups = lookups_.void_lookups();
    result_.cost = lookups_.cost();
    result_.ttl_s = lookups_.ttl_s();
    result_.trace = tracer_.take();
    return std::move(result_);
  }

 private:
  void set_domain() {
    std::string_view domain = sender_.domain;
    if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
    if (mail::is_ascii(domain)) {
      result_.domain = domain.substr(0, 1024);  // what is longer is no name, and nobody wants to see all of it
    } else {
      result_.domain = to_a_labels(domain).value_or(std::string());
    }
  }

  // check_host() of §4. `decides`: its result is that of the whole check, which an include's is not.
  SpfOutcome check_host(std::string_view domain, bool decides) {
    const SpfTraceScope step(tracer_, domain, {}, true);
    const SpfOutcome outcome = evaluate_domain(domain, decides);
    if (tracer_.on()) tracer_.set_outcome(outcome_with_reason(outcome));
    return outcome;
  }

  std::string outcome_with_reason(SpfOutcome outcome) const {
    std::string text(to_string(outcome));
    if (lookups_.failure()) text += ": " + lookups_.failure()->problem;
    if (outcome == SpfOutcome::none) text += ": " + nothing_because_;
    return text;
  }

  SpfOutcome none(std::string because) {
    nothing_because_ = std::move(because);
    return SpfOutcome::none;
  }

  SpfOutcome permerror(std::string problem) {
    lookups_.fail(SpfOutcome::permerror, std::move(problem));
    return lookups_.failure()->outcome;
  }

  // §4.3 to §4.5.
  SpfOutcome evaluate_domain(std::string_view domain, bool decides) {
    if (!is_spf_domain(domain)) return none("no domain name of several labels to look up");
    const dns::Answer answer = lookups_.ask({spf_question_name(std::string(domain)), dns::Type::txt});
    if (lookups_.failure() || lookups_.fail_if_temporary(answer, domain, dns::Type::txt)) {
      return lookups_.failure()->outcome;
    }
    std::string joined;
    std::string_view record;
    int records = 0;
    for (const dns::Record& candidate : answer.answers) {
      const auto* txt = std::get_if<dns::Txt>(&candidate.data);
      if (txt == nullptr || txt->strings.empty()) continue;
      const bool whole = txt->strings.size() == 1;
      std::string text = whole ? std::string() : txt->joined();
      if (!is_spf_record(whole ? txt->strings.front() : text)) continue;
      joined = std::move(text);
      record = whole ? std::string_view(txt->strings.front()) : std::string_view(joined);
      ++records;
    }
    if (records == 0) return none(fmt::format("{} has no SPF record", domain));
    if (records > 1) return permerror(fmt::format("{} has {} SPF records (RFC 7208 4.5)", domain, records));
    if (tracer_.on()) tracer_.set_text(record);
    const auto parsed = parse_spf_record(record);
    if (!parsed) return permerror(fmt::format("the record of {}: {}", domain, parsed.error().message));
    return evaluate_record(*parsed, domain, decides);
  }

  // §4.6.
  SpfOutcome evaluate_record(const SpfRecord& record, std::string_view domain, bool decides) {
    for (const SpfDirective& directive : record.directives) {
      const bool matched = matches_traced(directive, domain);
      if (lookups_.failure()) return lookups_.failure()->outcome;
      if (!matched) continue;
      const SpfOutcome outcome = outcome_of(directive.qualifier);
      if (decides) {
        result_.mechanism = without_qualifier(directive.text);
        if (outcome == SpfOutcome::fail) result_.explanation = explanation(record.explanation, domain);
      }
      return outcome;
    }
    if (!record.redirect.text.empty()) return redirected(record.redirect, domain, decides);
    return SpfOutcome::neutral;  // §4.7
  }

  // §6.1.
  SpfOutcome redirected(const SpfModifier& redirect, std::string_view domain, bool decides) {
    const SpfTraceScope step(tracer_, domain, redirect.text, false);
    if (!lookups_.count_term()) return lookups_.failure()->outcome;
    if (is_beyond_ascii(redirect.value)) return SpfOutcome::neutral;
    const auto target = target_name(redirect.value, domain);
    if (lookups_.failure()) return lookups_.failure()->outcome;
    if (!target) return permerror(fmt::format("{} of {} leads to no domain name", redirect.text, domain));
    const SpfOutcome outcome = check_host(*target, decides);
    if (outcome == SpfOutcome::none) {
      return permerror(fmt::format("{} of {}: {}", redirect.text, domain, nothing_because_));
    }
    if (tracer_.on()) tracer_.set_outcome(to_string(outcome));
    return outcome;
  }

  bool matches_traced(const SpfDirective& directive, std::string_view domain) {
    const SpfTraceScope step(tracer_, domain, directive.text, false);
    if (tracer_.on()) tracer_.set_spent(lookups_.lookups(), lookups_.void_lookups());
    const bool matched = matches(directive, domain) && !lookups_.failure();
    if (tracer_.on()) {
      const std::string_view result = to_string(outcome_of(directive.qualifier));
      tracer_.set_outcome(lookups_.failure() ? outcome_with_reason(lookups_.failure()->outcome)
                          : matched          ? fmt::format("match: {}", result)
                                             : "no match");
    }
    return matched;
  }

  // §5. Nothing matches once there is a failure.
  bool matches(const SpfDirective& directive, std::string_view domain) {
    switch (directive.mechanism) {
      case SpfMechanism::all:
        return true;
      case SpfMechanism::ip4:
        return spf_network_holds(directive.network, directive.ip4_prefix, client_ip_);
      case SpfMechanism::ip6:
        return spf_network_holds(directive.network, directive.ip6_prefix, client_ip_);
      default:
        break;
    }
    if (!lookups_.count_term() || is_beyond_ascii(directive.domain_spec)) return false;
    const auto target = target_name(directive.domain_spec, domain);
    if (lookups_.failure()) return false;
    if (directive.mechanism == SpfMechanism::include) return matches_include(directive, domain, target);
    // §4.8 leaves open what a target means that is no name; nothing can be found under it.
    if (!target) return false;
    switch (directive.mechanism) {
      case SpfMechanism::a:
        return host_matches(spf_question_name(*target), directive);
      case SpfMechanism::mx:
        return mx_matches(spf_question_name(*target), directive);
      case SpfMechanism::ptr:
        return ptr_matches(spf_question_name(*target));
      default:
        return exists(spf_question_name(*target));
    }
  }

  // §5.2.
  bool matches_include(const SpfDirective& directive, std::string_view domain,
                       const std::optional<std::string>& target) {
    if (!target) {
      permerror(fmt::format("{} of {} leads to no domain name", directive.text, domain));
      return false;
    }
    const SpfOutcome outcome = check_host(*target, false);
    if (outcome == SpfOutcome::none) permerror(fmt::format("{} of {}: {}", directive.text, domain, nothing_because_));
    return outcome == SpfOutcome::pass;
  }

  // §5.3, and §5.4 for each mail exchanger.
  bool host_matches(const std::string& host, const SpfDirective& directive) {
    const dns::Type type = lookups_.address_type();
    const dns::Answer answer = lookups_.ask({host, type});
    if (lookups_.fail_if_temporary(answer, host, type) || !lookups_.count_if_void(answer, type)) return false;
    const int prefix = client_ip_.is_v6() ? directive.ip6_prefix : directive.ip4_prefix;
    return std::any_of(answer.answers.begin(), answer.answers.end(), [&](const dns::Record& record) {
      const auto* ip = std::get_if<IpAddress>(&record.data);
      return ip != nullptr && spf_network_holds(*ip, prefix, client_ip_);
    });
  }

  bool mx_matches(const std::string& target, const SpfDirective& directive) {
    const dns::Answer answer = lookups_.ask({target, dns::Type::mx});
    if (lookups_.fail_if_temporary(answer, target, dns::Type::mx)) return false;
    if (!lookups_.count_if_void(answer, dns::Type::mx)) return false;
    std::vector<dns::Mx> exchangers = answer.mail_exchangers();
    std::stable_sort(exchangers.begin(), exchangers.end(),
                     [](const dns::Mx& a, const dns::Mx& b) { return a.preference < b.preference; });
    int hosts = 0;
    for (const dns::Mx& mx : exchangers) {
      if (mx.exchange.empty()) continue;  // the null MX (RFC 7505) is no host
      if (hosts++ == options_.limits.mx_hosts) {
        permerror(fmt::format("{} has more than {} MX hosts (RFC 7208 4.6.4)", target, options_.limits.mx_hosts));
        return false;
      }
      if (host_matches(mx.exchange, directive)) return true;
      if (lookups_.failure()) return false;
    }
    return false;
  }

  // §5.5.
  bool ptr_matches(const std::string& target) {
    const auto apex = dns::canonical_name(target);
    const std::vector<std::string>& names = lookups_.validated_names();
    return apex &&
           std::any_of(names.begin(), names.end(), [&](const auto& name) { return dns::is_within(name, *apex); });
  }

  // §5.7: of type A, whatever the client's address is.
  bool exists(const std::string& target) {
    const dns::Answer answer = lookups_.ask({target, dns::Type::a});
    if (lookups_.fail_if_temporary(answer, target, dns::Type::a)) return false;
    return lookups_.count_if_void(answer, dns::Type::a) && answer.holds(dns::Type::a);
  }

  // §6.2. Whatever goes wrong, it is as if there were no exp=.
  std::string explanation(const SpfModifier& modifier, std::string_view domain) {
    if (options_.explain && !modifier.text.empty()) {
      lookups_.stop_counting();
      const SpfTraceScope step(tracer_, domain, modifier.text, false);
      const auto text = fetched_explanation(modifier.value, domain);
      if (tracer_.on()) tracer_.set_outcome(text ? fmt::format("\"{}\"", *text) : "no explanation");
      if (text) return *text;
    }
    return std::string(options_.default_explanation);
  }

  std::optional<std::string> fetched_explanation(std::string_view spec, std::string_view domain) {
    if (is_beyond_ascii(spec)) return std::nullopt;
    const auto target = target_name(spec, domain);
    if (!target) return std::nullopt;
    const dns::Answer answer = lookups_.ask({spf_question_name(*target), dns::Type::txt});
    const std::vector<std::string> texts = answer.texts();
    if (answer.rcode != dns::Rcode::noerror || texts.size() != 1) return std::nullopt;
    auto text = expand_spf_macros(texts.front(), SpfMacroUse::text, macro_values(domain));
    // It will stand in a reply line: a local part in UTF-8 or a control character must not get there.
    const auto fits = [](char c) { return c >= ' ' && c <= '~'; };
    if (!text || !std::all_of(text->begin(), text->end(), fits)) return std::nullopt;
    return text;
  }

  // RFC 8616 §4: a term with the local part in it, where that is not ASCII, matches nothing.
  bool is_beyond_ascii(std::string_view spec) const { return !local_part_is_ascii_ && spf_macros_use_local_part(spec); }

  // §4.8. Nothing when it comes to no domain name, or to a failure (%{p} may ask the DNS).
  std::optional<std::string> target_name(std::string_view spec, std::string_view domain) {
    if (spec.empty()) return std::string(domain);
    if (spec.find('%') == std::string_view::npos) return spf_target_name(std::string(spec));
    auto expanded = expand_spf_macros(spec, SpfMacroUse::domain, macro_values(domain));
    if (!expanded) return std::nullopt;
    auto target = spf_target_name(std::move(*expanded));
    if (tracer_.on()) tracer_.set_target(target ? *target : "no domain name");
    return target;
  }

  SpfMacroValues macro_values(std::string_view domain) {
    if (macro_sender_.empty()) {
      macro_sender_ = fmt::format("{}@{}", sender_.local_part.substr(0, spf_expansion_octets_max), result_.domain);
      if (!mail::is_ascii(helo_)) macro_helo_ = to_a_labels(helo_).value_or(std::string());
    }
    return {.sender = macro_sender_,
            .local_part = sender_.local_part,
            .sender_domain = result_.domain,
            .domain = domain,
            .helo = macro_helo_.empty() ? helo_ : std::string_view(macro_helo_),
            .client_ip = client_ip_,
            .receiver = options_.receiver,
            .now = options_.now,
            .validated_name = [this, domain] { return lookups_.validated_name_for(domain); }};
  }

  const SpfOptions& options_;
  std::string_view helo_;
  SpfSender sender_;
  bool local_part_is_ascii_ = true;
  IpAddress client_ip_;
  SpfTracer tracer_;
  SpfLookups lookups_;
  std::string nothing_because_;
  std::string macro_sender_;
  std::string macro_helo_;
  SpfResult result_;
};

}  // namespace

std::string_view to_string(SpfOutcome outcome) {
  switch (outcome) {
    case SpfOutcome::none:
      return "none";
    case SpfOutcome::neutral:
      return "neutral";
    case SpfOutcome::pass:
      return "pass";
    case SpfOutcome::fail:
      return "fail";
    case SpfOutcome::softfail:
      return "softfail";
    case SpfOutcome::temperror:
      return "temperror";
    case SpfOutcome::permerror:
      break;
  }
  return "permerror";
}

std::string_view to_string(SpfScope scope) {
  return scope == SpfScope::helo ? "helo" : "mailfrom";
}

SpfResult check_spf(dns::Resolver& resolver, const SpfIdentity& identity, const SpfOptions& options) {
  return SpfCheck(resolver, identity, options, SpfScope::mail_from).run();
}

SpfResult check_spf_helo(dns::Resolver& resolver, const SpfIdentity& identity, const SpfOptions& options) {
  return SpfCheck(resolver, identity, options, SpfScope::helo).run();
}

bool sends_no_mail(dns::Resolver& resolver, std::string_view domain) {
  std::string only;
  for (const std::string& text : resolver.lookup({std::string(domain), dns::Type::txt}).texts()) {
    if (!is_spf_record(text)) continue;
    if (!only.empty()) return false;
    only = text;
  }
  if (only.empty()) return false;
  const auto record = parse_spf_record(only);
  return record && record->directives.size() == 1 && record->redirect.text.empty() &&
         record->directives.front().mechanism == SpfMechanism::all &&
         record->directives.front().qualifier == SpfQualifier::fail;
}

}  // namespace mailrig::auth
