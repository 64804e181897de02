// Greylisting as postgrey does it: a triplet (client network, sender, recipient) that was never seen is deferred, and
// let through once its first attempt is older than the delay. Clients that got through often enough are not asked any
// more. Kept per receiver, so it does not matter which of its MX hosts a retry reaches. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/policy/expiring_table.h"
#include "fakes/policy/policy.h"

namespace mailrig::policy {

// Defaults are postgrey's.
struct GreylistSettings {
  Duration delay = std::chrono::minutes(5);
  Duration window = std::chrono::days(2);  // a first retry later than this starts anew
  int subnet_v4 = 24;                      // prefix length that counts as one client; IPv6: /64
  std::uint32_t auto_allow_after = 5;      // so many successes, at most one counted per hour; 0: never
  // Defers by recipient alone, whoever asks: a gateway that first has the mailbox confirmed by the customer's server.
  bool by_recipient = false;
  Duration lifetime = std::chrono::days(35);  // triplets and clients not seen for so long are forgotten
};

class Greylist : public Policy {
 public:
  Greylist(const GreylistSettings& settings, Utterance deferred) : settings_(settings), deferred_(deferred) {}

  Hooks hooks() const override { return {.rcpt = true}; }
  std::optional<Verdict> rcpt(Instant now, const Session& session, const Recipient& candidate) override;

  // Triplets and clients in memory, for tests and measurements of memory.
  std::size_t size() const { return triplets_.size() + clients_.size(); }

 private:
  struct Triplet {
    Instant first = never;
  };
  struct Client {
    std::uint32_t successes = 0;
    Instant counted{};
  };

  GreylistSettings settings_;
  Utterance deferred_;
  ExpiringTable<Triplet> triplets_;
  ExpiringTable<Client> clients_;
  std::string sender_;  // scratch, so that no call allocates

  std::uint64_t triplet_key(const Session& session, const Recipient& recipient);
  bool allowed(Instant now, std::uint64_t client);
  void succeeded(Instant now, std::uint64_t client);
};

// What stays of a sender address in the key: the extension is cut off and numbers become '#', so that VERP addresses
// (unique per message) are recognised as one sender. As postgrey's do_sender_substitutions. `out` is replaced.
void generalise_sender(std::string_view sender, std::string& out);

}  // namespace mailrig::policy
