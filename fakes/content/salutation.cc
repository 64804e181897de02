#include "fakes/content/salutation.h"

#include <algorithm>
#include <array>

#include "fakes/mail/text.h"

namespace mailrig::content {
namespace {

constexpr std::size_t names_max = 16;
constexpr std::size_t salutation_words_max = 5;
constexpr std::size_t han_octets = 3;
constexpr std::size_t chinese_name_octets_max = 4 * han_octets;
constexpr std::size_t chinese_salutation_octets_max = 12 * han_octets;

std::size_t han_run(std::string_view text) {
  std::size_t length = 0;
  while (mail::utf8_length(text.substr(length)) == han_octets &&
         mail::is_han(mail::utf8_code(text.substr(length, han_octets)))) {
    length += han_octets;
  }
  return length;
}

bool is_chinese_name(std::string_view name) {
  return name.size() > han_octets && name.size() <= chinese_name_octets_max;
}

// Up to the next blank or mark; letters beyond ASCII belong to it.
std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t,.!?:;<>()\"@"));
}

bool is_capitalised(std::string_view word) {
  return !word.empty() && ((word.front() >= 'A' && word.front() <= 'Z') || !mail::is_ascii(word.front()));
}

bool is_greeting(std::string_view word) {
  static constexpr std::array<std::string_view, 14> words = {"bonjour", "cher",   "chère", "dear", "guten",
                                                             "hallo",   "hello",  "hey",   "hi",   "hola",
                                                             "liebe",   "lieber", "moin",  "salut"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view greeting) { return mail::equals_ignoring_case(word, greeting); });
}

// "Dear Ms. Anna Smith", "Hi there", "Hello"; what begins a sentence ends it: "Hello Anna thank you …".
std::size_t latin_salutation(std::string_view line, Names& names) {
  const std::string_view greeting = first_word(line);
  if (!is_greeting(greeting)) return 0;
  std::size_t end = greeting.size();
  for (std::size_t i = 0; i < salutation_words_max && line.substr(end).starts_with(' '); ++i) {
    const std::string_view word = first_word(line.substr(end + 1));
    const bool name = is_capitalised(word);
    if (word.empty() || (!name && i > 0)) break;
    if (name) names.add(word);
    end += 1 + word.size();
    if (name && line.substr(end).starts_with(". ")) ++end;  // "Ms."
  }
  return end;
}

// "尊敬的张伟先生", "亲爱的小明".
std::size_t chinese_salutation(std::string_view line, Names& names) {
  static constexpr std::array<std::string_view, 3> greetings = {"尊敬的", "亲爱的", "親愛的"};
  static constexpr std::array<std::string_view, 8> titles = {"先生", "女士", "小姐", "用户",
                                                             "客户", "会员", "同学", "老师"};
  const auto greeting =
      std::find_if(greetings.begin(), greetings.end(), [&](std::string_view word) { return line.starts_with(word); });
  if (greeting == greetings.end()) return 0;
  const std::size_t end = han_run(line);
  if (end > chinese_salutation_octets_max) return 0;
  std::string_view name = line.substr(greeting->size(), end - greeting->size());
  for (const std::string_view title : titles) {
    if (name.ends_with(title)) name.remove_suffix(title.size());
  }
  if (is_chinese_name(name)) names.add(name);
  return end;
}

// "张伟，您好" or "张伟您好".
std::size_t chinese_name_and_greeting(std::string_view line, Names& names) {
  for (const std::string_view greeting : {"您好", "你好"}) {
    const std::size_t at = line.substr(0, chinese_salutation_octets_max).find(greeting);
    if (at == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, std::min(han_run(line), at));
    if (!is_chinese_name(name)) continue;
    names.add(name);
    return at + greeting.size();
  }
  return 0;
}

}  // namespace

void Names::add(std::string_view name) {
  if (name.size() < 2 || names_.size() + chinese_.size() == names_max) return;
  (han_run(name) > 0 ? chinese_ : names_).emplace_back(name);
}

bool Names::has(std::string_view word) const {
  return std::find(names_.begin(), names_.end(), word) != names_.end();
}

std::size_t Names::chinese_name(std::string_view text) const {
  for (const std::string& name : chinese_) {
    if (text.starts_with(name)) return name.size();
  }
  return 0;
}

void add_recipient_names(std::string_view to, Names& names) {
  while (!to.empty()) {
    const std::string_view chunk = to.substr(0, to.find_first_of(" \t,;<>()\""));
    const std::string_view word = first_word(chunk);
    const std::size_t chinese = han_run(word);
    if (chinese > 0) {
      if (is_chinese_name(word.substr(0, chinese))) names.add(word.substr(0, chinese));
    } else if (is_capitalised(word) && chunk.find('@') == std::string_view::npos) {
      names.add(word);
    }
    to.remove_prefix(std::min(chunk.size() + 1, to.size()));
  }
}

std::size_t take_salutation(std::string_view line, Names& names) {
  if (const std::size_t length = latin_salutation(line, names)) return length;
  if (const std::size_t length = chinese_salutation(line, names)) return length;
  return chinese_name_and_greeting(line, names);
}

}  // namespace mailrig::content
