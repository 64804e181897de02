// Keys of `senders` and `receivers`: who takes part.
#include "fakes/mail/text.h"
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;
using config::Type;

Type<std::string> domain() {
  return config::custom<std::string>(
      [](const Node& node, std::string& into, Errors& errors) {
        if (!node.is_scalar() || !mail::is_domain(node.text())) {
          return errors.add(node, "expected a domain such as shop.example, found " + describe(node));
        }
        into = mail::to_lower(node.text());
      },
      {{"type", "string"}, {"format", "idn-hostname"}});
}

Type<DkimKey> dkim_key() {
  config::Table<DkimKey> table{"DKIM key"};
  table
      .key("selector", &DkimKey::selector, config::text(), "Names the key record: <selector>._domainkey.<domain>",
           Presence::required)
      .key("algorithm", &DkimKey::algorithm,
           config::one_of<DkimAlgorithm>(
               {{"rsa-sha256", DkimAlgorithm::rsa_sha256}, {"ed25519-sha256", DkimAlgorithm::ed25519_sha256}}),
           "Signature algorithm (RFC 6376, RFC 8463)")
      .key("bits", &DkimKey::bits, config::integer<std::uint32_t>(512, 8192), "Length of an RSA key");
  return config::object(std::move(table));
}

constexpr std::uint32_t many = 1'000'000;

}  // namespace

config::Table<Sender> sender_keys() {
  config::Table<Sender> table{"sender"};
  table.key("domain", &Sender::domain, domain(), "Domain of its addresses, SPF and DMARC records", Presence::required)
      .key("ips", &Sender::ips, config::one_or_list(config::ip_address()), "Addresses that the receivers see and judge")
      .key("helo", &Sender::helo, config::text(), "Name in EHLO; default mta1.<domain>")
      .key("ptr", &Sender::ptr, config::text(), "Reverse name of its addresses; default helo, \"\" for none")
      .key("spf", &Sender::spf, config::text(), "SPF record; none by default")
      .key("dkim", &Sender::dkim, config::list_of(dkim_key()), "Keys to sign with")
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
                                            {"required", smtp::TlsPolicy::required}}),
           "Use of STARTTLS")
      .key("pipelining", &Sender::pipelining, config::boolean(), "Use PIPELINING where it is offered")
      .remember_location(&Sender::at)
      .check([](const Node& node, Sender& sender, Errors& errors) {
        if (sender.helo.empty()) sender.helo = "mta1." + sender.domain;
        if (node.find("ptr") == nullptr) sender.ptr = sender.helo;
        const Node* retry = node.find("retry");
        if (retry == nullptr) return;
        if (sender.retry.empty()) errors.add(*retry, "needs at least one delay");
        for (const Duration delay : sender.retry) {
          if (delay <= Duration::zero()) return errors.add(*retry, "the delays must be longer than 0");
        }
      });
  return table;
}

// The keys of the rig are taken out; all others change the profile and are checked against its own table of keys.
config::Type<Receiver> receiver_type() {
  const auto profile = config::located(config::text());
  const auto latency = config::duration();
  const auto down = config::boolean();
  const auto region = config::text();
  boost::json::object properties{{"profile", profile.schema()},
                                 {"latency", latency.schema()},
                                 {"down", down.schema()},
                                 {"region", region.schema()}};
  properties["profile"].as_object()["description"] = "A shipped profile or a file; default: the receiver's name";
  properties["latency"].as_object()["description"] = "Of the link, one way; virtual time only";
  properties["down"].as_object()["description"] = "Refuses connections from the start";
  properties["region"].as_object()["description"] = "Where its resolver stands, for the DNS; default: its name";
  boost::json::object schema{{"title", "receiver"},
                             {"type", boost::json::array{"object", "null"}},
                             {"description", "Next to these keys: changes to the profile, as in a profile file"},
                             {"properties", std::move(properties)}};
  return config::custom<Receiver>(
      [profile, latency, down, region](const Node& node, Receiver& into, Errors& errors) {
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
          } else if (key == "down") {
            down.read(value, into.down, errors);
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
