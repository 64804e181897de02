// Reads what a message says, as far as a receiver's rules ask for it, and remembers what stands for many: in virtual
// time a text is read once per content key. Thread-safe; memory is bounded.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "fakes/base/recent_map.h"
#include "fakes/policy/session.h"
#include "fakes/receiver/profile.h"

namespace mailrig::receiver {

class ContentReader {
 public:
  // What was found, and the domains that links lead to, for block lists.
  struct Found {
    policy::ContentTraits traits;
    std::vector<std::string> link_domains;
  };

  explicit ContentReader(const ProfileValues& profile);

  // False: none of the receiver's rules depends on the text.
  bool wanted() const { return wanted_; }
  Found read(const policy::MessageFacts& message);

 private:
  bool wanted_;
  std::vector<std::string> blocked_attachments_;
  std::mutex mutex_;
  RecentMap<std::uint64_t, Found> kept_;  // by content key
};

}  // namespace mailrig::receiver
