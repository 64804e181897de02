// Key records in the DNS (RFC 6376 §3.6.1, RFC 8463 §4): their text, and the public key in it. Parsing a key costs more
// than verifying with it, so whoever verifies much keeps parsed records by their text.
//
// Thread rule: one user at a time, because a PublicKey has scratch memory.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/auth/key.h"

namespace mailrig::auth {

// Room for the longest key that we use; what is longer is not looked into.
inline constexpr std::size_t key_record_octets_max = 16'384;

struct KeyRecord {
  std::string fault;     // why the record is of no use to anybody, in words; empty: it is usable
  bool revoked = false;  // p= is empty; `fault` says so too
  KeyType type = KeyType::rsa;
  std::optional<PublicKey> key;  // present unless there is a fault
  bool allows_sha256 = true;     // h=
  bool for_email = true;         // s=
  bool testing = false;          // t=y
  bool strict_identity = false;  // t=s: the domain of i= must be d= itself
};

// Never fails: a text that is no key record has a `fault`.
KeyRecord parse_key_record(std::string_view text);

// "v=DKIM1; k=rsa; p=…", to be published as it stands. dns::Txt::of() splits it.
std::string key_record_text(const PrivateKey& key, bool testing = false);

// Keeps parsed records by their text.
class KeyCache {
 public:
  virtual ~KeyCache() = default;
  // The parsed form of `text`, kept or made now. Never null.
  virtual std::shared_ptr<KeyRecord> get(std::string_view text) = 0;
};

// Holds between `records_max` and twice as many, those used lately among them.
class BoundedKeyCache final : public KeyCache {
 public:
  explicit BoundedKeyCache(std::size_t records_max = 1000) : records_max_(records_max) {}
  std::shared_ptr<KeyRecord> get(std::string_view text) override;

 private:
  using Records = std::map<std::string, std::shared_ptr<KeyRecord>, std::less<>>;

  std::size_t records_max_;
  Records recent_;
  Records older_;  // what was recent until `recent_` filled up
};

}  // namespace mailrig::auth
