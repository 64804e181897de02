// What the replies of one mail transaction mean for each of its recipients (RFC 5321 §3.3, §4.2.4). The client engine
// fills it from bytes, the virtual driver from verdicts: the decision is taken in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fakes/smtp/reply.h"

namespace mailrig::smtp {

// Where a session or a transaction ended.
enum class Stage : std::uint8_t { dns, connect, greeting, helo, tls, mail, rcpt, data, quit };

std::string_view to_string(Stage stage);

struct SessionFailure {
  Stage stage = Stage::quit;
  std::optional<Reply> reply;  // none: refused, cut or timed out
  bool timed_out = false;
};

struct RecipientResult {
  enum class Kind : std::uint8_t { delivered, deferred, failed };
  Kind kind = Kind::deferred;
  Stage stage = Stage::data;
  bool rcpt_answered = false;  // the server answered this recipient's RCPT
  std::optional<Reply> reply;  // none: the connection was cut or timed out
};

struct TransactionResult {
  std::vector<RecipientResult> recipients;  // in the order given
  bool connection_usable = true;            // false after 421, a cut or a time-out
};

// Collects replies in protocol order. `mail_replied`, then `rcpt_replied` per recipient, then `data_replied` (the
// answer to DATA, 354 or not) and `message_replied` (the answer to the final dot).
class Transaction {
 public:
  explicit Transaction(std::size_t recipients);
  // False: MAIL was refused; the transaction is over.
  bool mail_replied(const Reply& reply);
  void rcpt_replied(const Reply& reply);
  // True when at least one RCPT was accepted, so that DATA makes sense.
  bool any_accepted() const;
  // False: DATA was refused; the transaction is over.
  bool data_replied(const Reply& reply);
  void message_replied(const Reply& reply);
  // The connection ended (cut or time-out) at `stage`; recipients without an outcome are deferred.
  void interrupted(Stage stage);
  TransactionResult result() const;

 private:
  TransactionResult result_;
  std::size_t next_recipient_ = 0;
};

}  // namespace mailrig::smtp
