// Who sends a receiver more than so many messages a day must authenticate all of them: Gmail's and Yahoo's rules of
// 2024, Microsoft's of 2025. Counts what was accepted, one unit for each recipient, over a day that slides along. The
// domain counted is that of the From field: spoofed mail from a bulk sender's domain is held to its rules too. Memory
// grows with the domains that were seen within a day, and with those that are bulk senders for good. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/base/draw.h"
#include "fakes/base/recent_map.h"
#include "fakes/policy/address_key.h"
#include "fakes/policy/auth_action.h"
#include "fakes/policy/expiring_table.h"
#include "fakes/policy/sliding_window.h"

namespace mailrig::policy {

struct BulkSettings {
  enum class Scope : std::uint8_t {
    hdr_domain,  // the domain of the From field as it stands
    org_domain,  // with all of its subdomains: the registrable domain (public suffix list)
  };
  enum class Dmarc : std::uint8_t {
    any,     // no matter
    record,  // the domain must publish a record
    pass,
  };

  std::uint32_t threshold_per_day = 0;  // a domain that got so many in is a bulk sender; 0: no such rules
  Scope scope = Scope::hdr_domain;
  bool permanent = false;  // once a bulk sender, always one
  bool spf = false;        // must pass
  bool dkim = false;       // must pass
  Dmarc dmarc = Dmarc::any;
  bool alignment = false;  // SPF or DKIM must pass for the author's domain
  bool tls = false;        // must come over TLS
  bool ptr = false;        // the client's address must have a name that leads back
  // What follows where a message whose text was read lacks something: nothing, it is spam, or it is refused.
  enum class Missing : std::uint8_t { ignore, junk, required };
  Missing unsubscribe = Missing::ignore;  // a way out; for Gmail and Yahoo with one click (RFC 8058)
  Missing feedback_id = Missing::ignore;  // a Feedback-ID field, which names the campaign
  bool same_envelope = false;             // MAIL FROM's domain must be From's, or the message is spam
  bool junks = false;                     // failing messages are filed as spam, and none is refused
  // Share of failing messages that is rejected; the others are deferred.
  std::uint32_t reject_ppm = 1'000'000;

  bool reads_messages() const { return unsubscribe != Missing::ignore || feedback_id != Missing::ignore; }
};

// What a refusal names: the first requirement, in this order, that is not met.
struct BulkRefusals {
  AuthRefusals spf;
  AuthRefusals dkim;
  AuthRefusals dmarc;
  AuthRefusals alignment;
  AuthRefusals tls;
  AuthRefusals ptr;
  AuthRefusals unsubscribe;
  AuthRefusals feedback_id;
};

class BulkSender : public Policy {
 public:
  // `entity` is who draws, the receiver's name.
  BulkSender(const BulkSettings& settings, const BulkRefusals& says, Draw draw, std::string entity)
      : settings_(settings), says_(says), draw_(draw), entity_(std::move(entity)), organizations_(10'000) {}

  Hooks hooks() const override { return {.data = true, .placement = true, .accepted = true, .memory = true}; }
  std::optional<Verdict> data(Instant now, const Session& session, const MessageFacts& facts) override;
  void place(Instant now, const Session& session, const MessageFacts& facts, Placement& placement) override;
  void accepted(Instant now, const Session& session, const MessageFacts& facts) override;
  void recall(Instant now, const Session& session, const MessageFacts* facts, Recollection& into) override;
  void imagine(const Recollection& remembered) override { imagined_ = remembered.bulk; }

  // Domains in memory, for tests and measurements of memory.
  std::size_t size() const { return domains_.size(); }

 private:
  struct Sent {
    SlidingWindow units;
    bool bulk_for_good = false;
  };

  BulkSettings settings_;
  BulkRefusals says_;
  Draw draw_;
  std::string entity_;
  ExpiringTable<Sent> domains_;
  KeyMemo author_;
  RecentMap<std::uint64_t, std::uint64_t> organizations_;  // keys of organizational domains, by the author's key
  std::optional<bool> imagined_;                           // whether everybody is a bulk sender

  std::uint64_t domain_key(const Session& session);
  bool is_bulk(Instant now, std::uint64_t domain);
  // Null: all are met.
  const AuthRefusals* unmet(const Session& session) const;
  // What the message lacks that has this consequence.
  const AuthRefusals* lacking(const ContentTraits& content, BulkSettings::Missing consequence) const;
  bool is_bulk(Instant now, const Session& session);
};

}  // namespace mailrig::policy
