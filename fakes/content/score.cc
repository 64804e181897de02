#include "fakes/content/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fakes/content/fingerprint.h"
#include "fakes/content/folded_text.h"
#include "fakes/content/link.h"
#include "fakes/content/message_view.h"
#include "fakes/content/phrases.h"
#include "fakes/content/rules.h"
#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t evidence_octets_max = 300;
constexpr std::size_t plain_links_max = 1'000;
constexpr std::size_t extension_octets_max = 16;

constexpr std::size_t shouting_letters_min = 10;
constexpr std::size_t shouting_percent_min = 80;
constexpr std::size_t subject_exclamations_max = 1;
constexpr std::size_t exclamations_max = 9;
constexpr std::size_t words_free = 2;  // words of advertising that cost nothing
constexpr std::size_t links_max = 30;
constexpr std::size_t images_max = 3;
constexpr std::size_t image_only_characters_max = 30;
constexpr std::uint64_t image_share_percent_max = 20;
constexpr std::uint64_t image_heavy_percent_min = 60;
constexpr std::size_t appearance_images_max = 100;
constexpr std::size_t faint_characters_max = 20;
// A preheader is some hundred characters that only the list of messages shows.
constexpr std::size_t undisplayed_characters_max = 400;
// What a character of running text takes: 16 pixels in lines of 20, half as wide where it is not Chinese.
constexpr std::uint64_t character_area_px = 160;
constexpr std::uint64_t chinese_character_area_px = 320;

std::size_t count_exclamations(std::string_view folded_text) {
  return static_cast<std::size_t>(std::count(folded_text.begin(), folded_text.end(), '!'));
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

std::uint64_t text_area_px(std::string_view text) {
  std::uint64_t area = 0;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool begins_character = octet > ' ' && (octet & 0xc0U) != 0x80U;
    if (begins_character) area += octet >= 0xe0U ? chinese_character_area_px : character_area_px;
  }
  return area;
}

std::string extension_of(std::string_view file_name) {
  // "invoice.exe. " is one for Windows.
  while (!file_name.empty() && (file_name.back() == '.' || file_name.back() == ' ')) file_name.remove_suffix(1);
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos || file_name.size() - dot - 1 > extension_octets_max) return {};
  return mail::to_lower(file_name.substr(dot + 1));
}

