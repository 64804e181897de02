#include "fakes/auth/dmarc.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "fakes/auth/dmarc_lookup.h"
#include "fakes/base/check.h"
#include "fakes/dns/name.h"

namespace mailrig::auth {
namespace {

enum class AlignedState : std::uint8_t { no, yes, unknown };

bool share_top_label(std::string_view a, std::string_view b) {
  return a.substr(a.rfind('.') + 1) == b.substr(b.rfind('.') + 1);  // npos + 1 is 0
}

class DmarcEvaluator {
 public:
  DmarcEvaluator(dns::Resolver& resolver, const DmarcInput& input, const DmarcSettings& settings)
      : lookup_(resolver), input_(input), settings_(settings) {}

  DmarcEvaluation run() {
    if (const auto author = dmarc_name(input_.author_domain)) {
      out_.author_domain = *author;
      evaluate();
    } else {
      out_.author_domain = input_.author_domain;
      finish(DmarcResult::permerror,
             input_.author_domain.empty()
                 ? "the message has no usable author domain"
                 : fmt::format("the author domain '{}' is no domain name", input_.author_domain.substr(0, 255)));
    }
    out_.cost = lookup_.cost();
    out_.ttl_s = lookup_.ttl_s();
    out_.questions = std::move(lookup_).take_questions();
    return std::move(out_);
  }

 private:
  bool walks_tree() const { return settings_.method == DmarcMethod::tree_walk; }

  void finish(DmarcResult result, std::string reason) {
    out_.result = result;
    out_.reason = std::move(reason);
  }

  void evaluate() {
    if (!(walks_tree() ? discover_by_tree_walk() : discover_by_list()) || !record_is_usable()) return;
    align();
    if (out_.spf_aligned || out_.dkim_aligned) {
      finish(DmarcResult::pass, why_it_passed());
    } else if (!temporary_fault_.empty()) {
      finish(DmarcResult::temperror, temporary_fault_);
    } else {
      fail();
    }
  }

  // RFC 9989 §4.10.1. False: it ends here.
  bool discover_by_tree_walk() {
    const DmarcAnswer& own = lookup_.policy_at(out_.author_domain);
    if (own.record) {
      take_record(out_.author_domain, own.record);
      return true;
    }
    const DmarcTreeWalk walk = walk_dmarc_tree(lookup_, out_.author_domain);
    if (walk.temporary) return no_answer_about_policy();
    out_.organizational_domain = walk.organizational_domain;
    if (walk.policy_domain.empty()) return no_policy();
    take_record(walk.policy_domain, lookup_.policy_at(walk.policy_domain).record);
    return true;
  }

  // RFC 7489 §6.6.3. Several records end the discovery here; under RFC 9989 they are as good as none.
  bool discover_by_list() {
    out_.organizational_domain = organizational_domain_of(out_.author_domain);
    for (const std::string& domain : {out_.author_domain, out_.organizational_domain}) {
      const DmarcAnswer& answer = lookup_.policy_at(domain);
      if (answer.status == DmarcAnswer::Status::temporary) return no_answer_about_policy();
      if (answer.status == DmarcAnswer::Status::several) {
        finish(DmarcResult::none, fmt::format("there are several DMARC records at _dmarc.{}", domain));
        return false;
      }
      if (answer.record) {
        take_record(domain, answer.record);
        return true;
      }
    }
    return no_policy();
  }

  void take_record(const std::string& domain, std::shared_ptr<const DmarcRecord> record) {
    out_.policy_domain = domain;
    out_.record = std::move(record);
  }

  bool no_answer_about_policy() {
    finish(DmarcResult::temperror, fmt::format("the DNS did not answer about {}", lookup_.questions().back().name));
    return false;
  }

  bool no_policy() {
    const bool several = lookup_.policy_at(out_.author_domain).status == DmarcAnswer::Status::several;
    finish(DmarcResult::none,
           several ? fmt::format("several DMARC records at _dmarc.{} count as none, and no other domain above has one",
                                 out_.author_domain)
                   : fmt::format("no DMARC record applies to {}", out_.author_domain));
    return false;
  }

  // RFC 9989 §4.10.1, RFC 7489 §6.6.3: a record without a valid policy is still good for reports.
  bool record_is_usable() {
    const DmarcRecord& record = *out_.record;
    const bool sound = record.p.value && !record.sp.invalid() && !(walks_tree() && record.np.invalid());
    monitoring_only_ = !sound;
    if (sound || !record.rua.empty()) return true;
    const std::string_view fault = record.p.value       ? "an invalid sp or np tag"
                                   : record.p.invalid() ? "an invalid p tag"
                                                        : "no p tag";
    finish(DmarcResult::none,
           fmt::format("the DMARC record of {} has {} and no valid rua tag", out_.policy_domain, fault));
    return false;
  }

