// What a provider's tools for postmasters (Gmail's Postmaster Tools, Outlook's SNDS …) would have shown of a run, and
// when: less than what happened, and later. The truth stands beside it, which only a simulator knows. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "fakes/receiver/feedback_settings.h"
#include "sim/measure/snapshot.h"

namespace mailrig::report {

// One object per day and subject, in this order:
//   { "day", "shown_on_day": number or null, "subject": "domain" or "ip", "name",
//     "reputation": "high", "medium", "low" or "bad"; null: not shown, "spam_rate": complaints per copy in the inbox,
//     "delivery_errors": share of attempts that were refused or deferred,
//     "truth": { "accepted", "inbox", "spam", "complaints", "refused", "deferred", "score" } }
// `shown_on_day` is null for what the tools keep to themselves: too few copies, or no tools for such subjects.
boost::json::array postmaster_view(const receiver::FeedbackSettings& tools, const std::vector<measure::DayRow>& days);

// From summary.json: a table for each receiver.
std::string postmaster_report(const boost::json::value& summary);

}  // namespace mailrig::report
