#include "fakes/receiver/content_reader.h"

#include <algorithm>

#include "fakes/content/score.h"

namespace mailrig::receiver {
namespace {

constexpr std::size_t kept_max = 10'000;

bool depends_on_text(const ProfileValues& profile) {
  const auto& windows = profile.limits.rate_windows;
  const bool counts_similar = std::any_of(windows.begin(), windows.end(), [](const ProfileRateWindow& window) {
    return window.window.scope == policy::RateScope::similar_content;
  });
  return profile.content.reads() || counts_similar || !profile.network.lists.domains.empty() ||
         profile.auth_policy.require_for_bulk.reads_messages();
}

}  // namespace

ContentReader::ContentReader(const ProfileValues& profile)
    : wanted_(profile.kind == ProfileValues::Kind::receiver && depends_on_text(profile)),
      blocked_attachments_(profile.content.blocked_attachments),
      kept_(kept_max) {}

ContentReader::Found ContentReader::read(const policy::MessageFacts& message) {
  if (message.content.empty()) return {};
  if (message.content_key != 0) {
    const std::lock_guard lock(mutex_);
    if (const Found* known = kept_.find(message.content_key)) return *known;
  }
  content::Score score = content::score_message(message.content);
  Found found;
  found.traits.read = true;
  found.traits.score_milli = score.milli;
  found.traits.fingerprint = score.fingerprint;
  found.traits.one_click = score.one_click;
  found.traits.unsubscribe = score.unsubscribe;
  found.traits.feedback_id = score.feedback_id;
  found.traits.blocked_attachment =
      std::any_of(score.attachment_extensions.begin(), score.attachment_extensions.end(), [this](const auto& kind) {
        return std::find(blocked_attachments_.begin(), blocked_attachments_.end(), kind) != blocked_attachments_.end();
      });
  found.link_domains = std::move(score.link_domains);
  if (message.content_key != 0) {
    const std::lock_guard lock(mutex_);
    kept_.put(message.content_key, found);
  }
  return found;
}

}  // namespace mailrig::receiver
