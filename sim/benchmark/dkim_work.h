// The operations that the DKIM bench repeats, ready to run: one signature and one verification of a whole message, as
// mail really gets them; the bare OpenSSL operations inside, with the same key over a digest that is there already; and
// the parts that a signature consists of. Keys are parsed once, as in a mail server that runs.
//
// Thread rule: one user at a time. Threads that measure side by side have one DkimWork each, key included: copies of a
// key share a lock in OpenSSL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "fakes/auth/key.h"
#include "fakes/base/result.h"

namespace mailrig::benchmark {

// A text message with the usual header, exactly this long, CRLF line ends. An error for less than its header takes.
Result<std::string> sample_message(std::size_t size_bytes);

class DkimWork {
 public:
  // `key_pem`: the private key. relaxed/relaxed, the usual header fields, From oversigned.
  DkimWork(const std::string& key_pem, std::string message);
  ~DkimWork();

  void sign();
  void raw_sign();
  // The key record comes out of a zone in memory, its key out of the cache that a receiver keeps.
  void verify();
  void raw_verify();

  // Header and body brought into canonical form, copied nowhere.
  void canonicalize();
  // SHA-256 over as much as the canonical form has.
  void hash();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::benchmark
