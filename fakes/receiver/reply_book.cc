#include "fakes/receiver/reply_book.h"

#include <array>

#include "fakes/base/check.h"

namespace mailrig::receiver {

using policy::Event;
using policy::Phase;

std::span<const SpokenReply> spoken_replies() {
  constexpr auto replies_section = SpokenReply::Where::replies;
  static constexpr std::array replies = std::to_array<SpokenReply>({
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
      {"maintenance", Event::maintenance, Phase::connect},
      {"no_ptr", Event::no_ptr, Phase::connect},
      {"no_ptr/temporary", Event::no_ptr, Phase::connect},
      {"dnsbl_listed", Event::dnsbl_listed, Phase::connect},
      {"dnsbl_listed/temporary", Event::dnsbl_listed, Phase::connect},
      {"dnsbl_listed/helo", Event::dnsbl_listed, Phase::mail},
      {"dnsbl_listed/domain", Event::dnsbl_listed, Phase::mail},
      {"dnsbl_listed/url", Event::dnsbl_listed, Phase::data},
      {"region_blocked", Event::region_blocked, Phase::connect},
      {"reputation_blocked/unlisted", Event::reputation_blocked, Phase::connect},
      {"reputation_throttled", Event::reputation_throttled, Phase::connect},
      {"reputation_throttled/domain", Event::reputation_throttled, Phase::data, replies_section, true},
      {"reputation_blocked", Event::reputation_blocked, Phase::connect},
      {"reputation_blocked/domain", Event::reputation_blocked, Phase::data, replies_section, true},
      {"rate_limited/connection", Event::rate_limited, Phase::mail},
      {"rate_limited/connection_rcpts", Event::rate_limited, Phase::rcpt},
      {"null_sender_refused", Event::null_sender_refused, Phase::mail},
      {"tls_required", Event::tls_required, Phase::mail},
      {"too_large", Event::too_large, Phase::mail},
      {"relay_denied", Event::relay_denied, Phase::rcpt},
      {"syntax_error", Event::syntax_error, Phase::rcpt},
      {"too_many_recipients", Event::too_many_recipients, Phase::rcpt},
      {"too_many_recipients/domains", Event::too_many_recipients, Phase::rcpt},
      {"unknown_user", Event::unknown_user, Phase::rcpt},
      {"mailbox_full", Event::mailbox_full, Phase::rcpt},
      {"mailbox_disabled", Event::mailbox_disabled, Phase::rcpt},
      {"local_error", Event::local_error, Phase::connect},
      {"greylisted", Event::greylisted, Phase::rcpt},
      {"protocol_abuse/loop", Event::protocol_abuse, Phase::data},
      {"sender_domain_bad", Event::sender_domain_bad, Phase::mail},
      {"sender_domain_bad/temporary", Event::sender_domain_bad, Phase::mail},
      {"helo_rejected", Event::helo_rejected, Phase::mail},
      {"helo_rejected/temporary", Event::helo_rejected, Phase::mail},
      {"sender_domain_bad/local", Event::sender_domain_bad, Phase::data},
      {"sender_domain_bad/mismatch", Event::sender_domain_bad, Phase::data},
      {"syntax_error/message_id", Event::syntax_error, Phase::data},
      {"syntax_error/from", Event::syntax_error, Phase::data},
      {"syntax_error/malformed", Event::syntax_error, Phase::data},
      {"content_rejected", Event::content_rejected, Phase::data},
      {"content_rejected/temporary", Event::content_rejected, Phase::data},
      {"virus", Event::virus, Phase::data},
      {"spf_fail/null", Event::spf_fail, Phase::mail},
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
      {"auth_required_bulk/tls", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/tls_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/ptr", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/ptr_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/unsubscribe", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/unsubscribe_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/feedback_id", Event::auth_required_bulk, Phase::data, replies_section, true},
      {"auth_required_bulk/feedback_id_temporary", Event::auth_required_bulk, Phase::data, replies_section, true},
  });
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

void ReplyBook::forget_variants(std::string_view event) {
  std::erase_if(entries_, [event](const auto& entry) {
    const std::string& key = entry.first;
    return key.starts_with(event) && key.size() > event.size() && key[event.size()] == '/' &&
           key.substr(event.size()) != "/temporary";
  });
}

std::optional<policy::Utterance> ReplyBook::find(std::string_view key) const {
  if (!entries_.contains(key)) return std::nullopt;
  return at(key);
}

}  // namespace mailrig::receiver
