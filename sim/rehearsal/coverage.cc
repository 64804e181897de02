#include "sim/rehearsal/coverage.h"

#include <algorithm>
#include <set>

#include "sim/rehearsal/scene.h"

namespace mailrig::rehearsal {
namespace {

// Wordings are drawn by lot: with five of them this leaves one unheard once in 10^27 rehearsals.
constexpr int rounds_max = 300;

// What the byte engine says by itself, always in the first wording.
bool is_engines(std::string_view key) {
  return key == "timeout" || key == "protocol_abuse" || key == "data_go" || key == "syntax_error";
}

std::string without_line_end(std::string text) {
  while (text.ends_with('\r') || text.ends_with('\n')) text.pop_back();
  return text;
}

// The words of one reply and of its alternatives, by the place of their templates.
std::vector<const policy::ReplyTemplate*> wordings_of(const policy::ReplyTemplate& reply) {
  std::vector<const policy::ReplyTemplate*> all{&reply};
  for (const policy::ReplyTemplate& other : reply.others) all.push_back(&other);
  return all;
}

// What the engine says is recognised by its first words: a template's text up to its first placeholder.
bool says(const Heard& heard, const policy::ReplyTemplate& reply) {
  const std::string code = std::to_string(reply.code);
  if (!heard.text.starts_with(code)) return false;
  const std::string_view words = std::string_view(reply.text).substr(0, reply.text.find_first_of("{\n"));
  return heard.text.find(words) != std::string::npos;
}

Rehearsed rehearse_one(const receiver::Profile& profile, const std::string& key, const std::optional<Scene>& scene) {
  Rehearsed result;
  result.key = key;
  result.wordings = 1 + profile.replies.reply(key).others.size();
  result.texts.resize(result.wordings);
  if (!scene) return result;
  receiver::Profile arranged = profile;
  if (scene->arrange) scene->arrange(arranged);
  Stage stage(std::move(arranged));
  if (scene->prepare) scene->prepare(stage);
  const auto wanted = wordings_of(stage.receiver().profile().replies.reply(key));
  std::set<std::size_t> met;  // places in `wanted`
  for (int round = 0; round < rounds_max && met.size() < wanted.size(); ++round) {
    for (const Heard& heard : scene->play(stage, round)) {
      std::size_t found = wanted.size();
      if (is_engines(key)) {
        if (heard.reply == nullptr && says(heard, *wanted.front())) found = 0;
      } else if (const auto it = std::find(wanted.begin(), wanted.end(), heard.reply); it != wanted.end()) {
        // Said is what stands on the wire.
        const bool silent = heard.reply->code == 0 && heard.text.empty();
        if (silent || says(heard, *heard.reply)) found = static_cast<std::size_t>(it - wanted.begin());
      }
      if (found == wanted.size()) {
        const bool refused = heard.text.starts_with('4') || heard.text.starts_with('5');
        if (met.empty() && refused) result.sample = without_line_end(heard.text);
        continue;
      }
      if (met.insert(found).second) result.texts[found] = without_line_end(heard.text);
      if (result.phase.empty()) {
        result.phase = is_engines(key) ? "any" : std::string(to_string(heard.phase));
        result.sample = without_line_end(heard.text);
      }
    }
  }
  result.heard = met.size();
  return result;
}

}  // namespace

std::vector<Rehearsed> rehearse(const receiver::Profile& profile) {
  std::vector<Rehearsed> all;
  for (const auto& [key, entry] : profile.replies.entries()) {
    if (!entry.own) continue;
    all.push_back(rehearse_one(profile, key, scene_for(profile, key)));
    if (!has_recovery(profile, key)) continue;
    all.push_back(rehearse_one(profile, key, recovery_scene(key)));
    all.back().recovering = true;
  }
  return all;
}

}  // namespace mailrig::rehearsal
