#include "fakes/report_format/bounce_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fakes/mail/address.h"
#include "fakes/mail/text.h"
#include "fakes/report_format/delivery_status.h"
#include "fakes/report_format/quoted_reply.h"
#include "fakes/report_format/smtp_transcript.h"

namespace mailrig::report_format {
namespace {

// How recipients stand in the text.
enum class Layout : std::uint8_t {
  paragraphs,  // "<user@example.com>: reason" at the left edge, the reason ends with its paragraph
  blocks,      // an indented line each; the reason follows, indented otherwise
};

struct Sentence {
  std::string_view words;  // blanks stand for any white space, as these sentences are broken anywhere
  Action action;
  Layout layout;
};

constexpr std::array<Sentence, 20> sentences = {{
    {"The following address(es) failed:", Action::failed, Layout::blocks},                                    // Exim
    {"addresses that were incorrectly constructed:", Action::failed, Layout::blocks},                         // Exim
    {"to which the message has not yet been delivered is:", Action::delayed, Layout::blocks},                 // Exim
    {"to which the message has not yet been delivered are:", Action::delayed, Layout::blocks},                // Exim
    {"Delivery to the following recipient failed permanently:", Action::failed, Layout::blocks},              // Gmail
    {"Delivery to the following recipients failed permanently:", Action::failed, Layout::blocks},             // Gmail
    {"Delivery to the following recipient has been delayed:", Action::delayed, Layout::blocks},               // Gmail
    {"Failed addresses follow:", Action::failed, Layout::blocks},                                             // Smail
    {"Hi. This is the", Action::failed, Layout::paragraphs},                                                  // QSBMF
    {"we were unable to deliver your message to the following address", Action::failed, Layout::paragraphs},  // Yahoo
    {"could not be delivered to one or more destinations", Action::failed, Layout::paragraphs},               // Postfix
    {"could not be delivered to one or more recipients", Action::failed, Layout::paragraphs},                 // Postfix
    {"could not be delivered for more than", Action::delayed, Layout::paragraphs},                            // Postfix
    {"attempting to deliver a message for the following list of recipients:", Action::failed, Layout::paragraphs},
    {"A message is delayed for more than", Action::delayed, Layout::paragraphs},                      // both OpenSMTPD
    {"The following addresses had permanent fatal errors", Action::failed, Layout::paragraphs},       // Sendmail
    {"The following addresses have delivery problems", Action::failed, Layout::paragraphs},           // Sendmail 8.6
    {"The following addresses had delivery problems", Action::failed, Layout::paragraphs},            // Sendmail 8.7
    {"The following addresses had transient non-fatal errors", Action::delayed, Layout::paragraphs},  // Sendmail
    {"could not be delivered to these recipients:", Action::failed, Layout::paragraphs},              // dsn.h
}};

// Behind a line of dashes with one of these the returned message begins.
constexpr std::array<std::string_view, 6> return_marks = {
    "a copy of the message",   // qmail, Yahoo, Exim
    "a copy of your message",  // Exim
    "Original message",        // Gmail, Sendmail
    "Unsent message follows",  // Sendmail
    "Message header follows",  // Sendmail
    "Message text follows",    // Smail
};
constexpr std::string_view opensmtpd_return_mark = "Below is a copy of the original message:";

bool is_return_mark(std::string_view line) {
  line = mail::trim(line);
  if (line.starts_with(opensmtpd_return_mark)) return true;
  if (!line.starts_with("--") && !line.starts_with("|--")) return false;
  return std::any_of(return_marks.begin(), return_marks.end(),
                     [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; });
}

struct Halves {
  std::string_view notification;
  std::string_view original;
};

Halves split_at_return_mark(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const auto line_begin = static_cast<std::size_t>(rest.data() - text.data());
    if (!is_return_mark(mail::take_line(rest))) continue;
    while (!rest.empty() && (rest.front() == '\n' || rest.front() == '\r')) rest.remove_prefix(1);
    return {text.substr(0, line_begin), rest};
  }
  return {text, {}};
}

// How many octets at the front of `text` are `words`; 0: it begins otherwise.
std::size_t match_words(std::string_view text, std::string_view words) {
  std::size_t at = 0;
  for (const char c : words) {
    if (c != ' ') {
      if (at == text.size() || text[at++] != c) return 0;
      continue;
    }
    const std::size_t word = text.find_first_not_of(" \t\r\n", at);
    if (word == at || word == std::string_view::npos) return 0;
    at = word;
  }
  return at;
}

struct Section {
  Sentence sentence;
  std::size_t begin;  // of the text behind the sentence
};

std::vector<Section> find_sections(std::string_view text) {
  constexpr std::size_t sections_max = 16;
  std::vector<Section> sections;
  for (std::size_t at = 0; at < text.size() && sections.size() < sections_max; ++at) {
    for (const Sentence& sentence : sentences) {
      const std::size_t length = text[at] == sentence.words.front() ? match_words(text.substr(at), sentence.words) : 0;
      if (length == 0) continue;
      sections.push_back({sentence, at + length});
      break;
    }
  }
  return sections;
}

struct Listed {
  std::string name;         // an address, or what the reporter calls the place of delivery
  std::string explanation;  // on one line
};

// "<user@example.com>: …", "user@example.com (…", "user@example.com ... …", "Name <user@example.com>: …".
std::optional<Listed> listed_address(std::string_view line) {
  const bool angle = line.starts_with('<');
  const std::size_t end = angle ? line.find('>') : std::min(line.find_first_of(" \t:"), line.size());
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view address = line.substr(angle ? 1 : 0, angle ? end - 1 : end);
  std::string_view rest = mail::trim(line.substr(angle ? end + 1 : end));
  if (!mail::parse_address(address)) return std::nullopt;
  if (!angle && rest.starts_with('<')) {
    const std::size_t close = std::min(rest.find('>'), rest.size());
    address = rest.substr(1, close - 1);
    rest = mail::trim(rest.substr(std::min(close + 1, rest.size())));
    if (!mail::parse_address(address)) return std::nullopt;
  }
  if (!rest.empty() && !rest.starts_with(':') && !rest.starts_with('(') && !rest.starts_with("...")) {
    return std::nullopt;
  }
  if (rest.starts_with(':')) rest.remove_prefix(1);
  if (rest.starts_with("...")) rest.remove_prefix(3);
  return Listed{std::string(address), single_spaced(rest, reported_text_octets_max)};
}

void append_words(std::string& out, std::string_view line) {
  if (out.size() >= reported_text_octets_max || mail::trim(line).empty()) return;
  if (!out.empty()) out += ' ';
  out += single_spaced(line, reported_text_octets_max - out.size());
}

std::vector<Listed> list_paragraphs(std::string_view text) {
  std::vector<Listed> listed;
  // Whether the next line may name a recipient: a paragraph's first, or one behind another's indented reason.
  bool begins = true;
  bool open = false;      // the last one's explanation may go on
  mail::take_line(text);  // what is left of the sentence's own line
  while (!text.empty() && listed.size() < reported_recipients_max) {
    const std::string_view line = mail::take_line(text);
    if (mail::trim(line).empty()) {
      begins = true;
      open = false;
      continue;
    }
    auto found = begins ? listed_address(line) : std::nullopt;
    begins = found.has_value() || mail::is_wsp(line.front());
    if (found) {
      listed.push_back(std::move(*found));
      open = true;
    } else if (open) {
      append_words(listed.back().explanation, line);
    }
  }
  return listed;
}

std::vector<Listed> list_blocks(std::string_view text) {
  std::vector<Listed> listed;
  std::size_t indent = 0;  // of a line that names a recipient; 0: none was seen
  mail::take_line(text);   // what is left of the sentence's own line
  while (!text.empty() && listed.size() < reported_recipients_max) {
    const std::string_view line = mail::take_line(text);
    const std::string_view words = mail::trim(line);
    if (words.empty()) continue;
    const std::size_t depth = line.find_first_not_of(" \t");
    if (indent == 0) {
      if (depth == 0) return listed;
      indent = depth;
    }
    if (depth == indent) {
      auto found = listed_address(words);
      listed.push_back(found ? std::move(*found) : Listed{single_spaced(words, reported_text_octets_max), {}});
    } else {
      append_words(listed.back().explanation, words);
    }
  }
  return listed;
}

// One explanation may serve all recipients above it.
void share_explanations(std::vector<Listed>& listed) {
  for (std::size_t i = listed.size(); i-- > 1;) {
    if (listed[i - 1].explanation.empty()) listed[i - 1].explanation = listed[i].explanation;
  }
}

bool is_address(std::string_view name) {
  return name.find('@') != std::string_view::npos;
}

// What the text describes the header names: in its order, when it names as many.
void name_described(std::vector<ReportedRecipient>& recipients, const std::vector<std::string>& failed_addresses) {
  if (recipients.size() != failed_addresses.size()) return;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    if (!is_address(recipients[i].address)) recipients[i].address = failed_addresses[i];
  }
}

