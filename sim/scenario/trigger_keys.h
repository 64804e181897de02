// Keys that say when a sender's rule holds: in every rule with a pacing::Trigger named `when`.
#pragma once

#include <optional>

#include "fakes/config/table.h"
#include "sim/pacing/sender_warmup.h"

namespace mailrig::scenario {

// A part of a rule's trigger.
template <class Rule, class V, class Member>
config::Type<Rule> of_trigger(const config::Type<V>& type, Member pacing::Trigger::*member) {
  return config::custom<Rule>(
      [type, member](const config::Node& node, Rule& into, config::Errors& errors) {
        V value{};
        if (type.read(node, value, errors)) into.when.*member = value;
      },
      type.schema());
}

template <class Rule>
void add_trigger(config::Table<Rule>& table) {
  using pacing::Trigger;
  table
      .key("deferred", of_trigger<Rule>(config::share(), &Trigger::deferred_ppm),
           "When this share of the day's copies so far is deferred at its first try")
      .key("bounced", of_trigger<Rule>(config::share(), &Trigger::bounced_ppm),
           "When this share of the day's copies so far fails for good")
      .key("invalid", of_trigger<Rule>(config::share(), &Trigger::invalid_ppm),
           "When this share of the day's copies so far fails because the address is no good")
      .key("complained", of_trigger<Rule>(config::share(), &Trigger::complained_ppm),
           "When complaints of the day reach this share of its copies so far; only of receivers that report them")
      .key("sample", of_trigger<Rule>(config::count(), &Trigger::sample),
           "Not before so many copies were tried that day; default 50")
      .check([](const config::Node& node, Rule& rule, config::Errors& errors) {
        bool any = false;
        for (const auto& share :
             {rule.when.deferred_ppm, rule.when.bounced_ppm, rule.when.invalid_ppm, rule.when.complained_ppm}) {
          any = any || share;
          if (share && *share == 0) errors.add(node, "the shares must be more than 0%");
        }
        if (!any) errors.add(node, "needs 'deferred', 'bounced', 'invalid' or 'complained', such as deferred: 10%");
      });
}

}  // namespace mailrig::scenario