  void align() {
    const DmarcRecord& record = *out_.record;
    if (!out_.organizational_domain.empty()) {
      // Discovery found it out already.
    } else if (all_identifiers_are_the_author()) {
      // RFC 9989 §4.10.2: "this common domain is treated as the Organizational Domain."
      out_.organizational_domain = out_.author_domain;
    } else if (settings_.explain) {
      find_author_organization();
    }
    out_.spf = align_identifier(input_.spf, record.aspf, "SPF");
    out_.spf_aligned = out_.spf.aligned;
    // Those that need no question come first: one of them may spare all the walks.
    const bool author_signed = std::any_of(input_.dkim.begin(), input_.dkim.end(), [&](const auto& identifier) {
      return identifier.check == IdentifierCheck::passed && is_author(identifier);
    });
    out_.dkim.reserve(input_.dkim.size());
    for (const DmarcIdentifier& identifier : input_.dkim) {
      const bool settled = !settings_.explain && (author_signed || out_.dkim_aligned);
      const DmarcAlignment mode = settled ? DmarcAlignment::strict : record.adkim;
      out_.dkim.push_back(align_identifier(identifier, mode, "DKIM"));
      out_.dkim_aligned = out_.dkim_aligned || out_.dkim.back().aligned;
    }
    if (settings_.explain) name_all_organizations();
  }

  // After the alignment is known, so that explaining changes nothing about it.
  void name_all_organizations() {
    const auto name_organization = [this](const DmarcIdentifier& identifier, DmarcIdentifierResult& result) {
      if (identifier.check == IdentifierCheck::failed || !dmarc_name(identifier.domain)) return;
      result.organizational_domain = organizational_domain_of(result.domain);
    };
    name_organization(input_.spf, out_.spf);
    for (std::size_t i = 0; i < out_.dkim.size(); ++i) name_organization(input_.dkim[i], out_.dkim[i]);
  }

  // Most are written just as the author is.
  bool is_author(const DmarcIdentifier& identifier) const {
    return identifier.domain == input_.author_domain || dmarc_name(identifier.domain) == out_.author_domain;
  }

  // And there is at least one.
  bool all_identifiers_are_the_author() const {
    bool any = false;
    bool all = true;
    const auto look_at = [&](const DmarcIdentifier& identifier) {
      if (identifier.check == IdentifierCheck::failed) return;
      any = true;
      all = all && is_author(identifier);
    };
    look_at(input_.spf);
    for (const DmarcIdentifier& identifier : input_.dkim) look_at(identifier);
    return any && all && out_.policy_domain == out_.author_domain;
  }

  DmarcIdentifierResult align_identifier(const DmarcIdentifier& identifier, DmarcAlignment mode,
                                         std::string_view mechanism) {
    DmarcIdentifierResult result;
    const auto name =
        identifier.domain == input_.author_domain ? std::optional(out_.author_domain) : dmarc_name(identifier.domain);
    result.domain = name.value_or(identifier.domain);
    if (!name || identifier.check == IdentifierCheck::failed) return result;

    const AlignedState state = *name == out_.author_domain      ? AlignedState::yes
                               : mode == DmarcAlignment::strict ? AlignedState::no
                                                                : relaxed_alignment(*name, result);
    result.aligned = state == AlignedState::yes && identifier.check == IdentifierCheck::passed;
    if (state == AlignedState::no || result.aligned || !temporary_fault_.empty()) return result;
    // A pass that the DNS kept from us must not become a fail (RFC 9989 §5.3.6, RFC 7489 §6.6.2).
    temporary_fault_ =
        identifier.check == IdentifierCheck::temporary_error
            ? fmt::format("{} of {}, which could have been aligned, ended with a temporary error", mechanism, *name)
            : fmt::format("the DNS did not say whether {} and {} have the same organizational domain", *name,
                          out_.author_domain);
    return result;
  }

  AlignedState relaxed_alignment(const std::string& name, DmarcIdentifierResult& result) {
    // An organizational domain is its domain or above it: two that share not even the last label cannot have the same.
    if (!share_top_label(name, out_.author_domain)) return AlignedState::no;
    find_author_organization();
    if (out_.organizational_domain.empty()) return AlignedState::unknown;
    if (!dns::is_within(name, out_.organizational_domain)) return AlignedState::no;
    const std::string* const organization = organization_within_bounds(name);
    if (organization == nullptr) return AlignedState::no;
    result.organizational_domain = *organization;
    if (organization->empty()) return AlignedState::unknown;
    return *organization == out_.organizational_domain ? AlignedState::yes : AlignedState::no;
  }

  void find_author_organization() {
    if (out_.organizational_domain.empty()) out_.organizational_domain = organizational_domain_of(out_.author_domain);
  }

  // Empty when the DNS did not say, or too many walks were asked for.
  std::string organizational_domain_of(const std::string& name) {
    const std::string* const organization = organization_within_bounds(name);
    return organization == nullptr ? std::string() : *organization;
  }

