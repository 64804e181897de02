#include "fakes/receiver/profile_file.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "fakes/policy/address_key.h"
#include "fakes/policy/helo_names.h"
#include "fakes/policy/reply_template.h"
#include "fakes/receiver/content_keys.h"
#include "fakes/receiver/profile_types.h"
#include "fakes/receiver/reputation_keys.h"

namespace mailrig::receiver {
namespace {

using boost::json::array;
using boost::json::object;
using config::Errors;
using config::Node;
using config::Table;
using config::Type;
using policy::RateScope;
using policy::RateWindow;
using policy::TlsVersion;

Type<MxHost> mx_host() {
  return config::scalar<MxHost>(
      [](std::string_view text) -> Result<MxHost> {
        MxHost mx;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mx.preference);
        const auto digits = static_cast<std::size_t>(end - text.data());
        if (error != std::errc() || digits + 1 >= text.size() || text[digits] != ' ' ||
            text.find(' ', digits + 1) != std::string_view::npos) {
          return Error{fmt::format("'{}' is no MX host; expected preference and name such as '10 mx1.example'", text)};
        }
        policy::assign_lower(mx.host, text.substr(digits + 1));
        return mx;
      },
      "an MX host such as '10 mx1.example'", {{"type", "string"}, {"pattern", "^[0-9]+ [^ ]+$"}});
}

// A line as the server says it, without code and line end.
Type<std::string> reply_text() {
  return config::scalar<std::string>(
      [](std::string_view text) -> Result<std::string> {
        for (const char c : text) {
          if (static_cast<unsigned char>(c) < 0x20) return Error{"a line must not contain control characters"};
        }
        if (auto placeholders = policy::check_placeholders(text); !placeholders) return placeholders.error();
        return Result<std::string>(boost::system::in_place_value, text);
      },
      "text", {{"type", "string"}});
}

Type<std::uint32_t> limit() {
  return config::integer<std::uint32_t>(0, std::numeric_limits<std::uint32_t>::max());
}
Type<std::uint32_t> at_least_one() {
  return config::integer<std::uint32_t>(1, std::numeric_limits<std::uint32_t>::max());
}

Type<RateScope> rate_scope() {
  std::vector<std::string> names;
  array listed;
  for (std::size_t i = 0; i < policy::rate_scope_count; ++i) {
    names.emplace_back(to_string(static_cast<RateScope>(i)));
    listed.emplace_back(names.back());
  }
  return config::custom<RateScope>(
      [names](const Node& node, RateScope& into, Errors& errors) {
        if (const auto scope = policy::parse_rate_scope(node.text())) {
          into = *scope;
        } else {
          errors.add(node, fmt::format("unknown scope {}; valid: {}", describe(node), fmt::join(names, ", ")));
        }
      },
      {{"enum", std::move(listed)}});
}

// "5m", or rest_of_day.
Type<RateWindow> block() {
  const auto length = positive_duration();
  return config::custom<RateWindow>(
      [length](const Node& node, RateWindow& into, Errors& errors) {
        into.block = Duration{};
        into.block_day = node.text() == "rest_of_day";
        if (!into.block_day) length.read(node, into.block, errors);
      },
      {{"anyOf", array{length.schema(), object{{"const", "rest_of_day"}}}}});
}

Table<policy::Recovery> recovery_table() {
  using policy::Recovery;
  using enum config::Presence;
  Table<Recovery> table{"recovery"};
  table.key("connections", &Recovery::connections, at_least_one(), "So many at the same time to begin with", required)
      .key("step", &Recovery::step, at_least_one(), "So many more each time")
      .key("every", &Recovery::every, positive_duration(), "How long until there may be more", required);
  return table;
}

Table<RateWindowFile> rate_window_table() {
  // The keys that set a RateWindow, read into the `window` of what the file says.
  const auto into_window = [](Type<RateWindow> type) {
    auto schema = type.schema();
    return config::custom<RateWindowFile>(
        [type = std::move(type)](const Node& node, RateWindowFile& into, Errors& errors) {
          type.read(node, into.window, errors);
        },
        std::move(schema));
  };
  const auto member = [&](auto RateWindow::*target, auto type) {
    auto schema = type.schema();
    return into_window(config::custom<RateWindow>(
        [target, type = std::move(type)](const Node& node, RateWindow& into, Errors& errors) {
          type.read(node, into.*target, errors);
        },
        std::move(schema)));
  };
  const auto event = config::custom<RateWindowFile>(
      [](const Node& node, RateWindowFile& into, Errors& errors) {
        config::text().read(node, into.event, errors);
        into.event_node = node;
      },
      {{"type", "string"}});
  using enum config::Presence;
  Table<RateWindowFile> table{"rate window"};
  table.key("scope", member(&RateWindow::scope, rate_scope()), "What is counted together", required)
      .key("count", member(&RateWindow::count, at_least_one()), "So many pass, the next one is refused", required)
      .key("window", member(&RateWindow::window, positive_duration()), "The span of time that slides along", required)
      .key("event", event, "The reply key that a refusal uses, such as rate_limited/ip", required)
      .key("block", into_window(block()),
           "Once over the limit: shut out at least this long; rest_of_day until midnight UTC")
      .key("until_quiet", member(&RateWindow::until_quiet, positive_duration()),
           "Once over the limit: shut out until nothing was tried for this long")
      .key(
          "recovery", member(&RateWindow::recovery, config::object(recovery_table())),
          "Of ip and conn: once no longer shut out, how many connections at a time until connections_per_ip is reached")
      .key("frame", member(&RateWindow::fixed_frame, config::one_of<bool>({{"sliding", false}, {"fixed", true}})),
           "fixed: the clock is cut into frames as long as the window; who is over stays out until the frame ends")
      .key("share", member(&RateWindow::share_ppm, config::share()),
           "Of unknown_rcpts: refuses only when so large a share of the client's recipients was unknown")
      .key("count_refused", member(&RateWindow::count_refused, config::boolean()),
           "Count what was tried instead of what was accepted")
      .check([](const Node& node, RateWindowFile& file, Errors& errors) {
        if (!file.window.fixed_frame && file.window.count > policy::SlidingWindow::count_max) {
          errors.add(*node.find("count"),
                     fmt::format("must be at most {} in a window that slides", policy::SlidingWindow::count_max));
        }
        if (file.window.scope == RateScope::helo_names && file.window.count > policy::HeloNames::count_max) {
          errors.add(*node.find("count"),
                     fmt::format("must be at most {} for scope helo_names", policy::HeloNames::count_max));
        }
        if (file.window.recovery.connections > 0 && file.window.scope != RateScope::ip &&
            file.window.scope != RateScope::conn) {
          errors.add(*node.find("recovery"), "is for scopes ip and conn only");
        }
        if (file.window.share_ppm > 0 && file.window.scope != RateScope::unknown_rcpts) {
          errors.add(*node.find("share"), "is for scope unknown_rcpts only");
        }
      });
  return table;
}

Table<LimitsFile> limits_table() {
  using policy::SessionLimitSettings;
  Table<LimitsFile> table{"limits"};
  table.key("connections_per_ip", &ProfileLimits::connections_per_ip, limit(), "Open at the same time; 0: no limit")
      .key("connections_block", &ProfileLimits::connections_block, positive_duration(),
           "Once more were open: the address is shut out for so long")
      .key("messages_per_connection", &SessionLimitSettings::messages_per_connection, limit(), "0: no limit")
      .key("rcpts_per_message", &SessionLimitSettings::rcpts_per_message, limit(), "0: no limit")
      .key("rcpts_per_connection", &SessionLimitSettings::rcpts_per_connection, limit(), "0: no limit")
      .key("null_sender", &SessionLimitSettings::refuses_null_sender,
           config::one_of<bool>({{"accept", false}, {"refuse", true}}),
           "Mail with the null reverse-path, such as bounces")
      .key("size", &SessionLimitSettings::size_bytes, config::size(), "Largest message; 0: no limit")
      .key("one_rcpt_domain_per_transaction", &SessionLimitSettings::one_rcpt_domain_per_transaction, config::boolean(),
           "Refuse recipients of a second domain in one transaction")
      .key("max_received_hops", &SessionLimitSettings::max_received_hops, limit(),
           "Refuse messages with more Received fields; 0: no limit")
      .key("errors_per_session", &ProfileLimits::errors_per_session, at_least_one(),
           "Syntax errors and commands out of order before the connection is closed")
      .key("command_timeout", &ProfileLimits::command_timeout, positive_duration(), "How long to wait for the client")
      .key("session_timeout", &ProfileLimits::session_timeout, positive_duration(), "How long a connection may last")
      .key("rate_windows", &LimitsFile::windows, config::list_of(config::object(rate_window_table())), "Rate limits");
  return table;
}

Table<ProfileGreylist> greylist_table() {
  using policy::GreylistSettings;
  Table<ProfileGreylist> table{"greylist"};
  table.key("enabled", &ProfileGreylist::enabled, config::boolean(), "Defer what was never seen")
      .key("delay", &GreylistSettings::delay, positive_duration(), "How long a new triplet is deferred")
      .key("window", &GreylistSettings::window, positive_duration(), "A first retry later than this starts anew")
      .key("subnet_v4", &GreylistSettings::subnet_v4, config::integer<int>(8, 32),
           "Length of the IPv4 prefix that counts as one client")
      .key("auto_allow_after", &GreylistSettings::auto_allow_after, limit(),
           "Successes after which a client is no longer deferred; 0: never")
      .key("key", &GreylistSettings::by_recipient, config::one_of<bool>({{"triplet", false}, {"rcpt", true}}),
           "What is new: a triplet of client network, sender and recipient, or a recipient (verification of addresses)")
      .key("lifetime", &GreylistSettings::lifetime, positive_duration(),
           "How long triplets and clients are remembered");
  return table;
}

Table<TlsSettings> tls_table() {
  const auto version = config::one_of<TlsVersion>({{"1.0", TlsVersion::tls1_0},
                                                   {"1.1", TlsVersion::tls1_1},
                                                   {"1.2", TlsVersion::tls1_2},
                                                   {"1.3", TlsVersion::tls1_3}});
  const auto action = config::one_of<TlsSettings::MissingAction>(
      {{"accept", TlsSettings::MissingAction::accept}, {"tempfail", TlsSettings::MissingAction::tempfail}});
  Table<TlsSettings> table{"tls"};
  table.key("required", &TlsSettings::required, config::boolean(), "Refuse mail that comes without TLS")
      .key("missing_action", &TlsSettings::missing_action, action, "What happens to mail without TLS")
      .key("min", &TlsSettings::min, version, "Oldest TLS version spoken")
      .key("max", &TlsSettings::max, version, "Newest TLS version spoken")
      .check([](const Node& node, TlsSettings& tls, Errors& errors) {
        if (tls.min > tls.max) errors.add(node, "'min' must not be newer than 'max'");
      });
  return table;
}

Table<ProfileNetwork> network_table() {
  using policy::NetworkSettings;
  const auto lists = [](std::vector<std::string> BlockLists::*member) {
    const auto type = config::list_of(host_name());
    return config::custom<ProfileNetwork>(
        [member, type](const Node& node, ProfileNetwork& into, Errors& errors) {
          type.read(node, into.lists.*member, errors);
        },
        type.schema());
  };
  Table<ProfileNetwork> table{"network"};
  table.key("no_ptr", &NetworkSettings::no_ptr, any_action(), "The client's address has no name that leads back to it")
      .key("dnsbl", lists(&BlockLists::addresses), "Block lists in the DNS that are asked about the client's address")
      .key("dnsbl_action", &NetworkSettings::dnsbl_action, any_action(), "One of them has it")
      .key("domain_lists", lists(&BlockLists::domains),
           "Block lists that are asked about the domains of MAIL FROM and of links")
      .key("helo_lists", lists(&BlockLists::helo), "Block lists that are asked about the HELO name")
      .key("allow_list", &NetworkSettings::allow_list, config::boolean(),
           "true: only the networks in 'allowed' may send")
      .key("allowed", &NetworkSettings::allowed, config::list_of(ip_network()), "Networks that were let in by hand")
      .key("blocked", &NetworkSettings::blocked, config::list_of(ip_network()), "Networks that are shut out");
  return table;
}

Table<policy::SyntaxSettings> syntax_table() {
  using policy::SyntaxSettings;
  Table<SyntaxSettings> table{"syntax"};
  table.key("message_id", &SyntaxSettings::message_id, final_action(), "There is no Message-ID")
      .key("from", &SyntaxSettings::from, final_action(), "From names no author, or several")
      .key("malformed", &SyntaxSettings::malformed, final_action(), "The header has lines that are no fields");
  return table;
}

Table<MailboxShares> mailboxes_table() {
  Table<MailboxShares> table{"mailboxes"};
  table.key("unknown", &MailboxShares::unknown_ppm, config::share(), "Share of addresses that do not exist")
      .key("full", &MailboxShares::full_ppm, config::share(), "Share of mailboxes over quota")
      .key("disabled", &MailboxShares::disabled_ppm, config::share(), "Share of mailboxes that take no mail")
      .key("traps", &MailboxShares::trap_ppm, config::share(),
           "Share of addresses that take mail and hold it against the sender")
      .key("contacts", &MailboxShares::contacts_ppm, config::share(),
           "Share of mailboxes that have a sender's domain in their address book: its mail goes to the inbox unless it "
           "fails DMARC. Drawn for each mailbox and domain")
      .check([](const Node& node, MailboxShares& shares, Errors& errors) {
        if (shares.sum_ppm() > 1'000'000) {
          errors.add(node, "'unknown', 'full', 'disabled' and 'traps' are more than 100% together");
        }
      });
  return table;
}

// {reply key: anything}; what the keys and values mean is checked once all layers are known.
Type<std::vector<ReplyKeyFile>> keyed(object value_schema) {
  return config::custom<std::vector<ReplyKeyFile>>(
      [](const Node& node, std::vector<ReplyKeyFile>& into, Errors& errors) {
        if (!node.is_map() && !node.is_null()) {
          return errors.add(node, "expected a map of reply keys, found " + describe(node));
        }
        into.clear();
        for (const auto& [key, key_at, value] : node.entries()) into.push_back({key, key_at, value});
      },
      {{"type", array{"object", "null"}}, {"additionalProperties", std::move(value_schema)}});
}

Type<ReplyKeyFile> reply_key() {
  return config::custom<ReplyKeyFile>(
      [](const Node& node, ReplyKeyFile& into, Errors& errors) {
        config::text().read(node, into.key, errors);
        into.key_at = node.at();
      },
      {{"type", "string"}});
}

Type<ProfileFile> banner() {
  const auto line = reply_text();
  return config::custom<ProfileFile>(
      [line](const Node& node, ProfileFile& into, Errors& errors) {
        line.read(node, into.banner, errors);
        into.banner_at = node.at();
      },
      line.schema());
}

Table<ProfileFile> make_profile_table() {
  const object one_wording{
      {"anyOf", array{object{{"type", "string"}}, object{{"type", "array"}, {"items", object{{"type", "string"}}}}}}};
  const object any_of{{"type", "object"},
                      {"properties", object{{"any_of", object{{"type", "array"}, {"items", one_wording}}}}},
                      {"required", array{"any_of"}},
                      {"additionalProperties", false}};
  const object reply_schema{{"anyOf", array{one_wording, any_of}}};
  const object phase_schema{{"enum", array{"connect", "helo", "mail", "rcpt", "data"}}};
  const auto kind =
      config::one_of<ProfileValues::Kind>({{"receiver", Profile::Kind::receiver}, {"sink", Profile::Kind::sink}});
  Table<ProfileFile> table{"receiver profile"};
  table.key("extends", &ProfileFile::extends, config::text(), "A profile's name or file that this one changes")
      .key("name", &ProfileFile::name, config::text(), "The profile's name")
      .key("kind", &ProfileFile::kind, kind, "sink: answers 250 to everything and drops it")
      .key("domains", &ProfileFile::domains, config::list_of(host_name()), "Recipient domains")
      .key("mx", &ProfileFile::mx, config::list_of(mx_host()), "MX hosts with their preference: '10 mx1.example'")
      .key("banner", banner(), "The greeting with its code")
      .key("ehlo_first", &ProfileFile::ehlo_first, reply_text(), "First line of the EHLO reply, without code")
      .key("ehlo", &ProfileFile::ehlo, config::list_of(reply_text()), "Further EHLO lines exactly as advertised")
      .key("tls", &ProfileFile::tls, config::object(tls_table()), "TLS")
      .key("limits", &ProfileFile::limits_as_written, config::object(limits_table()), "Limits")
      .key("greylist", &ProfileFile::greylist, config::object(greylist_table()), "Greylisting")
      .key("network", &ProfileFile::network, config::object(network_table()), "What the client's address leads to")
      .key("syntax", &ProfileFile::syntax, config::object(syntax_table()), "What must be right in a header")
      .key("content", &ProfileFile::content, config::object(content_table()), "What a message's text leads to")
      .key("feedback", &ProfileFile::feedback, config::object(feedback_table()), "What senders are told")
      .key("reputation", &ProfileFile::reputation, config::object(reputation_table()),
           "What the provider remembers of senders, and what follows")
      .key("placement", &ProfileFile::placement, config::object(placement_table()),
           "Inbox or spam: how the evidence is weighed")
      .key("auth_policy", &ProfileFile::auth_policy, config::object(auth_policy_table()),
           "How SPF, DKIM and DMARC are judged, and what follows")
      .key("mailboxes", &ProfileFile::mailboxes, config::object(mailboxes_table()),
           "Shares of addresses that take no mail")
      .key("phases", &ProfileFile::phases, keyed(phase_schema), "In which phase an event or reply key is spoken")
      .key("close_after", &ProfileFile::close_after, config::list_of(reply_key()),
           "Events or reply keys after which the connection is closed")
      .key("replies", &ProfileFile::replies, keyed(reply_schema),
           "Words by reply key: one line with its code, a list of wire lines, '' to close without a word, or any_of "
           "several of these");
  return table;
}

}  // namespace

const Table<ProfileFile>& profile_table() {
  static const Table<ProfileFile> table = make_profile_table();
  return table;
}

}  // namespace mailrig::receiver
