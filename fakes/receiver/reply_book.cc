#include "fakes/receiver/reply_book.h"

#include <array>

#include "fakes/base/check.h"

namespace mailrig::receiver {

using policy::Event;
using policy::Phase;

std::span<const SpokenReply> spoken_replies() {
  constexpr auto replies_section = SpokenReply::Where::replies;
  static constexpr std::array<SpokenReply, 46> replies = {{
      // Steps forward.
      {"banner", Event::accepted, std::nullopt, SpokenReply::Where::top_level},
      {"helo_ok", Event::accepted, std::nullopt, SpokenReply::Where::top_level},  // ehlo_first, for HELO
      {"mail_ok", Event::accepted, std::nullopt},
      {"rcpt_ok", Event::accepted, std::nullopt},
      {"data_go", Event::accepted, std::nullopt},
      {"accepted", Event::accepted, std::nullopt},
      // The protocol engine gives these whenever their time has come.
      {"timeout", Event::timeout, std::nullopt},
      {"protocol_abuse", Event::protocol_abuse, std::nullopt},
      // Policies.
      {"too_many_connections", Event::too_many_connections, Phase::connect},
      {"rate_limited/connection", Event::rate_limited, Phase::mail},
      {"tls_required", Event::tls_required, Phase::mail},
      {"too_large", Event::too_large, Phase::mail},
      {"relay_denied", Event::relay_denied, Phase::rcpt},
      {"syntax_error", Event::syntax_error, Phase::rcpt},
      {"syntax_error/command", Event::syntax_error, Phase::rcpt},
      {"too_many_recipients", Event::too_many_recipients, Phase::rcpt},
      {"too_many_recipients/domains", Event::too_many_recipients, Phase::rcpt},
      {"unknown_user", Event::unknown_user, Phase::rcpt},
      {"mailbox_full", Event::mailbox_full, Phase::rcpt},
      {"mailbox_disabled", Event::mailbox_disabled, Phase::rcpt},
      {"local_error", Event::local_error, Phase::rcpt},
      {"greylisted", Event::greylisted, Phase::rcpt},
      {"protocol_abuse/loop", Event::protocol_abuse, Phase::data},
      {"sender_domain_bad", Event::sender_domain_bad, Phase::mail},
      {"sender_domain_bad/temporary", Event::sender_domain_bad, Phase::mail},
      {"helo_rejected", Event::helo_rejected, Phase::mail},
      {"helo_rejected/temporary", Event::helo_rejected, Phase::mail},
      {"spf_fail", Event::spf_fail, Phase::mail},
      {"spf_fail/remembered", Event::spf_fail, Phase::mail, replies_section, true},
      {"spf_fail/temporary", Event::spf_fail, Phase::mail},
      {"spf_fail/unauthenticated", Event::spf_fail, Phase::data},
      {"spf_fail/unauthenticated_temporary", Event::spf_fail, Phase::data},
      {"dkim_fail", Event::dkim_fail, Phase::data},
      {"dkim_fail/temporary", Event::dkim_fail, Phase::data},
      {"dmarc_fail", Event::dmarc_fail, Phase::data},
      {"dmarc_temperror", Event::dmarc_temperror, Phase::data},
      // Rules for bulk senders: what is missing, where the provider tells them apart.
      {"auth_required_bulk", Event::auth_required_bulk, Phase::data},
      {"auth_required_bulk/temporary", Event::auth_required_bulk, Phase::data},
      {"auth_required_bulk/spf", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/spf_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/dkim", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/dkim_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/dmarc", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/dmarc_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/alignment", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/alignment_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
  }};
  return replies;
}

policy::Utterance ReplyBook::at(std::string_view key) const {
  const auto it = entries_.find(key);
  CHECK(it != entries_.end());
  return {&it->second.reply, it->second.phase};
}

policy::Utterance ReplyBook::at_or(std::string_view key, std::string_view otherwise) const {
  return at(entries_.contains(key) ? key : otherwise);
}

}  // namespace mailrig::receiver