  // Null when too many walks were asked for; empty when the DNS did not say.
  const std::string* organization_within_bounds(const std::string& name) {
    const bool is_author = name == out_.author_domain;
    if (is_author && !out_.organizational_domain.empty()) return &out_.organizational_domain;
    const auto known = organizations_.find(name);
    if (known != organizations_.end()) return &known->second;
    if (!is_author && organizations_.size() >= settings_.walks_max) return nullptr;
    std::string& organization = is_author ? out_.organizational_domain : organizations_[name];
    if (walks_tree()) {
      const DmarcTreeWalk walk = walk_dmarc_tree(lookup_, name);
      if (!walk.temporary) organization = walk.organizational_domain;
    } else {
      const PublicSuffixList& list =
          settings_.public_suffixes != nullptr ? *settings_.public_suffixes : PublicSuffixList::newest();
      organization = list.organizational_domain(name).value_or(name);
    }
    return &organization;
  }

  std::string why_it_passed() const {
    const bool by_spf = out_.spf_aligned;
    const auto signature = std::find_if(out_.dkim.begin(), out_.dkim.end(), [](const auto& d) { return d.aligned; });
    const std::string& domain = by_spf ? out_.spf.domain : signature->domain;
    const std::string_view mechanism = !by_spf ? "DKIM" : out_.dkim_aligned ? "SPF and DKIM" : "SPF";
    if (domain != out_.author_domain) {
      return fmt::format("{} passed for {}, which has the organizational domain of {}: {}", mechanism, domain,
                         out_.author_domain, out_.organizational_domain);
    }
    std::string reason(mechanism);  // the usual one, without the cost of formatting
    return reason.append(" passed for the author domain ").append(domain);
  }

  void fail() {
    std::string tag = "p";
    if (!choose_policy(tag)) {
      finish(DmarcResult::temperror, fmt::format("the DNS did not say whether {} exists", out_.author_domain));
      return;
    }
    out_.disposition = *out_.policy;
    std::string because;
    if (monitoring_only_) {
      because = ", because the record's policy tags are not valid and only its reports are wanted";
    } else if (*out_.policy != DmarcPolicy::none && walks_tree() && out_.record->testing) {
      out_.softened_by = DmarcSoftening::test_mode;
      because = fmt::format(" instead of {}, because t=y", to_string(*out_.policy));
    } else if (*out_.policy != DmarcPolicy::none && !walks_tree() && settings_.pct_draw >= out_.record->pct) {
      out_.softened_by = DmarcSoftening::sampled_out;
      because = fmt::format(" instead of {}, because pct={}", to_string(*out_.policy), out_.record->pct);
    }
    if (out_.softened_by != DmarcSoftening::none) out_.disposition = softened(*out_.policy);
    finish(DmarcResult::fail, fmt::format("{}; {} of {} asks for {}{}", why_nothing_is_aligned(), tag,
                                          out_.policy_domain, to_string(out_.disposition), because));
  }

  // RFC 9989 §4.10.1. False when the DNS did not say what the choice hangs on.
  bool choose_policy(std::string& tag) {
    const DmarcRecord& record = *out_.record;
    out_.policy = DmarcPolicy::none;
    if (monitoring_only_) return true;
    out_.policy = record.p.value;
    if (out_.policy_domain == out_.author_domain) return true;
    if (record.sp.value) {
      out_.policy = record.sp.value;
      tag = "sp";
    }
    // Nobody is asked where both answers lead to the same policy.
    if (!walks_tree() || !record.np.value || record.np.value == out_.policy) return true;
    const auto exists = lookup_.exists(out_.author_domain);
    if (!exists) return false;
    if (!*exists) {
      out_.policy = record.np.value;
      tag = "np";
    }
    return true;
  }

  std::string why_nothing_is_aligned() const {
    const bool spf_passed = input_.spf.check == IdentifierCheck::passed;
    const auto passed = std::count_if(input_.dkim.begin(), input_.dkim.end(),
                                      [](const auto& d) { return d.check == IdentifierCheck::passed; });
    if (!spf_passed && passed == 0) return "neither SPF nor a DKIM signature passed";
    if (passed == 0) return fmt::format("SPF passed for {}, which is not aligned", out_.spf.domain);
    if (!spf_passed) return fmt::format("{} DKIM signatures passed, none of them aligned", passed);
    return fmt::format("SPF passed for {} and {} DKIM signatures passed, none of them aligned", out_.spf.domain,
                       passed);
  }

  DmarcLookup lookup_;
  const DmarcInput& input_;
  const DmarcSettings& settings_;
  DmarcEvaluation out_;
  bool monitoring_only_ = false;                      // the record counts as p=none
  std::string temporary_fault_;                       // why a pass cannot be ruled out
  std::map<std::string, std::string> organizations_;  // by domain; empty: the DNS did not say
};

}  // namespace

std::string_view to_string(DmarcResult result) {
  switch (result) {
    case DmarcResult::none:
      return "none";
    case DmarcResult::pass:
      return "pass";
    case DmarcResult::fail:
      return "fail";
    case DmarcResult::temperror:
      return "temperror";
    case DmarcResult::permerror:
      return "permerror";
  }
  return {};
}

DmarcEvaluation evaluate_dmarc(dns::Resolver& resolver, const DmarcInput& input, const DmarcSettings& settings) {
  CHECK(settings.pct_draw >= 0 && settings.pct_draw < 100);
  return DmarcEvaluator(resolver, input, settings).run();
}

}  // namespace mailrig::auth
