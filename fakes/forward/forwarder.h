// A hop that takes mail for its own domain and passes it on to a mailbox elsewhere. It takes an accepted message and
// says what is to be sent; it never sends itself. Envelope kept or rewritten (SRS), content kept or changed, sealed
// with ARC or not: what becomes of SPF, DKIM and DMARC behind it follows from that.
//
// In virtual time a message stands for all of its content key: what is done to it is done once per key and what the
// hop found out about it, and remembered.
// Not thread-safe: called under the lock of the hop's receiving side.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/arc_seal.h"
#include "fakes/auth/key_record.h"
#include "fakes/dns/zones.h"
#include "fakes/forward/modification.h"
#include "fakes/forward/srs.h"
#include "fakes/mail/outgoing.h"
#include "fakes/policy/session.h"

namespace mailrig::forward {

struct ForwarderSettings {
  std::string name;           // in the scenario; also in what it writes into messages
  std::string domain;         // whose mail it takes, in lower case
  std::string host;           // its MX host
  std::string target_domain;  // where the mailboxes are: the local part stays the same
  bool srs = false;
  std::string srs_secret{};
  std::vector<Modification> modifications{};
  std::optional<auth::ArcSealOptions> arc{};
};

class Forwarder {
 public:
  // An error says what is wrong with the ARC options. `zones` must outlive it.
  static Result<Forwarder> make(ForwarderSettings settings, const dns::Zones& zones);

  const ForwarderSettings& settings() const { return settings_; }
  const Srs& srs() const { return srs_; }

  // `recipient` as given in RCPT and accepted: an address of the domain, or a return path made by SRS, which leads
  // back to the original sender and is passed on as it is.
  mail::Outgoing forward(Instant now, const policy::Session& session, std::string_view recipient,
                         const policy::MessageFacts& message);

 private:
  // What a message has become.
  struct Content {
    std::shared_ptr<const std::string> text;
    mail::MessageTraits traits;
    std::uint64_t key = 0;
    std::uint64_t octets_added = 0;
    bool body_changed = false;
    bool eight_bit = false;
    bool utf8_header = false;
  };

  Forwarder(ForwarderSettings settings, std::optional<auth::ArcSealer> sealer, const dns::Zones& zones);
  Content process(Instant now, const policy::Session& session, std::string_view recipient,
                  const policy::MessageFacts& message);
  Content facts_only(const policy::MessageFacts& message, bool returning) const;
  std::string received_field(Instant now, const policy::Session& session, std::string_view recipient) const;

  ForwarderSettings settings_;
  Srs srs_;
  std::optional<auth::ArcSealer> sealer_;
  const dns::Zones& zones_;
  auth::BoundedKeyCache keys_;
  boost::unordered_flat_map<std::uint64_t, Content> remembered_;  // virtual time; looked up, never iterated
};

}  // namespace mailrig::forward