ReportedRecipient as_recipient(Listed listed, Action action) {
  ReportedRecipient recipient;
  recipient.address = std::move(listed.name);
  recipient.action = action;
  recipient.original_address = quoted_origin(listed.explanation);
  recipient.reply = quoted_reply(listed.explanation);
  recipient.remote_host = quoted_host(listed.explanation);
  recipient.status = quoted_status(listed.explanation);
  conclude(recipient, listed.explanation);
  return recipient;
}

std::string reporting_host(std::string_view text) {
  for (const std::string_view words : {"program at host ", "program at ", "mail system at host ", "mail system at "}) {
    const std::size_t at = text.find(words);
    if (at == std::string_view::npos) continue;
    std::string_view host = text.substr(at + words.size());
    host = host.substr(0, host.find_first_of(" \t\r\n,"));
    while (host.ends_with('.')) host.remove_suffix(1);
    if (mail::is_domain(host)) return std::string(host);
  }
  return {};
}

}  // namespace

std::optional<BounceText> read_bounce_text(std::string_view text, const std::vector<std::string>& failed_addresses) {
  const auto [notification, original] = split_at_return_mark(text);
  const std::vector<Section> sections = find_sections(notification);
  if (sections.empty()) return std::nullopt;
  BounceText result{reporting_host(notification), {}, original};
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto [sentence, begin] = sections[i];
    const std::size_t end = i + 1 < sections.size() ? sections[i + 1].begin : notification.size();
    const std::string_view inside = notification.substr(begin, end - begin);
    auto listed = sentence.layout == Layout::blocks ? list_blocks(inside) : list_paragraphs(inside);
    share_explanations(listed);
    for (Listed& one : listed) {
      if (result.recipients.size() == reported_recipients_max) break;
      result.recipients.push_back(as_recipient(std::move(one), sentence.action));
    }
  }
  name_described(result.recipients, failed_addresses);
  apply_transcript(notification, result.recipients);
  return result;
}

}  // namespace mailrig::report_format
