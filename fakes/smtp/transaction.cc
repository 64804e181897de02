#include "fakes/smtp/transaction.h"

#include "fakes/base/check.h"

namespace mailrig::smtp {
namespace {

constexpr std::uint16_t go_ahead = 354;

// RFC 5321 §4.2.1. What is neither 2yz nor 5yz, and be it a code that makes no sense here, is worth another try.
RecipientResult::Kind kind_of(const Reply& reply) {
  if (reply.completed()) return RecipientResult::Kind::delivered;
  return reply.permanent() ? RecipientResult::Kind::failed : RecipientResult::Kind::deferred;
}

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::dns:
      return "dns";
    case Stage::connect:
      return "connect";
    case Stage::greeting:
      return "greeting";
    case Stage::helo:
      return "helo";
    case Stage::tls:
      return "tls";
    case Stage::mail:
      return "mail";
    case Stage::rcpt:
      return "rcpt";
    case Stage::data:
      return "data";
    case Stage::quit:
      return "quit";
  }
  CHECK(false);
}

Transaction::Transaction(std::size_t recipients) {
  result_.recipients.resize(recipients);
}

bool Transaction::mail_replied(const Reply& reply) {
  if (over_) return false;
  if (reply.completed()) return true;
  for (auto& recipient : result_.recipients) {
    recipient.kind = kind_of(reply);
    recipient.stage = Stage::mail;
    recipient.reply = reply;
  }
  result_.connection_usable = !reply.closing();
  over_ = true;
  return false;
}

void Transaction::rcpt_replied(const Reply& reply) {
  if (over_) return;
  CHECK(next_recipient_ < result_.recipients.size());
  RecipientResult& recipient = result_.recipients[next_recipient_++];
  // An accepted recipient counts as deferred until the message is answered.
  recipient.kind = reply.completed() ? RecipientResult::Kind::deferred : kind_of(reply);
  recipient.stage = Stage::rcpt;
  recipient.rcpt_answered = true;
  recipient.reply = reply;
  if (reply.closing()) interrupted(Stage::rcpt);
}

bool Transaction::accepted(const RecipientResult& recipient) const {
  return recipient.rcpt_answered && recipient.reply->completed();
}

bool Transaction::any_accepted() const {
  if (over_) return false;
  for (const auto& recipient : result_.recipients) {
    if (accepted(recipient)) return true;
  }
  return false;
}

bool Transaction::data_replied(const Reply& reply) {
  if (over_) return false;
  if (reply.code == go_ahead) return true;
  // A 2yz here is no answer to DATA; nothing was handed over.
  settle_accepted(reply.completed() ? Reply{.code = 451, .text = "unexpected reply to DATA: " + reply.text} : reply);
  return false;
}

void Transaction::message_replied(const Reply& reply) {
  if (!over_) settle_accepted(reply);
}

void Transaction::settle_accepted(const Reply& reply) {
  for (auto& recipient : result_.recipients) {
    if (!accepted(recipient)) continue;
    recipient.kind = kind_of(reply);
    recipient.stage = Stage::data;
    recipient.reply = reply;
  }
  result_.connection_usable = !reply.closing();
  over_ = true;
}

void Transaction::interrupted(Stage stage) {
  if (over_) return;
  for (auto& recipient : result_.recipients) {
    const bool refused = recipient.rcpt_answered && !accepted(recipient);
    if (refused) continue;
    recipient.kind = RecipientResult::Kind::deferred;
    recipient.stage = stage;
    recipient.reply.reset();
  }
  result_.connection_usable = false;
  over_ = true;
}

void Transaction::failed_by_sender(const Reply& reason) {
  if (over_) return;
  for (auto& recipient : result_.recipients) {
    recipient.kind = RecipientResult::Kind::failed;
    recipient.stage = Stage::mail;
    recipient.by_sender = true;
    recipient.reply = reason;
  }
  over_ = true;
}

}  // namespace mailrig::smtp
