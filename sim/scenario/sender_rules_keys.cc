// Keys of a sender's own rules: whom it writes to no more, when it stops a mailing, and how it treats single receivers.
#include <algorithm>

#include "fakes/mail/address.h"
#include "fakes/mail/text.h"
#include "sim/scenario/draft.h"
#include "sim/scenario/trigger_keys.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;
using config::Table;
using config::Type;

Type<std::string> address_type() {
  return config::custom<std::string>(
      [](const Node& node, std::string& into, Errors& errors) {
        if (!node.is_scalar() || !mail::parse_address(node.text())) {
          return errors.add(node, "expected an address such as anna@example.com, found " + describe(node));
        }
        into = node.text();
      },
      {{"type", "string"}, {"format", "idn-email"}});
}

Table<pacing::ReplyRule> reply_rule_keys() {
  using pacing::ReplyRule;
  Table<ReplyRule> table{"reply rule"};
  table
      .key("text", &ReplyRule::words, config::text(), "Words of the refusal, its enhanced code among them",
           Presence::required)
      .key("pause", &ReplyRule::pause, config::duration(), "Nothing goes to the receiver for so long")
      .key("retry", &ReplyRule::retry, config::duration(), "A deferred recipient is tried again after this")
      .key("give_up", &ReplyRule::give_up, config::boolean(), "A deferred recipient has failed")
      .key("suppress", &ReplyRule::suppress, config::boolean(), "The address is no good")
      .check([](const Node& node, ReplyRule& rule, Errors& errors) {
        if (rule.words.empty()) errors.add(*node.find("text"), "must not be empty");
        rule.words = mail::to_lower(rule.words);
        if (!rule.pause && !rule.retry && !rule.give_up && !rule.suppress) {
          errors.add(node, "says nothing to do; add 'pause', 'retry', 'give_up' or 'suppress', such as pause: 10m");
        }
        for (const char* key : {"pause", "retry"}) {
          const auto& value = std::string_view(key) == "pause" ? rule.pause : rule.retry;
          if (value && *value <= Duration::zero()) errors.add(*node.find(key), "must be longer than 0");
        }
      });
  return table;
}

}  // namespace

Type<std::vector<SenderShaping>> shapings_type() {
  constexpr std::uint32_t many = 1'000'000;
  Table<SenderShaping> table{"shaping"};
  table.key("connections", &SenderShaping::connections_max, config::integer<std::uint32_t>(1, many), "At once")
      .key("messages_per_connection", &SenderShaping::messages_per_connection_max,
           config::integer<std::uint32_t>(1, many), "Before a connection is closed")
      .key("rate", &SenderShaping::rate, config::rate(), "Messages, one after the other, from all of its addresses")
      .key("replies", &SenderShaping::replies, config::list_of(config::object(reply_rule_keys())),
           "What it makes of refusals with certain words; the first rule that fits")
      .remember_location(&SenderShaping::at)
      .check([](const Node& node, SenderShaping& shaping, Errors& errors) {
        if (shaping.rate && shaping.rate->count == 0) errors.add(*node.find("rate"), "must be more than 0");
      });
  return config::named(config::object(std::move(table)), &SenderShaping::name);
}

Type<SuppressionRule> suppression_type() {
  Table<SuppressionRule> table{"suppression"};
  table
      .key("for", &SuppressionRule::length, config::duration(),
           "How long nothing is sent to an address that was found bad; default 180d")
      .key("addresses", &SuppressionRule::addresses, config::list_of(address_type()),
           "That are on the list from the beginning, for good")
      .check([](const Node& node, SuppressionRule& rule, Errors& errors) {
        if (rule.length <= Duration::zero()) errors.add(*node.find("for"), "must be longer than 0");
      });
  return config::object(std::move(table));
}

Type<StopRule> stop_type() {
  Table<StopRule> table{"stop"};
  add_trigger(table);
  return config::object(std::move(table));
}

}  // namespace mailrig::scenario
