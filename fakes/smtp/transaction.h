// What the replies of one mail transaction mean for each of its recipients (RFC 5321 §3.3, §4.2.4). The client engine
// fills it from bytes, the virtual driver from verdicts: the decision is taken in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/smtp/reply.h"

namespace mailrig::smtp {

// Where a session or a transaction ended.
enum class Stage : std::uint8_t { dns, connect, greeting, helo, tls, mail, rcpt, data, quit };

std::string_view to_string(Stage stage);

struct SessionFailure {
  Stage stage = Stage::quit;
  std::optional<Reply> reply{};  // none: refused, cut, timed out or not understood
  bool timed_out = false;
  bool malformed = false;  // the peer said something that is no reply, or one too many
};

struct RecipientResult {
  enum class Kind : std::uint8_t { delivered, deferred, failed };
  Kind kind = Kind::deferred;
  Stage stage = Stage::data;
  bool rcpt_answered = false;  // the server answered this recipient's RCPT
  bool by_sender = false;      // nothing was sent: the server's EHLO had ruled it out already; `reply` is our own
  std::optional<Reply> reply;  // none: the connection was cut or timed out
};

struct TransactionResult {
  std::vector<RecipientResult> recipients;  // in the order given
  bool connection_usable = true;            // false after 421, a cut or a time-out
};

// Collects replies in protocol order. `mail_replied`, then `rcpt_replied` per recipient, then `data_replied` (the
// answer to DATA, 354 or not) and `message_replied` (the answer to the final dot). A 421 anywhere ends it, since the
// server then closes the connection (RFC 5321 §3.8); what is reported after the end is ignored.
class Transaction {
 public:
  explicit Transaction(std::size_t recipients);
  // False: MAIL was refused; the transaction is over.
  bool mail_replied(const Reply& reply);
  // Temporary or permanent as the first digit says (RFC 5321 §4.2.1). 552 stays permanent: §4.5.3.1.10 wants it
  // taken for 452 where it means "too many recipients", but servers say 552 for full mailboxes, and the number alone
  // does not tell which it is.
  void rcpt_replied(const Reply& reply);
  // True when at least one RCPT was accepted, so that DATA makes sense.
  bool any_accepted() const;
  // False: DATA was refused; the transaction is over.
  bool data_replied(const Reply& reply);
  void message_replied(const Reply& reply);
  // The connection ended (cut or time-out) at `stage`; recipients without an outcome are deferred.
  void interrupted(Stage stage);
  // The transaction never began: no recipient can be reached, for a reason of our own.
  void failed_by_sender(const Reply& reason);
  bool over() const { return over_; }
  const TransactionResult& result() const { return result_; }
  // The same, for whoever does not ask again.
  TransactionResult take_result() { return std::move(result_); }

 private:
  bool accepted(const RecipientResult& recipient) const;
  void settle_accepted(const Reply& reply);

  TransactionResult result_;
  std::size_t next_recipient_ = 0;  // whose RCPT is answered next
  bool over_ = false;
};

}  // namespace mailrig::smtp
