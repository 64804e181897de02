#include "fakes/auth/arc_verify.h"

#include <algorithm>
#include <utility>

#include "fakes/auth/dkim_check.h"

namespace mailrig::auth {
namespace {

constexpr std::size_t arc_key_records_max = 10;

void fail_chain(ArcOutcome& outcome, std::string_view what, std::size_t instance, const SignatureCheck& check) {
  outcome.result = ArcResult::fail;
  outcome.temporary = check.result == DkimResult::temperror;
  outcome.reason = std::string(what) + "(" + std::to_string(instance) + "): " + check.reason;
}

}  // namespace

void ArcVerifier::begin(std::string_view header) {
  header_.assign(header);
  chain_ = collect_arc_chain(header_);
  message_signatures_.clear();
  bodies_.begin();
  if (!chain_.fault.empty()) return;
  for (auto set = chain_.sets.rbegin(); set != chain_.sets.rend(); ++set) {
    if (message_signatures_.size() == arc_message_signatures_max) break;
    message_signatures_.push_back(parse_signature(SignatureKind::arc_message, *set->message_signature));
    const Signature& signature = message_signatures_.back();
    if (signature.result == DkimResult::pass) bodies_.want(signature.body_method, signature.body_octets_max);
  }
}

ArcOutcome ArcVerifier::finish(dns::Resolver& resolver, Instant now) {
  bodies_.finish();
  ArcOutcome outcome;
  outcome.instances = chain_.highest;
  outcome.ended = chain_.ended;
  SignatureChecker checker(resolver, cache_, arc_key_records_max);
  validate(outcome, checker, now);
  outcome.cost = checker.cost();
  outcome.ttl_s = checker.ttl_s();
  return outcome;
}

ArcOutcome ArcVerifier::verify(std::string_view message, dns::Resolver& resolver, Instant now) {
  begin(message);
  push(message.substr(header_.body_offset()));
  return finish(resolver, now);
}

// The steps of RFC 8617 §5.2.
void ArcVerifier::validate(ArcOutcome& outcome, SignatureChecker& checker, Instant now) {
  if (!chain_.fault.empty()) {
    outcome.result = ArcResult::fail;
    outcome.reason = chain_.ended ? "the last ARC-Seal says cv=fail" : chain_.fault;
    return;
  }
  if (chain_.sets.empty()) return;
  for (std::size_t i = 0; i < chain_.sets.size(); ++i) {
    const ArcSet& set = chain_.sets[i];
    outcome.seals.push_back(
        {static_cast<unsigned>(i + 1), set.seal_signature.domain, set.seal_signature.selector, set.seal_cv});
  }

  // Step 4 asks for the last message signature; step 5 looks how far back the others hold.
  const auto check_message_signature = [&](const Signature& signature) {
    if (signature.result != DkimResult::pass) return SignatureCheck{signature.result, signature.reason};
    return checker.check(signature, header_, bodies_.outcome(signature.body_method, signature.body_octets_max), now,
                         scratch_);
  };
  const std::size_t last = chain_.sets.size();
  const SignatureCheck latest = check_message_signature(message_signatures_.front());
  if (latest.result != DkimResult::pass) return fail_chain(outcome, "ARC-Message-Signature", last, latest);

  // Step 6. Every seal covers all sets up to its own, so the text of the earlier ones is made once.
  std::string sealed;
  Sha256 hash;
  std::vector<Sha256Digest> digests;
  for (const ArcSet& set : chain_.sets) {
    const std::size_t before = sealed.size();
    append_arc_set_to_verify(sealed, set);
    hash.update(sealed);
    digests.push_back(hash.finish());
    sealed.resize(before);
    append_arc_set(sealed, set);
  }
  for (std::size_t instance = last; instance > 0; --instance) {
    const SignatureCheck seal = checker.check_digest(chain_.sets[instance - 1].seal_signature, digests[instance - 1]);
    if (seal.result != DkimResult::pass) return fail_chain(outcome, "ARC-Seal", instance, seal);
  }

  outcome.result = ArcResult::pass;
  std::size_t holding = 1;
  while (holding < message_signatures_.size() &&
         check_message_signature(message_signatures_[holding]).result == DkimResult::pass) {
    ++holding;
  }
  if (holding < last) outcome.oldest_pass = static_cast<unsigned>(last - holding + 1);
}

}  // namespace mailrig::auth
