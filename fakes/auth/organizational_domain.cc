#include "fakes/auth/organizational_domain.h"

#include <libpsl.h>

#include <algorithm>
#include <utility>

#include "fakes/auth/idna.h"
#include "fakes/base/check.h"

namespace mailrig::auth {
namespace {

// RFC 9989 §4.10, step 4: a name of eight labels or more is cut down to seven after the first question.
constexpr std::ptrdiff_t labels_after_first_question_max = 7;

// The domain without its first label, or its last labels where it has too many; empty at the top.
std::string_view next_tree_walk_target(std::string_view domain) {
  auto dots = std::count(domain.begin(), domain.end(), '.');
  if (dots == 0) return {};
  do {
    domain.remove_prefix(domain.find('.') + 1);
  } while (dots-- > labels_after_first_question_max);
  return domain;
}

// The last labels of `domain`: `suffix` and one more. `suffix` is a proper end of it.
std::string_view one_label_below(std::string_view suffix, std::string_view domain) {
  const std::string_view before = domain.substr(0, domain.size() - suffix.size() - 1);
  return domain.substr(before.rfind('.') + 1);  // npos + 1 is 0
}

}  // namespace

DmarcTreeWalk walk_dmarc_tree(DmarcLookup& lookup, std::string_view domain) {
  DmarcTreeWalk walk;
  walk.organizational_domain = domain;
  std::string_view shortest_with_record;
  for (std::string_view target = domain; !target.empty(); target = next_tree_walk_target(target)) {
    const DmarcAnswer& answer = lookup.policy_at(target);
    if (answer.status == DmarcAnswer::Status::temporary) {
      walk.temporary = true;
      return walk;
    }
    if (!answer.record) continue;
    if (target == domain) walk.policy_domain = domain;
    // §4.10.2, rule 2. Where a walk starts at the public suffix itself, rule 3 makes it its own organization.
    if (answer.record->psd == DmarcPsd::yes && target != domain) {
      walk.organizational_domain = one_label_below(target, domain);
      if (walk.policy_domain.empty()) {
        // §4.10.1: first the organization, then its public suffix.
        walk.policy_domain = shortest_with_record == walk.organizational_domain ? shortest_with_record : target;
      }
      return walk;
    }
    shortest_with_record = target;
    if (answer.record->psd != DmarcPsd::unsaid) break;
  }
  // Rules 1 and 3: the one with psd=n, where the walk stopped, or the one with the fewest labels.
  if (!shortest_with_record.empty()) {
    walk.organizational_domain = shortest_with_record;
    if (walk.policy_domain.empty()) walk.policy_domain = shortest_with_record;
  }
  return walk;
}

std::optional<std::string> organizational_domain(dns::Resolver& resolver, std::string_view domain) {
  const auto name = dmarc_name(domain);
  if (!name) return std::nullopt;
  DmarcLookup lookup(resolver);
  DmarcTreeWalk walk = walk_dmarc_tree(lookup, *name);
  if (walk.temporary) return std::nullopt;
  return std::move(walk.organizational_domain);
}

const PublicSuffixList& PublicSuffixList::newest() {
  static const PublicSuffixList list = [] {
    psl_ctx_t* const loaded = psl_latest(nullptr);
    CHECK(loaded != nullptr);  // libpsl is built with a list inside
    return PublicSuffixList(std::shared_ptr<const void>(loaded, [loaded](const void*) { psl_free(loaded); }));
  }();
  return list;
}

Result<PublicSuffixList> PublicSuffixList::from_file(const std::string& file) {
  psl_ctx_t* const loaded = psl_load_file(file.c_str());
  if (loaded == nullptr) {
    return Error{"cannot be read as a public suffix list; https://publicsuffix.org/list/ has the current one", file};
  }
  return PublicSuffixList(std::shared_ptr<const void>(loaded, [loaded](const void*) { psl_free(loaded); }));
}

std::optional<std::string> PublicSuffixList::organizational_domain(std::string_view domain) const {
  const auto name = to_a_labels(domain);
  if (!name) return std::nullopt;
  const auto* const list = static_cast<const psl_ctx_t*>(list_.get());
  const char* const registrable = psl_registrable_domain(list, name->c_str());
  if (registrable == nullptr) return std::nullopt;
  return std::string(registrable);
}

}  // namespace mailrig::auth
