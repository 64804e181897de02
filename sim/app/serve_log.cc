#include "sim/app/serve_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace mailrig::app {

void ServeLog::session_refused(const receiver::RefusedSession& refused) {
  ++refused_;
  print(refused.now, refused.session, refused.verdict, refused.context, {});
}

void ServeLog::recipient_verdict(const receiver::RecipientVerdict& verdict) {
  ++(verdict.verdict.accepted() ? accepted_ : refused_);
  print(verdict.now, verdict.session, verdict.verdict, verdict.context, verdict.recipient);
}

void ServeLog::print(Instant now, const policy::Session& session, const policy::Verdict& verdict,
                     const policy::ReplyContext& context, std::string_view recipient) {
  if (quiet_) return;
  smtp::Reply reply = verdict.reply->render(context);
  std::replace(reply.text.begin(), reply.text.end(), '\n', ' ');
  const std::string route = recipient.empty() ? "" : fmt::format(" <{}> -> <{}>", session.mail_from, recipient);
  fmt::print("{}  {:<14} {:<8} {:<20} {}{}  {} {}\n", to_rfc3339(now).substr(11, 8), receiver_,
             policy::to_string(verdict.phase), policy::to_string(verdict.event), session.client_ip.to_string(), route,
             reply.code, reply.text);
  std::fflush(stdout);
}

}  // namespace mailrig::app
