#include "fakes/content/rules.h"

#include <algorithm>
#include <array>

namespace mailrig::content {
namespace {

// "SA" with a rule's name: its weight in SpamAssassin 4.0.1, 50_scores.cf, score set 3 (Bayes and network tests), which
// mail-tester.com deducts. "Tencent SES FAQ": advice to its customers on what reaches the inbox.
constexpr std::array table = {
    RuleRow{Rule::from_fault, "from-fault", -2'000, 1, "no From field, several, or one without an address", "assumed",
            "write one From field: NAME <user@domain>"},
    RuleRow{Rule::date_missing, "date-missing", -1'360, 1, "no Date field", "SA MISSING_DATE",
            "add a Date field when the message is made"},
    RuleRow{Rule::message_id_missing, "message-id-missing", -500, 1, "no Message-ID field", "SA MISSING_MID",
            "add a Message-ID field when the message is made"},
    RuleRow{Rule::subject_missing, "subject-missing", -1'800, 1, "no Subject field, or an empty one",
            "SA MISSING_SUBJECT", "write a subject"},
    RuleRow{Rule::subject_shouting, "subject-shouting", -800, 1, "a subject in capitals", "assumed; SA SUBJ_ALL_CAPS",
            "write the subject as any sentence is written"},
    RuleRow{Rule::subject_exclamation, "subject-exclamation", -400, 1, "several exclamation marks in the subject",
            "assumed", "leave the exclamation marks out"},
    RuleRow{Rule::subject_spam_phrase, "subject-spam-phrase", -1'000, 2, "phrases of spam in the subject", "assumed",
            "say what the message is about in other words"},
    RuleRow{Rule::subject_spam_word, "subject-spam-word", -300, 2, "words of advertising in the subject", "assumed",
            "say what the message is about in other words"},
    RuleRow{Rule::spam_phrase, "spam-phrase", -700, 4, "phrases of spam", "assumed", "leave these phrases out"},
    RuleRow{Rule::spam_word, "spam-word", -150, 6, "many words of advertising; the first two cost nothing", "assumed",
            "use fewer of these words"},
    RuleRow{Rule::exclamation, "exclamation", -300, 1, "many exclamation marks", "assumed",
            "leave most of the exclamation marks out"},
    RuleRow{Rule::body_empty, "body-empty", -2'320, 1, "neither text nor image nor attachment", "SA EMPTY_MESSAGE",
            "write a text"},
    RuleRow{Rule::line_too_long, "line-too-long", -500, 1, "a line of the body longer than RFC 5321 allows", "assumed",
            "encode the part in quoted-printable or base64"},
    RuleRow{Rule::base64_needless, "base64-needless", -1'740, 1, "plain ASCII text in base64, as if to hide it",
            "SA MIME_BASE64_TEXT", "send ASCII text as 7bit or quoted-printable"},
    RuleRow{Rule::text_part_missing, "text-part-missing", -500, 1, "HTML without the same as text",
            "assumed; SA MIME_HTML_ONLY", "send multipart/alternative with a text/plain part in front"},
    RuleRow{Rule::html_broken, "html-broken", -250, 4, "HTML elements that are not closed, or closed and not open",
            "assumed; SA HTML_TAG_BALANCE_HEAD", "close every element, in the reverse order of opening"},
    RuleRow{Rule::html_form, "html-form", -1'500, 1, "a form, which mail programs disable and warn of", "assumed",
            "link to a page that has the form"},
    RuleRow{Rule::html_script, "html-script", -2'000, 1, "scripts or embedded programs, which mail programs remove",
            "assumed", "leave all scripts, event handlers, frames and embedded objects out"},
    RuleRow{Rule::invisible_text, "invisible-text", -1'500, 1, "text that nobody can see, only filters",
            "assumed; SA HTML_FONT_LOW_CONTRAST", "leave out what is not meant to be read"},
    RuleRow{Rule::image_only, "image-only", -3'000, 1, "images without any text", "assumed; SA HTML_IMAGE_ONLY_04",
            "write in text what the images say; at least four fifths of a message should be text"},
    RuleRow{Rule::image_heavy, "image-heavy", -1'170, 1, "images on more than three fifths of the area",
            "SA HTML_IMAGE_ONLY_04", "replace images by text; at least four fifths of a message should be text"},
    RuleRow{Rule::image_share, "image-share", -300, 1, "images on more than one fifth of the area",
            "Tencent SES FAQ: images to text 2:8; weight assumed",
            "replace images by text; at least four fifths of a message should be text"},
    RuleRow{Rule::images_many, "images-many", -300, 1, "more than three images",
            "Tencent SES FAQ: at most 3; weight assumed", "use at most three images"},
    RuleRow{Rule::image_alt_missing, "image-alt-missing", -200, 1, "images without an alternative text",
            "mail-tester.com; weight assumed", "give every image an alt attribute, an empty one where it decorates"},
    RuleRow{Rule::links_many, "links-many", -500, 1, "very many links", "assumed", "use fewer links"},
    RuleRow{Rule::link_mismatch, "link-mismatch", -2'500, 2, "a link whose text shows another domain than its target",
            "assumed", "show the domain that the link goes to, or words instead of a domain"},
    RuleRow{Rule::link_shortener, "link-shortener", -1'500, 1, "links through URL shorteners", "assumed",
            "link to the page itself, under a domain of your own"},
    RuleRow{Rule::link_ip, "link-ip", -1'240, 1, "links to an IP address", "SA NUMERIC_HTTP_ADDR",
            "link to a host name"},
    RuleRow{Rule::link_userinfo, "link-userinfo", -2'000, 1, "links with a user name in front of the host", "assumed",
            "leave out what stands before @ in the link"},
    RuleRow{Rule::unsubscribe_missing, "unsubscribe-missing", -1'500, 1,
            "mail to many that nobody can unsubscribe from", "Gmail, Yahoo and QQ require it; weight assumed",
            "add a List-Unsubscribe field (RFC 8058) and a link in the text"},
    RuleRow{Rule::one_click_missing, "one-click-missing", -500, 1, "mail to many without one-click unsubscribing",
            "Gmail and Yahoo require RFC 8058; weight assumed",
            "add List-Unsubscribe-Post: List-Unsubscribe=One-Click and an https link in List-Unsubscribe"},
    RuleRow{Rule::attachment_executable, "attachment-executable", -5'000, 1, "an attachment that can be run",
            "Gmail blocks them (support.google.com/mail/answer/6590); weight assumed", "link to the file instead"},
};

// row() indexes.
static_assert(std::is_sorted(table.begin(), table.end(),
                             [](const RuleRow& a, const RuleRow& b) { return a.rule < b.rule; }) &&
              table.back().rule == Rule{table.size() - 1});

}  // namespace

std::span<const RuleRow> rules() {
  return table;
}

const RuleRow& row(Rule rule) {
  return table[static_cast<std::size_t>(rule)];
}

}  // namespace mailrig::content
