#include "fakes/receiver/profile_replies.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "fakes/base/check.h"
#include "fakes/config/nearest.h"
#include "fakes/policy/reply_template.h"

namespace mailrig::receiver {
namespace {

using config::Errors;
using config::Node;
using policy::Event;
using policy::Phase;

std::string_view without_variant(std::string_view key) {
  return key.substr(0, key.find('/'));
}

const ReplyKeyFile* find(const std::vector<ReplyKeyFile>& entries, std::string_view key) {
  for (const ReplyKeyFile& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

// A key that this profile may say: why, and since when it can be known.
struct Said {
  Event event = Event::accepted;
  std::optional<Phase> known_from;  // nullopt: its phase is fixed
  SpokenReply::Where where = SpokenReply::Where::replies;
  bool optional = false;
};

class BookMaker {
 public:
  BookMaker(const ProfileFile& file, const ProfileFile& defaults, Errors& errors)
      : file_(file), defaults_(defaults), errors_(errors) {}

  ReplyBook make() {
    collect_said();
    check_replies();
    check_phases();
    check_close_after();
    ReplyBook book;
    add_top_level(book);
    for (const auto& [key, said] : said_) {
      if (said.where == SpokenReply::Where::replies) add(book, key, said);
    }
    return book;
  }

 private:
  const ProfileFile& file_;
  const ProfileFile& defaults_;
  Errors& errors_;
  std::map<std::string, Said, std::less<>> said_;

  void collect_said() {
    for (const SpokenReply& reply : spoken_replies()) {
      said_[std::string(reply.key)] = {reply.event, reply.known_from, reply.where, reply.optional};
    }
    for (const RateWindowFile& window : file_.limits_as_written.windows) {
      const auto event = policy::parse_event(without_variant(window.event));
      if (!event || *event == Event::accepted || *event == Event::discarded) {
        errors_.add(window.event_node,
                    fmt::format("'{}' does not name an event to refuse with; expected one such as rate_limited, with a "
                                "variant if you like: rate_limited/ip",
                                window.event));
        continue;
      }
      const Phase known = known_from(window.window.scope);
      auto [it, added] = said_.try_emplace(window.event, Said{*event, known});
      it->second.optional = false;
      if (!added && it->second.known_from) it->second.known_from = std::max(*it->second.known_from, known);
    }
  }

  using Names = std::set<std::string, std::less<>>;

  // Complains about entries of the map or list `where` that are not among the valid ones.
  void check_known(const std::vector<ReplyKeyFile>& entries, std::string_view where, const Names& valid) {
    for (const ReplyKeyFile& entry : entries) {
      if (valid.contains(entry.key)) continue;
      const std::vector<std::string> candidates(valid.begin(), valid.end());
      errors_.add(entry.key_at, fmt::format("unknown key '{}' in {}: nothing in this profile says it{}", entry.key,
                                            where, config::suggestion(entry.key, candidates)));
    }
  }

  void check_replies() {
    Names valid(file_.window_events.begin(), file_.window_events.end());
    for (const auto& [key, said] : said_) {
      if (said.where == SpokenReply::Where::replies) valid.insert(key);
    }
    check_known(file_.replies, "replies", valid);
  }

  // `phases` and `close_after` also take an event, for all of its variants.
  template <class Accept>
  Names keys_and_events(Accept accept) const {
    Names names(file_.window_events.begin(), file_.window_events.end());
    for (const std::string& event : file_.window_events) names.emplace(without_variant(event));
    for (const auto& [key, said] : said_) {
      if (!accept(said)) continue;
      names.insert(key);
      names.emplace(without_variant(key));
    }
    return names;
  }

  void check_phases() {
    check_known(file_.phases, "phases", keys_and_events([](const Said& said) { return said.known_from.has_value(); }));
    static const std::vector<std::string> phases = {"connect", "helo", "mail", "rcpt", "data"};
    for (const ReplyKeyFile& entry : file_.phases) {
      if (policy::parse_phase(entry.value.text())) continue;
      errors_.add(entry.value, "unknown phase " + describe(entry.value) + config::suggestion("", phases));
    }
  }

  void check_close_after() {
    check_known(file_.close_after, "close_after",
                keys_and_events([](const Said& said) { return said.event != Event::accepted; }));
  }

  bool closes_after(std::string_view key) const {
    return find(file_.close_after, key) != nullptr || find(file_.close_after, without_variant(key)) != nullptr;
  }

  // The profile's word on the key counts before its word on the event, and both before the defaults'.
  Phase phase_of(std::string_view key, const Said& said) {
    if (!said.known_from) return Phase::data;
    for (const auto* layer : {&file_.phases, &defaults_.phases}) {
      for (const std::string_view name : {key, without_variant(key)}) {
        const ReplyKeyFile* entry = find(*layer, name);
        if (entry == nullptr) continue;
        const auto phase = policy::parse_phase(entry->value.text());
        if (!phase) return *said.known_from;  // reported already
        if (*phase >= *said.known_from) return *phase;
        // A default is for the usual case; a window of the profile may know later.
        if (layer == &defaults_.phases || name != key) return *said.known_from;
        errors_.add(entry->value, fmt::format("'{}' cannot be said at {}: it is not known before {}", key,
                                              to_string(*phase), to_string(*said.known_from)));
        return *said.known_from;
      }
    }
    return *said.known_from;
  }

  void add(ReplyBook& book, const std::string& key, const Said& said) {
    const ReplyKeyFile* worded = find(file_.replies, key);
    const bool own = worded != nullptr;
    if (worded == nullptr) worded = find(defaults_.replies, key);
    if (worded == nullptr && said.optional) return;
    if (worded == nullptr) return report_wordless(key);
    auto reply = wording(key, said, worded->value);
    if (reply) book.set(key, {std::move(*reply), phase_of(key, said), own});
  }

  // A line, the lines of one reply, or `any_of` several of either.
  std::optional<policy::ReplyTemplate> wording(const std::string& key, const Said& said, const Node& value) {
    if (!value.is_map()) return one_wording(key, said, value);
    const Node* any_of = value.find("any_of");
    if (any_of == nullptr || !any_of->is_list() || any_of->items().empty() || value.entries().size() != 1) {
      errors_.add(value, "expected a line, a list of lines, or any_of with a list of such wordings");
      return std::nullopt;
    }
    // Nobody draws a wording for what goes forward, nor for what the byte engine says by itself.
    if (!said.known_from && any_of->items().size() > 1) {
      errors_.add(value, fmt::format("'{}' is always said in the same words, so any_of must have one only", key));
      return std::nullopt;
    }
    std::optional<policy::ReplyTemplate> first;
    for (const Node& item : any_of->items()) {
      auto reply = one_wording(key, said, item);
      if (!reply) return std::nullopt;
      if (!first) {
        first = std::move(reply);
        continue;
      }
      if (reply->severity() != first->severity()) {
        errors_.add(item, fmt::format("the wordings of '{}' must all be 4yz, or all 5yz", key));
        return std::nullopt;
      }
      first->others.push_back(std::move(*reply));
    }
    return first;
  }

  std::optional<policy::ReplyTemplate> one_wording(const std::string& key, const Said& said, const Node& value) {
    const std::size_t before = errors_.count();
    std::vector<std::string> lines;
    config::one_or_list(config::text()).read(value, lines, errors_);
    if (errors_.count() != before) return std::nullopt;
    auto reply = policy::parse_reply(key, said.event, lines);
    if (!reply) {
      errors_.add(value, reply.error().message);
      return std::nullopt;
    }
    if (const auto fault = wrong_class(key, said.event, *reply)) {
      errors_.add(value, *fault);
      return std::nullopt;
    }
    reply->close = reply->close || closes_after(key);
    return std::move(*reply);
  }

  // Only a window of the profile can name a key that even the defaults do not word.
  void report_wordless(std::string_view key) {
    for (const RateWindowFile& window : file_.limits_as_written.windows) {
      if (window.event != key) continue;
      std::vector<std::string> worded;
      for (const auto* layer : {&file_.replies, &defaults_.replies}) {
        for (const ReplyKeyFile& reply : *layer) {
          const auto event = policy::parse_event(without_variant(reply.key));
          if (event && *event != Event::accepted) worded.push_back(reply.key);
        }
      }
      errors_.add(window.event_node, fmt::format("there is no reply '{}'; word it under 'replies'{}", key,
                                                 config::suggestion(key, worded)));
      return;
    }
    constexpr bool defaults_word_every_other_reply = false;
    CHECK(defaults_word_every_other_reply);
  }

  static std::optional<std::string> wrong_class(std::string_view key, Event event, const policy::ReplyTemplate& reply) {
    const int wanted = key == "data_go" ? 3 : 2;
    if (event == Event::accepted && reply.code / 100 != wanted) {
      return fmt::format("'{}' goes on, so its code must be {}yz, not {}", key, wanted, reply.code);
    }
    if (event != Event::accepted && reply.code != 0 && reply.code < 400) {
      return fmt::format("'{}' refuses, so its code must be 4yz or 5yz, not {}", key, reply.code);
    }
    // What the DNS did not say must not end in a bounce.
    const bool temporary = key.ends_with("temporary") || event == Event::dmarc_temperror;
    if (temporary && reply.code >= 500) {
      return fmt::format("'{}' asks to try again, so its code must be 4yz, not {}", key, reply.code);
    }
    return std::nullopt;
  }

  void add_top_level(ReplyBook& book) {
    auto banner = policy::parse_reply("banner", Event::accepted, std::vector<std::string>{file_.banner});
    if (!banner) {
      errors_.add(file_.banner_at, banner.error().message);
    } else if (const auto fault = wrong_class("banner", Event::accepted, *banner)) {
      errors_.add(file_.banner_at, *fault);
    } else {
      book.set("banner", {std::move(*banner), Phase::connect, true});
    }
    policy::ReplyTemplate helo;
    helo.key = "helo_ok";
    helo.code = 250;
    helo.text = file_.ehlo_first;
    book.set("helo_ok", {std::move(helo), Phase::helo, true});
  }
};

}  // namespace

ReplyBook make_reply_book(const ProfileFile& file, const ProfileFile& defaults, Errors& errors) {
  return BookMaker(file, defaults, errors).make();
}

}  // namespace mailrig::receiver
