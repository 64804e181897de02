// Keys of `senders`, `receivers` and `forwarders`: who takes part.
#include "fakes/mail/text.h"
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;
using config::Type;

constexpr std::uint32_t many = 1'000'000;

}  // namespace

Type<std::string> domain_type() {
  return config::custom<std::string>(
      [](const Node& node, std::string& into, Errors& errors) {
        if (!node.is_scalar() || !mail::is_domain(node.text())) {
          return errors.add(node, "expected a domain such as shop.example, found " + describe(node));
        }
        into = mail::to_lower(node.text());
      },
      {{"type", "string"}, {"format", "idn-hostname"}});
}

namespace {

Type<std::string> local_part_type() {
  return config::custom<std::string>(
      [](const Node& node, std::string& into, Errors& errors) {
        if (!node.is_scalar() || !mail::parse_address(node.text() + "@example.com")) {
          return errors.add(node, "expected a local part such as support, found " + describe(node));
        }
        into = node.text();
      },
      {{"type", "string"}});
}

// What of a sender depends on more than one key.
void finish_sender(const Node& node, Sender& sender, Errors& errors) {
  if (sender.helo.empty()) sender.helo = "mta1." + sender.domain;
  if (node.find("ptr") == nullptr) sender.ptr = sender.helo;
  const Node* retry = node.find("retry");
  if (retry == nullptr) return;
  if (sender.retry.empty()) errors.add(*retry, "needs at least one delay");
  for (const Duration delay : sender.retry) {
    if (delay <= Duration::zero()) return errors.add(*retry, "the delays must be longer than 0");
  }
}

}  // namespace

