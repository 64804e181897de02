#include <algorithm>
#include <array>

#include "fakes/content/rules.h"
#include "fakes/content/score.h"
#include "fakes/diagnose/message_checks.h"

namespace mailrig::diagnose {
namespace {

using content::Rule;

constexpr std::int32_t harsh_milli = -1'000;  // a point of ten

// check_message_header(), check_unsubscribe() and check_message_text() have these, as what they are.
constexpr std::array found_elsewhere = {Rule::from_fault,          Rule::date_missing,     Rule::message_id_missing,
                                        Rule::subject_missing,     Rule::line_too_long,    Rule::text_part_missing,
                                        Rule::unsubscribe_missing, Rule::one_click_missing};

constexpr std::array of_subject = {Rule::subject_shouting, Rule::subject_exclamation, Rule::subject_spam_phrase,
                                   Rule::subject_spam_word};

bool is_among(Rule rule, const auto& rules) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

const content::RuleRow& row_of(const content::Reason& reason) {
  return *std::find_if(content::rules().begin(), content::rules().end(),
                       [&](const content::RuleRow& row) { return row.id == reason.id; });
}

}  // namespace

std::int32_t check_content(std::string_view message, Findings& findings) {
  const content::Score score = content::score_message(message);
  for (const content::Reason& reason : score.reasons) {
    const content::RuleRow& row = row_of(reason);
    if (is_among(row.rule, found_elsewhere)) continue;
    findings.add({"content-" + std::string(reason.id),
                  reason.points_milli <= harsh_milli ? Severity::warning : Severity::advice,
                  is_among(row.rule, of_subject) ? "Subject" : "body",
                  std::string(row.description) + ": " + shown(reason.evidence), std::string(row.remedy)});
  }
  return score.milli;
}

}  // namespace mailrig::diagnose