bool is_executable(std::string_view extension) {
  // What Gmail blocks, and documents that carry macros.
  static constexpr std::array<std::string_view, 58> extensions = {
      "ade",  "adp",  "apk", "appx",   "bat", "cab", "chm",  "cmd", "com",  "cpl", "dll", "dmg",
      "docm", "dotm", "exe", "gadget", "hta", "img", "inf",  "ins", "iso",  "isp", "jar", "jnlp",
      "js",   "jse",  "lib", "lnk",    "mde", "mjs", "msc",  "msi", "msix", "msp", "mst", "nsh",
      "pif",  "pptm", "ps1", "reg",    "scr", "sct", "shb",  "sh",  "sys",  "url", "vb",  "vbe",
      "vbs",  "vhd",  "vxd", "wsc",    "wsf", "wsh", "xlam", "xll", "xlsm", "xltm"};
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

bool names_unsubscribing(std::string_view text) {
  static constexpr std::array<std::string_view, 9> words = {"unsubscribe", "opt out",  "opt-out",  "optout",  "退订",
                                                            "退訂",        "取消订阅", "取消訂閱", "abmelden"};
  const std::string lower = mail::to_lower(text);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

class Judge {
 public:
  explicit Judge(std::string_view message)
      : view_(view_message(message)), text_(folded(view_.shown_text())), subject_(folded(view_.subject)) {}

  // In the order of the rules, which is that of the reasons.
  Score judge() {
    judge_header();
    judge_subject();
    judge_words();
    judge_transfer();
    judge_html();
    judge_images();
    judge_links();
    judge_unsubscribing();
    judge_attachments();
    score_.fingerprint = fingerprint({text_, folded(view_.to), subject_, appearance()});
    std::int32_t sum = faultless_milli;
    for (const Reason& reason : score_.reasons) sum += reason.points_milli;
    score_.milli = std::max(0, sum);
    return std::move(score_);
  }

 private:
  MessageView view_;
  std::string text_;     // shown, folded
  std::string subject_;  // folded
  Score score_;

  void against(Rule rule, std::string_view evidence, std::size_t times = 1) {
    const RuleRow& of = row(rule);
    const auto counted = static_cast<std::int32_t>(std::min(times, static_cast<std::size_t>(of.times_max)));
    score_.reasons.push_back(
        {of.id, of.points_milli * counted, std::string(mail::utf8_prefix(evidence, evidence_octets_max))});
  }

  void judge_header() {
    if (view_.from_fields != 1 || !view_.from_address) {
      against(Rule::from_fault,
              view_.from_fields == 1 ? "no address in From" : fmt::format("{} From fields", view_.from_fields));
    }
    if (!view_.date) against(Rule::date_missing, "no Date field");
    if (!view_.message_id) against(Rule::message_id_missing, "no Message-ID field");
  }

  void judge_subject() {
    if (subject_.empty()) {
      against(Rule::subject_missing, "no subject");
      return;
    }
    std::size_t letters = 0;
    std::size_t capitals = 0;
    for (const char c : subject_) {
      if (!mail::is_letter(c)) continue;
      ++letters;
      if (mail::to_lower(c) != c) ++capitals;
    }
    if (letters >= shouting_letters_min && capitals * 100 >= letters * shouting_percent_min) {
      against(Rule::subject_shouting, quoted(subject_));
    }
    if (count_exclamations(subject_) > subject_exclamations_max) against(Rule::subject_exclamation, quoted(subject_));
    const auto [spam, advertising] = sorted_phrases(subject_);
    if (!spam.empty()) against(Rule::subject_spam_phrase, listed(spam), spam.size());
    if (!advertising.empty()) against(Rule::subject_spam_word, listed(advertising), advertising.size());
  }

  struct SortedPhrases {
    std::vector<std::string_view> spam;
    std::vector<std::string_view> advertising;
  };

  static SortedPhrases sorted_phrases(std::string_view folded_text) {
    SortedPhrases sorted;
    for (const Phrase& phrase : phrases_in(folded_text)) {
      (phrase.spam ? sorted.spam : sorted.advertising).push_back(phrase.text);
    }
    return sorted;
  }

  static std::string listed(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words) {
      if (text.size() > evidence_octets_max) break;
      text += (text.empty() ? "" : ", ") + std::string(word);
    }
    return text;
  }

  void judge_words() {
    const auto [spam, advertising] = sorted_phrases(text_);
    if (!spam.empty()) against(Rule::spam_phrase, listed(spam), spam.size());
    if (advertising.size() > words_free) {
      against(Rule::spam_word, listed(advertising), advertising.size() - words_free);
    }
    const std::size_t marks = count_exclamations(text_);
    const bool row_of_marks = text_.find("!!!") != std::string::npos;
    if (marks > exclamations_max || row_of_marks) {
      against(Rule::exclamation, row_of_marks ? "\"!!!\"" : fmt::format("{} exclamation marks", marks));
    }
    if (text_.empty() && view_.page.images == 0 && view_.file_names.empty()) {
      against(Rule::body_empty, "nothing to see");
    }
  }

  void judge_transfer() {
    if (view_.longest_line > line_octets_max) {
      against(Rule::line_too_long, fmt::format("a line of {} octets; 998 are allowed", view_.longest_line));
    }
    if (view_.needless_base64) against(Rule::base64_needless, "base64 that holds nothing but ASCII");
  }

  void judge_html() {
    if (!view_.html_part) return;
    const HtmlPage& page = view_.page;
    if (!view_.plain_part) against(Rule::text_part_missing, "text/html without text/plain");
    if (page.fault_count > 0) {
      against(Rule::html_broken, fmt::format("{}: {}", page.fault_count, fmt::join(page.faults, ", ")),
              page.fault_count);
    }
    if (!page.form.empty()) against(Rule::html_form, page.form);
    if (!page.script.empty()) against(Rule::html_script, page.script);
    if (page.faint_characters > faint_characters_max) {
      against(Rule::invisible_text, fmt::format("{} characters: \"{}\"", page.faint_characters, page.faint_text));
    } else if (page.undisplayed_characters > undisplayed_characters_max) {
      against(Rule::invisible_text, fmt::format("{} characters are not displayed", page.undisplayed_characters));
    }
  }

  void judge_images() {
    const HtmlPage& page = view_.page;
    if (page.images == 0) return;
    const std::uint64_t text_area = text_area_px(text_);
    const std::uint64_t percent = page.image_area_px * 100 / std::max<std::uint64_t>(1, page.image_area_px + text_area);
    const std::string evidence = fmt::format("{} images on {} % of the area", page.images, percent);
    if (text_area <= image_only_characters_max * character_area_px) {
      against(Rule::image_only, fmt::format("{} images, hardly any text", page.images));
    } else if (percent >= image_heavy_percent_min) {
      against(Rule::image_heavy, evidence);
    } else if (percent > image_share_percent_max) {
      against(Rule::image_share, evidence);
    }
    if (page.images > images_max) against(Rule::images_many, fmt::format("{} images", page.images));
    if (page.images_without_alt > 0) {
      against(Rule::image_alt_missing, fmt::format("{} of {} images", page.images_without_alt, page.images));
    }
  }

  // Where everything leads that can be clicked.
  std::vector<std::string_view> link_urls() const {
    if (!view_.html_part) return urls_in(view_.plain, plain_links_max);
    std::vector<std::string_view> urls;
    for (const HtmlLink& link : view_.page.links) urls.push_back(link.target);
    return urls;
  }

  void judge_links() {
    const auto urls = link_urls();
    const std::size_t count = view_.html_part ? view_.page.link_count : urls.size();
    if (count > links_max) against(Rule::links_many, fmt::format("{} links", count));
    std::vector<std::string> shorteners;
    std::vector<std::string> addresses;
    std::vector<std::string> userinfo;
    for (const std::string_view url : urls) {
      const auto target = parse_link(url);
      if (!target) continue;
      if (target->userinfo) add_distinct(userinfo, std::string(url));
      if (target->ip) {
        add_distinct(addresses, target->host);
        continue;
      }
      if (is_shortener(target->host)) add_distinct(shorteners, target->host);
      add_distinct(score_.link_domains, target->host);
    }
    judge_shown_domains();
    if (!shorteners.empty()) against(Rule::link_shortener, fmt::format("{}", fmt::join(shorteners, ", ")));
    if (!addresses.empty()) against(Rule::link_ip, fmt::format("{}", fmt::join(addresses, ", ")));
    if (!userinfo.empty()) against(Rule::link_userinfo, fmt::format("{}", fmt::join(userinfo, ", ")));
  }

  static void add_distinct(std::vector<std::string>& list, std::string value) {
    if (list.size() < link_domains_max && std::find(list.begin(), list.end(), value) == list.end()) {
      list.push_back(std::move(value));
    }
  }

  void judge_shown_domains() {
    std::vector<std::string> seen;
    for (const HtmlLink& link : view_.page.links) {
      const auto shown = shown_host(link.text);
      if (!shown) continue;
      const auto target = parse_link(link.target);
      if (target && site_of(target->host) != site_of(*shown)) {
        add_distinct(seen, fmt::format("shows {}, leads to {}", *shown, target->host));
      }
    }
    if (!seen.empty()) against(Rule::link_mismatch, fmt::format("{}", fmt::join(seen, "; ")), seen.size());
  }

  // A link that says so in its text or its target; in plain text, the word with any link or address.
  bool shows_unsubscribing() const {
    for (const HtmlLink& link : view_.page.links) {
      if (names_unsubscribing(link.text) || names_unsubscribing(link.target)) return true;
    }
    const bool reachable = view_.html_part
                               ? !view_.page.links.empty() || text_.find('@') != std::string::npos
                               : text_.find("://") != std::string::npos || text_.find("www.") != std::string::npos ||
                                     text_.find('@') != std::string::npos;
    return reachable && names_unsubscribing(text_);
  }

  void judge_unsubscribing() {
    const ListFields& list = view_.list;
    score_.bulk = list.list || list.feedback_id;
    score_.feedback_id = list.feedback_id;
    score_.one_click = list.one_click();
    score_.unsubscribe = list.unsubscribe.has_value() || shows_unsubscribing();
    // A Feedback-ID alone is in the order confirmations of sending services too.
    if (!list.list) return;
    if (!score_.unsubscribe) {
      against(Rule::unsubscribe_missing, "no List-Unsubscribe field, no link to unsubscribe");
    } else if (!score_.one_click) {
      against(Rule::one_click_missing, "no https link in List-Unsubscribe with List-Unsubscribe-Post");
    }
  }

  void judge_attachments() {
    std::string_view executable;
    for (const std::string& name : view_.file_names) {
      std::string extension = extension_of(name);
      if (is_executable(extension) && executable.empty()) executable = name;
      if (!extension.empty()) add_distinct(score_.attachment_extensions, std::move(extension));
    }
    if (!executable.empty()) against(Rule::attachment_executable, executable);
  }

  // Of a message without words: how many images it shows, and where its links lead.
  std::string appearance() const {
    std::string text(std::min(view_.page.images, appearance_images_max), 'i');
    for (const std::string& domain : score_.link_domains) text += " " + std::string(site_of(domain));
    return text;
  }
};

}  // namespace

Score score_message(std::string_view message) {
  return Judge(message).judge();
}

}  // namespace mailrig::content