config::Table<KnownAs> known_keys() {
  const auto length = config::duration();
  const auto days = config::custom<KnownAs>(
      [length](const Node& node, KnownAs& into, Errors& errors) {
        Duration value{};
        if (!length.read(node, value, errors)) return;
        if (value < std::chrono::hours(24) || value > std::chrono::days(3660)) {
          return errors.add(node, "must be from 1d to 3660d");
        }
        into.days = static_cast<std::uint32_t>(value / std::chrono::hours(24));
      },
      length.schema());
  config::Table<KnownAs> table{"known"};
  table.key("for", days, "For how long it has been sending", Presence::required)
      .key("daily", &KnownAs::copies_a_day, config::count(), "Copies a day that each receiver is used to",
           Presence::required)
      .check([](const Node& node, KnownAs& known, Errors& errors) {
        if (known.copies_a_day > 1'000'000'000) errors.add(*node.find("daily"), "must be at most 1G");
      });
  return table;
}

config::Table<Sender> sender_keys() {
  config::Table<Sender> table{"sender"};
  table
      .key("domain", &Sender::domain, domain_type(), "Domain of its addresses, SPF and DMARC records",
           Presence::required)
      .key("ips", &Sender::ips, config::one_or_list(config::ip_address()), "Addresses that the receivers see and judge")
      .key("helo", &Sender::helo, config::text(), "Name in EHLO; default mta1.<domain>")
      .key("ptr", &Sender::ptr, config::text(), "Reverse name of its addresses; default helo, \"\" for none")
      .key("spf", &Sender::spf, config::text(), "SPF record; none by default")
      .key("dkim", &Sender::dkim, config::list_of(dkim_key_type()), "Keys to sign with")
      .key("signer", &Sender::signer,
           config::one_of<Signer>(
               {{"builtin", Signer::builtin}, {"opendkim", Signer::opendkim}, {"rspamd", Signer::rspamd}}),
           "Who signs: mailrig (default), or a milter of --sender postfix")
      .key("mailboxes", &Sender::mailboxes, config::one_or_list(local_part_type()),
           "Local parts that its domain takes mail for, besides postmaster, abuse and where bounces go; default: those "
           "of From and Reply-To")
      .key("known", &Sender::known, config::object(known_keys()),
           "What receivers know of its addresses and domain from before; default nothing: it is new")
      .key("dmarc", &Sender::dmarc, config::text(), "DMARC record; none by default")
      .key("retry", &Sender::retry, config::list_of(config::duration()),
           "Delays between attempts; the last one repeats")
      .key("retry_jitter", &Sender::retry_jitter_ppm, config::share(), "Each delay is drawn from delay × (1 ± jitter)")
      .key("expire", &Sender::expire, config::duration(), "Gives up after this long")
      .key("submit_timeout", &Sender::submit_timeout, config::duration(),
           "How long a message is offered to a sender that answers 4yz, before it counts as refused")
      .key("connections", &Sender::connections, config::integer<std::uint32_t>(1, many),
           "Connections to one destination at once; default 4, a real MTA's own")
      .key("connections_total", &Sender::connections_total, config::integer<std::uint32_t>(1, many),
           "Connections to all destinations at once")
      .key("messages_per_connection", &Sender::messages_per_connection, config::integer<std::uint32_t>(1, many),
           "Messages before a connection is closed")
      .key("recipients_per_transaction", &Sender::recipients_per_transaction, config::integer<std::uint32_t>(1, many),
           "Recipients in one transaction")
      .key("tls", &Sender::tls,
           config::one_of<smtp::TlsPolicy>({{"never", smtp::TlsPolicy::never},
                                            {"opportunistic", smtp::TlsPolicy::opportunistic},
                                            {"required", smtp::TlsPolicy::required},
                                            {"verify", smtp::TlsPolicy::verify}}),
           "Use of STARTTLS; verify: required, and the certificate must be valid for the MX host")
      .key("pipelining", &Sender::pipelining, config::boolean(), "Use PIPELINING where it is offered")
      .key("warmup", &Sender::warmup, sender_warmup_type(),
           "Copies a day from each address to each receiver; what is more waits for the next day")
      .key("suppression", &Sender::suppression, suppression_type(),
           "It writes no more to addresses that turned out to be no good; default: it tries every time")
      .key("stop", &Sender::stop, stop_type(), "When it stops a kind of mail for good; what was not tried never is")
      .key("shaping", &Sender::shaping, shapings_type(), "How it treats single receivers")
      .remember_location(&Sender::at)
      .check(finish_sender);
  return table;
}

config::Table<Forwarder> forwarder_keys() {
  using forward::Modification;
  const auto modification = config::one_of<Modification>({{"footer", Modification::footer},
                                                          {"subject", Modification::subject},
                                                          {"headers", Modification::headers},
                                                          {"encoding", Modification::encoding}});
  const auto several = config::one_or_list(modification);
  const auto none = config::one_of<bool>({{"none", true}});
  auto schema = several.schema();
  schema["anyOf"].as_array().emplace_back(none.schema());
  const auto modify = config::custom<std::vector<Modification>>(
      [several](const Node& node, std::vector<Modification>& into, Errors& errors) {
        if (node.is_scalar() && node.text() == "none") return into.clear();
        several.read(node, into, errors);
      },
      std::move(schema));
  config::Table<Forwarder> table{"forwarder"};
  table
      .key("to", &Forwarder::to, config::located(config::text()),
           "Where its mailboxes are: a receiver, or another forwarder", Presence::required)
      .key("domain", &Forwarder::domain, domain_type(), "Whose mail it takes; default <name>.example")
      .key("srs", &Forwarder::srs, config::boolean(), "Rewrites MAIL FROM to its own domain; default false")
      .key("arc", &Forwarder::arc, config::boolean(), "Adds an ARC set (RFC 8617); default false")
      .key("modify", &Forwarder::modify, modify,
           "What it does to messages: none, footer, subject (a tag), headers (laid out anew), encoding")
      .key("ips", &Forwarder::ips, config::one_or_list(config::ip_address()), "Addresses that it sends from")
      .key("helo", &Forwarder::helo, config::text(), "Name in EHLO; default mta1.<domain>")
      .key("ptr", &Forwarder::ptr, config::text(), "Reverse name of its addresses; default helo, \"\" for none")
      .key("spf", &Forwarder::spf, config::text(), "SPF record; default its own addresses, \"\" for none")
      .key("retry", &Forwarder::retry, config::list_of(config::duration()),
           "Delays between attempts; the last one repeats")
      .key("expire", &Forwarder::expire, config::duration(), "Gives up after this long, and tells the sender")
      .remember_location(&Forwarder::at)
      .check([](const Node& node, Forwarder& forwarder, Errors& errors) {
        if (forwarder.domain.empty()) forwarder.domain = mail::to_lower(forwarder.name) + ".example";
        finish_sender(node, forwarder, errors);
      });
  return table;
}

config::Type<policy::Certificate> certificate_type() {
  using policy::Certificate;
  return config::one_of<Certificate>({{"valid", Certificate::valid},
                                      {"renewed", Certificate::renewed},
                                      {"expired", Certificate::expired},
                                      {"mismatched", Certificate::mismatched}});
}

// The keys of the rig are taken out; all others change the profile and are checked against its own table of keys.
config::Type<Receiver> receiver_type() {
  const auto profile = config::located(config::text());
  const auto latency = config::duration();
  const auto bandwidth = config::size();
  const auto down = config::boolean();
  const auto certificate = certificate_type();
  const auto region = config::text();
  boost::json::object properties{{"profile", profile.schema()},         {"latency", latency.schema()},
                                 {"bandwidth", bandwidth.schema()},     {"down", down.schema()},
                                 {"certificate", certificate.schema()}, {"region", region.schema()}};
  properties["profile"].as_object()["description"] = "A shipped profile or a file; default: the receiver's name";
  properties["latency"].as_object()["description"] = "Of the link, one way; virtual time only";
  properties["bandwidth"].as_object()["description"] =
      "Of one connection, in a second, such as 1MB; virtual time only; default: no limit";
  properties["down"].as_object()["description"] = "Refuses connections from the start";
  properties["certificate"].as_object()["description"] = "Of its MX hosts at the start; default valid";
  properties["region"].as_object()["description"] = "Where its resolver stands, for the DNS; default: its name";
  boost::json::object schema{{"title", "receiver"},
                             {"type", boost::json::array{"object", "null"}},
                             {"description", "Next to these keys: changes to the profile, as in a profile file"},
                             {"properties", std::move(properties)}};
  return config::custom<Receiver>(
      [profile, latency, bandwidth, down, certificate, region](const Node& node, Receiver& into, Errors& errors) {
        if (!node.is_map() && !node.is_null()) {
          return errors.add(node, "expected a map (receiver), found " + describe(node));
        }
        into.at = node.at();
        into.profile_name = {into.name, node.at()};
        into.changes = Node::map(node.at());
        into.changes.set_path(node.path());
        for (const auto& [key, key_at, value] : node.entries()) {
          if (key == "profile") {
            profile.read(value, into.profile_name, errors);
          } else if (key == "latency") {
            latency.read(value, into.latency, errors);
          } else if (key == "bandwidth") {
            bandwidth.read(value, into.bandwidth, errors);
          } else if (key == "down") {
            down.read(value, into.down, errors);
          } else if (key == "certificate") {
            certificate.read(value, into.certificate, errors);
          } else if (key == "region") {
            region.read(value, into.region, errors);
          } else {
            into.changes.insert_as_is(key, key_at, value);
          }
        }
      },
      std::move(schema));
}

}  // namespace mailrig::scenario
