// The keys that the senders of a scenario sign with: read, or made for the run. Key bytes are the one thing in a run
// that no seed repeats; nothing that is compared between runs depends on them. Immutable once made; share freely.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fakes/auth/dkim_sign.h"
#include "fakes/base/instant.h"
#include "fakes/base/result.h"
#include "sim/scenario/scenario.h"

namespace mailrig::world {

struct SigningKey {
  auth::SigningOptions signing;  // key, domain and selector included
  Instant from{};                // signs what is submitted from then on
  Instant until = never;         // and before this
  bool published = true;

  // The key record, for whoever verifies: it is there all the time, whenever the key signs.
  std::string record_name() const { return signing.selector + "._domainkey." + signing.domain; }
  std::string record_text() const;
};

class SenderKeys {
 public:
  SenderKeys() = default;
  // Makes the keys that no file holds, on all cores: one of 2048 bits takes about a tenth of a second. Errors name the
  // key that cannot be used, and why.
  static Result<SenderKeys> make(const scenario::Scenario& scenario);

  // Of the scenario's sender with this number, in the order of the file.
  std::span<const SigningKey> of(std::size_t sender) const {
    return sender < keys_.size() ? std::span<const SigningKey>(keys_[sender]) : std::span<const SigningKey>();
  }

 private:
  std::vector<std::vector<SigningKey>> keys_;  // by sender
};

}  // namespace mailrig::world
