#include "fakes/forward/forwarder.h"

#include <fmt/format.h>

#include <utility>

#include "fakes/auth/arc_verify.h"
#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"
#include "fakes/forward/authentication.h"
#include "fakes/mail/address.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"

namespace mailrig::forward {
namespace {

// Content keys are few; beyond this something makes one per message, and remembering all would only cost memory.
constexpr std::size_t remembered_max = 4'096;

// What a hop adds where messages are only facts: its Received field.
constexpr std::uint64_t trace_bytes_nominal = 200;

}  // namespace

Result<Forwarder> Forwarder::make(ForwarderSettings settings, const dns::Zones& zones) {
  std::optional<auth::ArcSealer> sealer;
  if (settings.arc) {
    auto made = auth::ArcSealer::make(*settings.arc);
    if (!made) return made.error();
    sealer.emplace(std::move(*made));
  }
  return Forwarder(std::move(settings), std::move(sealer), zones);
}

Forwarder::Forwarder(ForwarderSettings settings, std::optional<auth::ArcSealer> sealer, const dns::Zones& zones)
    : settings_(std::move(settings)),
      srs_(settings_.srs_secret, settings_.domain),
      sealer_(std::move(sealer)),
      zones_(zones) {}

mail::Outgoing Forwarder::forward(Instant now, const policy::Session& session, std::string_view recipient,
                                  const policy::MessageFacts& message) {
  mail::Outgoing outgoing;
  outgoing.not_before = now;
  outgoing.identity = settings_.name;
  const auto returning =
      is_srs_address(recipient) && settings_.srs ? srs_.reverse(now, recipient) : Result<std::string>(Error{});
  if (returning) {
    outgoing.recipient = *returning;
  } else {
    auto address = mail::parse_address(recipient);
    // <postmaster> may stand alone.
    if (!address) address = mail::Address{std::string(recipient), {}};
    address->domain = settings_.target_domain;
    outgoing.recipient = address->to_string();
  }
  outgoing.mail_from = settings_.srs ? srs_.rewrite(now, session.mail_from) : session.mail_from;
  outgoing.return_to = session.mail_from;

  Content content =
      message.content.empty() ? facts_only(message, returning.has_value()) : process(now, session, recipient, message);
  outgoing.traits = std::move(content.traits);
  outgoing.content = std::move(content.text);
  outgoing.content_key = content.key;
  outgoing.body_changed = content.body_changed;
  outgoing.eight_bit = content.eight_bit;
  outgoing.smtputf8 = content.utf8_header || !mail::is_ascii(outgoing.mail_from) || !mail::is_ascii(outgoing.recipient);
  if (message.content_key != 0) {
    // The content stands for many messages; what tells them apart are the facts.
    outgoing.traits.rig_id = message.rig_id;
    outgoing.traits.message_id = message.message_id;
    outgoing.traits.body_digest = 0;
    outgoing.traits.size = message.size + content.octets_added;
  }
  return outgoing;
}

Forwarder::Content Forwarder::facts_only(const policy::MessageFacts& message, bool returning) const {
  Content content;
  content.traits.size = message.size + trace_bytes_nominal;
  content.traits.rig_id = message.rig_id;
  content.traits.message_id = message.message_id;
  content.traits.header_from_domain = message.header_from_domain;
  content.traits.received_hops = message.received_hops + 1;
  content.body_changed = !returning && change_body(settings_.modifications);
  return content;
}

Forwarder::Content Forwarder::process(Instant now, const policy::Session& session, std::string_view recipient,
                                      const policy::MessageFacts& message) {
  dns::ZoneResolver resolver(zones_, now);
  // A bounce on its way back is nobody's mail to change or to vouch for.
  const bool returning = settings_.srs && is_srs_address(recipient);
  auth::ArcOutcome chain;
  std::string results;
  if (sealer_ && !returning) {
    chain = auth::ArcVerifier(&keys_).verify(message.content, resolver, now);
    results = authentication_results(session, settings_.host);
  }
  std::uint64_t key = 0;
  if (message.content_key != 0) {
    key = combine(combine(message.content_key, stable_hash(settings_.name)), results_key(results));
    key = std::max<std::uint64_t>(combine(key, returning ? 1 : 0), 1);
    if (const auto known = remembered_.find(key); known != remembered_.end()) return known->second;
  }

  std::string text = received_field(now, session, recipient);
  text += returning ? std::string(message.content) : modify(message.content, settings_.modifications, settings_.name);
  if (sealer_ && !returning) text = sealer_->seal(text, chain, results, now) + text;

  Content content;
  content.traits = mail::inspect(text);
  content.key = key;
  const std::uint64_t before =
      message.body_digest != 0 ? message.body_digest : mail::inspect(message.content).body_digest;
  content.body_changed = content.traits.body_digest != before;
  content.octets_added = text.size() > message.content.size() ? text.size() - message.content.size() : 0;
  content.eight_bit = !mail::is_ascii(text);
  content.utf8_header = !mail::is_ascii(std::string_view(text).substr(0, content.traits.body_offset));
  content.text = std::make_shared<const std::string>(std::move(text));
  if (key != 0) {
    if (remembered_.size() >= remembered_max) remembered_.clear();
    remembered_.emplace(key, content);
  }
  return content;
}

std::string Forwarder::received_field(Instant now, const policy::Session& session, std::string_view recipient) const {
  const std::string client = session.client_ip.to_string();
  const std::uint64_t id = combine(stable_hash(recipient, session.sequence), session.messages);
  std::string field;
  mail::append_field(
      field, "Received",
      fmt::format("from {} ([{}]) by {} with ESMTP{} id {:012x} for <{}>; {}", session.helo, client, settings_.host,
                  session.tls == policy::TlsVersion::none ? "" : "S", id >> 16, recipient, to_rfc5322_date(now)));
  return field;
}

}  // namespace mailrig::forward
