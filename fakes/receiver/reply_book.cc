#include "fakes/receiver/reply_book.h"

#include <array>

#include "fakes/base/check.h"

namespace mailrig::receiver {

using policy::Event;
using policy::Phase;

std::span<const SpokenReply> spoken_replies() {
  static constexpr std::array<SpokenReply, 23> replies = {{
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
  }};
  return replies;
}

policy::Utterance ReplyBook::at(std::string_view key) const {
  const auto it = entries_.find(key);
  CHECK(it != entries_.end());
  return {&it->second.reply, it->second.phase};
}

}  // namespace mailrig::receiver
