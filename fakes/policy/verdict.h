// A policy's answer: what to reply and why. The reply's text is rendered only when it is sent or recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/draw.h"
#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/policy/event.h"
#include "fakes/smtp/reply.h"

namespace mailrig::policy {

// Values for the placeholders in reply texts: {ip} {rcpt} {rcpt_local} {rcpt_dom} {from} {from_dom} {hdr_dom} {helo}
// {host} {sess} {unix} {ts} {rfcdate} {msgid} {bytes} {hex8} {n} {netblock}; the block list that has the sender and
// what it says, {rbl} {reason}; the domain of a signature that passes, {dkim_dom}; and what was found out about the
// sender: {spf_verdict} {dkim_verdict} {dmarc_verdict}, each "Pass" or "Fail".
struct ReplyContext {
  Instant now{};
  std::optional<IpAddress> ip;  // of the client
  std::string_view rcpt, from, header_domain, helo, host, message_id, list, list_reason, dkim_domain;
  bool spf_passes = false, dkim_passes = false, dmarc_passes = false;
  std::uint64_t bytes = 0;
  std::uint64_t token = 0;  // source of {sess}, {hex8} and {n}; a stable hash, so that a run repeats its texts
};

// One reply of a profile: parsed once, rendered often. Lives as long as the profile.
struct ReplyTemplate {
  std::string key;  // "rate_limited/ip": event, then an optional variant
  Event event = Event::accepted;
  std::uint16_t code = 0;               // 0: close without a word
  std::string text;                     // with placeholders; lines separated by '\n', codes stripped
  bool close = false;                   // the connection is closed after this reply
  std::vector<ReplyTemplate> others{};  // further wordings of the same thing, of the same severity

  // One of the wordings, by the lot `bits`.
  const ReplyTemplate& drawn(std::uint64_t bits) const {
    const auto at = others.empty() ? 0 : static_cast<std::size_t>(below(bits, others.size() + 1));
    return at == 0 ? *this : others[at - 1];
  }

  Severity severity() const {
    if (code == 0 || (code >= 400 && code < 500)) return Severity::soft;
    return code >= 500 ? Severity::hard : Severity::none;
  }
  // The reply as sent: placeholders replaced. Brackets that hold no placeholder stay as they are.
  smtp::Reply render(const ReplyContext& context) const;
};

// Keeps a recipient's copy, or does what a recipient command asks for instead.
enum class Disposition : std::uint8_t {
  store,
  discard,      // answered 250, then dropped
  drop,         // connection cut before the reply, nothing stored
  drop_stored,  // stored, then the connection is cut before the reply
  bounce,       // answered 250, then a failure notification goes to MAIL FROM
};

struct Verdict {
  const ReplyTemplate* reply = nullptr;  // never null once a receiver returns it
  Event event = Event::accepted;
  Phase phase = Phase::connect;
  std::string_view scope;  // what was counted: "ip", "rcpt", "pair" …; empty where it does not apply
  Duration delay{};        // wait this long (model time) before replying
  bool close = false;      // close the connection after the reply (or instead of it, when reply->code is 0)

  bool accepted() const { return event == Event::accepted || event == Event::discarded; }
};

// What becomes of one recipient's copy.
struct Copy {
  Disposition disposition = Disposition::discard;
  bool spam = false;         // where it is stored, in the spam folder
  std::string_view because;  // Placement::reason

  friend bool operator==(const Copy&, const Copy&) = default;
};

// The answer to end of data: one reply for the transaction, one copy per accepted recipient.
struct DataVerdict {
  Verdict verdict;
  bool cut = false;  // close without sending the reply (+drop, +dropstored)
  std::vector<Copy> copies;
};

}  // namespace mailrig::policy
