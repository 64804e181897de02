// Finds out who sent a message, as a provider does: SPF for both identities and the client's names at MAIL, DKIM, ARC
// and DMARC at end of data. It asks a resolver of its own that keeps answers for their TTL, and it keeps what followed
// from them for as long; so a record that was corrected takes effect only when the old one has run out. Whoever is
// judged once need not be judged again meanwhile: an envelope by (client, HELO, domain), and in virtual time a message
// by its content key. When an answer has run out the same questions are asked again, and as long as the answers say
// the same, what followed from them stands.
//
// Thread rule: mail() is called under the receiver's lock, and data() by any number of threads: verifying signatures
// takes longer than all else that a receiver does. Memory is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fakes/auth/arc_verify.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/base/draw.h"
#include "fakes/base/recent_map.h"
#include "fakes/dns/caching_resolver.h"
#include "fakes/policy/address_key.h"
#include "fakes/policy/session.h"
#include "fakes/receiver/auth_policy.h"
#include "fakes/receiver/block_lists.h"

namespace mailrig::receiver {

class Authenticator {
 public:
  // `zones` must outlive it; `region` is where the provider's resolver stands. `entity` is who draws: the receiver's
  // name.
  Authenticator(const dns::Zones& zones, std::string region, const AuthPolicy& policy, const BlockLists& lists,
                Draw draw, std::string_view entity);

  // Each fills its part of the session and says how long the DNS took, in model time.
  // At connect: the client's address.
  Duration connect(Instant now, policy::Session& session);
  // At MAIL: helo and mail_from are known.
  Duration mail(Instant now, policy::Session& session);
  // At end of data. Without content the message counts as unsigned, and as from header_from_domain.
  Duration data(Instant now, policy::Session& session, const policy::MessageFacts& message);

  // Whether a block list has one of the domains that a message's links lead to. `cost` grows by what the DNS took.
  // Thread-safe, as data() is.
  policy::ListingFacts look_up_links(Instant now, const std::vector<std::string>& domains, Duration& cost);

  // Answers and verdicts in memory, for tests and measurements of memory.
  std::size_t size() const;

 private:
  // How long a verdict holds, and what it followed from; empty: from more than the answers, it has to follow again.
  struct Grounds {
    Instant expires{};
    std::vector<dns::Asked> asked{};
  };
  struct EnvelopeVerdict {
    policy::EnvelopeFacts facts;
    Grounds grounds;
  };
  struct NetworkVerdict {
    policy::NetworkFacts facts;
    Grounds grounds;
  };
  struct ContentVerdict {
    policy::ContentFacts facts;
    Grounds grounds;               // of what is found besides signatures
    std::uint64_t signatures = 0;  // the number of what was found of these
  };
  struct SpfVerdict {
    auth::SpfOutcome result = auth::SpfOutcome::none;
    std::string domain;
    Instant expires{};
  };
  // Of all messages with one content key, whoever brings them: what costs the most, and depends on the least.
  struct SignatureVerdicts {
    auth::DkimOutcome dkim;
    auth::ArcOutcome arc;
    bool arc_vouches = false;
    Grounds grounds;
    std::uint64_t number = 0;  // equal for equal verdicts on the same message
  };
  // What one thread at a time needs to verify signatures with.
  struct Verifiers {
    Verifiers() = default;
    Verifiers(const Verifiers&) = delete;
    Verifiers& operator=(const Verifiers&) = delete;

    auth::BoundedKeyCache keys;
    // A sender that is not ours may live in the time of the wall, months ahead of the model's.
    auth::DkimVerifier dkim{{.clock_skew_max = Duration::max()}, &keys};
    auth::ArcVerifier arc{&keys};
  };
  class Answers;
  class Questions;

  // Whether the verdict holds from now on, because the answers say what they said. `cost` grows by what the DNS took.
  bool renew(Instant now, Grounds& grounds, Duration& cost);
  bool renew_locked(Instant now, Grounds& grounds, Duration& cost);

  void judge_network(const IpAddress& client, policy::NetworkFacts& facts, Questions& questions);

  EnvelopeVerdict judge_envelope(Instant now, const policy::Session& session, Questions& questions);
  Instant judge_spf(Instant now, const policy::Session& session, policy::EnvelopeFacts& facts, Questions& questions);
  bool recall_content(Instant now, std::uint64_t key, policy::ContentFacts& facts);
  // The same for one that does not hold any more.
  bool renew_content(Instant now, std::uint64_t key, const policy::MessageFacts& message, policy::ContentFacts& facts,
                     Duration& cost);
  struct Judged {
    Instant signatures_hold{};     // what was found of them; what was asked besides, `questions` know
    std::uint64_t signatures = 0;  // the number of what was found
    bool by_lot = false;           // another lot (pct) might have led to something else
  };
  Judged judge_content(Instant now, policy::Session& session, const policy::MessageFacts& message, int pct_draw,
                       Answers& answers, Questions& questions);
  SignatureVerdicts check_signatures(Instant now, const policy::MessageFacts& message, Answers& answers,
                                     Questions& questions);
  SignatureVerdicts verify(Instant now, std::string_view message, Answers& answers, Questions& questions);
  // Whether the lot may have decided.
  bool judge_author(policy::Session& session, const policy::MessageFacts& message, const auth::DkimOutcome& dkim,
                    int pct_draw, Questions& questions);
  bool vouches(const auth::ArcOutcome& arc, std::string_view message) const;
  int pct_draw(const policy::MessageFacts& message) const;
  std::unique_ptr<Verifiers> take_verifiers();

  const AuthPolicy policy_;
  const BlockLists lists_;
  const Draw::Lots pct_lots_;
  policy::KeyMemo helo_;
  policy::KeyMemo sender_domain_;
  RecentMap<std::uint64_t, NetworkVerdict> networks_;
  RecentMap<std::uint64_t, EnvelopeVerdict> envelopes_;
  RecentMap<std::uint64_t, SpfVerdict> spf_verdicts_;  // only where the provider keeps them longer than the DNS says
  mutable std::mutex mutex_;                           // of what follows; held for moments
  dns::CachingResolver resolver_;
  RecentMap<std::uint64_t, ContentVerdict> contents_;
  RecentMap<std::uint64_t, SignatureVerdicts> signatures_;
  std::uint64_t signatures_found_ = 0;  // times
  std::vector<std::unique_ptr<Verifiers>> idle_verifiers_;
};

}  // namespace mailrig::receiver
