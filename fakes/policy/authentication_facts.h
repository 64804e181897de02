// What a receiver found out about who sent a message: results of SPF, DKIM, DMARC and ARC, in the words of RFC 8601.
// Facts only; policies decide what they lead to. Value types, kept with the session: what concerns the client and its
// envelope is known from MAIL on, the rest from end of data on. A receiver that does not look leaves them as they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakes/auth/arc_chain.h"
#include "fakes/auth/dkim_result.h"
#include "fakes/auth/dmarc.h"
#include "fakes/auth/from_header.h"
#include "fakes/auth/spf.h"
#include "fakes/policy/network_facts.h"

namespace mailrig::policy {

// Whether the DNS knows a name that mail came with.
enum class NameStatus : std::uint8_t { unchecked, resolves, unknown, temporary_error };

struct EnvelopeFacts {
  std::uint64_t key = 0;  // names what they were found for: client, HELO and MAIL FROM's domain; 0: nobody looked
  auth::SpfOutcome spf = auth::SpfOutcome::none;  // of MAIL FROM; of HELO when the reverse-path is null
  std::string spf_domain;                         // that was checked
  auth::SpfOutcome spf_helo = auth::SpfOutcome::none;
  // The SPF result was found earlier, for another message, and taken from memory.
  bool spf_remembered = false;
  bool spf_null = false;                             // the domain's record is nothing but -all: it never sends
  ListingFacts domain_listing;                       // of MAIL FROM's domain
  ListingFacts helo_listing;                         // of the HELO name
  NameStatus sender_domain = NameStatus::unchecked;  // can MAIL FROM's domain take mail
  NameStatus helo_name = NameStatus::unchecked;      // has the HELO name an address

  void forget() {
    key = 0;
    spf = auth::SpfOutcome::none;
    spf_domain.clear();
    spf_helo = auth::SpfOutcome::none;
    spf_remembered = false;
    spf_null = false;
    domain_listing.forget();
    sender_domain = NameStatus::unchecked;
    helo_name = NameStatus::unchecked;
  }
};

struct SignatureFacts {
  auth::DkimResult result = auth::DkimResult::none;
  std::string domain;    // d=
  std::string selector;  // s=
  bool aligned = false;  // it passed, and its domain is the author's in the sense of DMARC

  friend bool operator==(const SignatureFacts&, const SignatureFacts&) = default;
};

struct ContentFacts {
  std::vector<SignatureFacts> signatures;
  auth::DkimResult dkim = auth::DkimResult::none;  // for the message as a whole: pass if any signature passes
  auth::ArcResult arc = auth::ArcResult::none;
  // A chain that passes and was sealed by forwarders whom this receiver trusts says that the message was authentic when
  // it came to the first of them.
  bool arc_vouches = false;

  auth::FromFault from_fault = auth::FromFault::none;

  std::string author_domain;  // of the From field; empty when there is none to be judged by
  auth::DmarcResult dmarc = auth::DmarcResult::none;
  // What the author's domain wants done with the message, after t= and pct; `none` unless DMARC fails.
  auth::DmarcPolicy disposition = auth::DmarcPolicy::none;
  bool dmarc_published = false;  // there is a DMARC record for the author's domain
  bool spf_aligned = false;
  bool dkim_aligned = false;

  // The Authentication-Results field (RFC 8601) that the receiver puts in front of the message, with its CRLF; empty
  // before end of data, and with a receiver that does not look.
  std::string results_field;

  void forget() {
    signatures.clear();
    dkim = auth::DkimResult::none;
    arc = auth::ArcResult::none;
    arc_vouches = false;
    from_fault = auth::FromFault::none;
    author_domain.clear();
    dmarc = auth::DmarcResult::none;
    disposition = auth::DmarcPolicy::none;
    dmarc_published = false;
    spf_aligned = false;
    dkim_aligned = false;
    results_field.clear();
  }
};

struct AuthenticationFacts : EnvelopeFacts, ContentFacts {
  // Texts keep their memory for the next message.
  void forget() {
    EnvelopeFacts::forget();
    ContentFacts::forget();
  }
};

}  // namespace mailrig::policy
