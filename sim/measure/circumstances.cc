#include "sim/measure/circumstances.h"

#include <fmt/format.h>

#include <array>
#include <type_traits>

#include "fakes/base/stable_hash.h"
#include "fakes/policy/address_key.h"

namespace mailrig::measure {
namespace {

using policy::MessageFacts;
using policy::Session;

constexpr std::array<std::string_view, 5> tls_names = {"none", "1.0", "1.1", "1.2", "1.3"};
constexpr std::array<std::string_view, 4> listing_names = {"unchecked", "clean", "listed", "temperror"};
constexpr std::array<std::string_view, 4> name_names = {"unchecked", "resolves", "unknown", "temperror"};
constexpr std::array<std::string_view, 8> from_names = {
    "none", "missing", "several", "too long", "malformed", "no address", "unusable domain", "several domains"};

std::string_view name_of(policy::TlsVersion value) {
  return tls_names[static_cast<std::size_t>(value)];
}
std::string_view name_of(policy::Listing value) {
  return listing_names[static_cast<std::size_t>(value)];
}
std::string_view name_of(policy::NameStatus value) {
  return name_names[static_cast<std::size_t>(value)];
}
std::string_view name_of(auth::FromFault value) {
  return from_names[static_cast<std::size_t>(value)];
}
template <class E>
requires requires(E value) {
  to_string(value);
}
std::string_view name_of(E value) {
  return to_string(value);
}

template <class E>
constexpr std::size_t values_of = 0;
template <>
constexpr std::size_t values_of<policy::TlsVersion> = tls_names.size();
template <>
constexpr std::size_t values_of<policy::Listing> = listing_names.size();
template <>
constexpr std::size_t values_of<policy::NameStatus> = name_names.size();
template <>
constexpr std::size_t values_of<auth::FromFault> = from_names.size();
template <>
constexpr std::size_t values_of<auth::SpfOutcome> = 7;
template <>
constexpr std::size_t values_of<auth::DkimResult> = 7;
template <>
constexpr std::size_t values_of<auth::DmarcResult> = 5;
template <>
constexpr std::size_t values_of<auth::DmarcPolicy> = 3;
template <>
constexpr std::size_t values_of<auth::IprevOutcome> = 4;

// The local part is nobody's business, and would make every copy's circumstances different.
std::string without_local_part(std::string_view address) {
  return address.empty() ? std::string() : fmt::format("@{}", policy::split_address(address).domain);
}

// Calls visit(name, value) for every fact; `S` and `M` may be const.
template <class S, class M, class Visit>
void for_each_fact(S& session, M& message, Visit visit) {
  visit("helo", session.helo);
  visit("tls", session.tls);
  visit("iprev", session.network.iprev);
  visit("reverse_name", session.network.reverse_name);
  visit("listing", session.network.listing);
  auto& found = session.authentication;
  visit("spf", found.spf);
  visit("spf_domain", found.spf_domain);
  visit("spf_helo", found.spf_helo);
  visit("spf_remembered", found.spf_remembered);
  visit("spf_null", found.spf_null);
  visit("sender_listing", found.domain_listing);
  visit("helo_listing", found.helo_listing);
  visit("sender_domain", found.sender_domain);
  visit("helo_name", found.helo_name);
  visit("dkim", found.dkim);
  visit("signatures", found.signatures);
  visit("arc_vouches", found.arc_vouches);
  visit("from_fault", found.from_fault);
  visit("author_domain", found.author_domain);
  visit("dmarc", found.dmarc);
  visit("disposition", found.disposition);
  visit("dmarc_published", found.dmarc_published);
  visit("spf_aligned", found.spf_aligned);
  visit("dkim_aligned", found.dkim_aligned);
  visit("content_read", session.content.read);
  visit("one_click", session.content.one_click);
  visit("unsubscribe", session.content.unsubscribe);
  visit("feedback_id", session.content.feedback_id);
  visit("blocked_attachment", session.content.blocked_attachment);
  visit("link_listing", session.content.link_listing);
  visit("header_from_domain", message.header_from_domain);
  visit("received_hops", message.received_hops);
  visit("header_readable", message.header_readable);
}

// ---- Writing.

boost::json::value json_of(bool value) {
  return value;
}
boost::json::value json_of(std::uint32_t value) {
  return value;
}
boost::json::value json_of(const std::string& value) {
  return boost::json::string(value);
}
boost::json::value json_of(const policy::ListingFacts& value) {
  return {{"status", name_of(value.status)}, {"list", value.list}, {"reason", value.reason}};
}
boost::json::value json_of(const std::vector<policy::SignatureFacts>& value) {
  boost::json::array signatures;
  for (const policy::SignatureFacts& signature : value) {
    signatures.push_back({{"result", name_of(signature.result)},
                          {"domain", signature.domain},
                          {"selector", signature.selector},
                          {"aligned", signature.aligned}});
  }
  return signatures;
}
template <class E>
requires(values_of<E> > 0) boost::json::value json_of(E value) {
  return boost::json::string(name_of(value));
}

// ---- The same as a hash: it is asked for every copy, and written once.

std::uint64_t hash_of(const std::string& value) {
  return stable_hash(value);
}
std::uint64_t hash_of(const policy::ListingFacts& value) {
  return combine(combine(static_cast<std::uint64_t>(value.status), stable_hash(value.list)), stable_hash(value.reason));
}
std::uint64_t hash_of(const std::vector<policy::SignatureFacts>& value) {
  std::uint64_t hash = value.size();
  for (const policy::SignatureFacts& signature : value) {
    const std::uint64_t names = combine(stable_hash(signature.domain), stable_hash(signature.selector));
    hash =
        combine(hash, combine(names, static_cast<std::uint64_t>(signature.result) << 1 | (signature.aligned ? 1 : 0)));
  }
  return hash;
}
template <class V>
requires(std::is_enum_v<V> || std::is_integral_v<V>) std::uint64_t hash_of(V value) {
  return static_cast<std::uint64_t>(value);
}

// ---- Reading. False: it is not there, or is something else.

bool take(const boost::json::value& json, bool& into) {
  if (json.is_bool()) into = json.get_bool();
  return json.is_bool();
}
bool take(const boost::json::value& json, std::uint32_t& into) {
  if (json.is_int64()) into = static_cast<std::uint32_t>(json.get_int64());
  return json.is_int64();
}
bool take(const boost::json::value& json, std::string& into) {
  if (json.is_string()) into = std::string(json.get_string());
  return json.is_string();
}
template <class E>
requires(values_of<E> > 0) bool take(const boost::json::value& json, E& into) {
  if (!json.is_string()) return false;
  for (std::size_t i = 0; i < values_of<E>; ++i) {
    if (name_of(static_cast<E>(i)) != json.get_string()) continue;
    into = static_cast<E>(i);
    return true;
  }
  return false;
}

template <class V>
bool take(const boost::json::value& json, const char* key, V& into) {
  const auto* object = json.if_object();
  const boost::json::value* member = object == nullptr ? nullptr : object->if_contains(key);
  return member != nullptr && take(*member, into);
}
bool take(const boost::json::value& json, policy::ListingFacts& into) {
  return take(json, "status", into.status) && take(json, "list", into.list) && take(json, "reason", into.reason);
}
bool take(const boost::json::value& json, std::vector<policy::SignatureFacts>& into) {
  if (!json.is_array()) return false;
  for (const auto& entry : json.get_array()) {
    policy::SignatureFacts& signature = into.emplace_back();
    const bool whole = take(entry, "result", signature.result) && take(entry, "domain", signature.domain) &&
                       take(entry, "selector", signature.selector) && take(entry, "aligned", signature.aligned);
    if (!whole) return false;
  }
  return true;
}

Error unreadable(std::string_view what) {
  return Error{fmt::format("run.db is damaged, or was written by another version: {}", what)};
}

Result<boost::json::object> parse_object(std::string_view text) {
  boost::system::error_code fault;
  boost::json::value value = boost::json::parse(text, fault);
  if (fault || !value.is_object()) return unreadable("the facts of a judgement are no JSON object");
  return std::move(value.get_object());
}

}  // namespace

std::uint64_t key_of(const Session& session, const MessageFacts& message) {
  std::uint64_t hash = combine(session.client_ip.hash(), stable_hash(policy::split_address(session.mail_from).domain));
  hash = combine(hash, (session.mail_from.empty() ? 1 : 0) + (session.authentication.results_field.empty() ? 2 : 0) +
                           (message.message_id.empty() ? 4 : 0));
  for_each_fact(session, message, [&hash](const char*, const auto& value) { hash = combine(hash, hash_of(value)); });
  return hash;
}

std::string write_circumstances(const Session& session, const MessageFacts& message) {
  boost::json::object json;
  json["client_ip"] = session.client_ip.to_string();
  json["authenticated"] = !session.authentication.results_field.empty();
  json["message_id"] = !message.message_id.empty();
  json["mail_from"] = without_local_part(session.mail_from);
  for_each_fact(session, message, [&json](const char* name, const auto& value) { json[name] = json_of(value); });
  return boost::json::serialize(json);
}

Result<Circumstances> read_circumstances(std::string_view text) {
  const auto json = parse_object(text);
  if (!json) return json.error();
  Circumstances read;
  const char* missing = nullptr;
  const auto visit = [&](const char* name, auto& value) {
    const boost::json::value* member = json->if_contains(name);
    if (member == nullptr || !take(*member, value)) missing = name;
  };
  std::string client_ip;
  bool authenticated = false;
  bool message_id = false;
  visit("client_ip", client_ip);
  visit("authenticated", authenticated);
  visit("message_id", message_id);
  visit("mail_from", read.session.mail_from);
  for_each_fact(read.session, read.message, visit);
  const auto ip = IpAddress::parse(client_ip);
  if (!ip) missing = "client_ip";
  if (missing != nullptr) return unreadable(fmt::format("'{}' of a judgement", missing));
  read.session.client_ip = *ip;
  // All that is known of these fields is that they were there.
  if (message_id) read.message.message_id = "id@sender.invalid";
  if (authenticated) read.session.authentication.results_field = "Authentication-Results:";
  return read;
}

}  // namespace mailrig::measure
