// The mailboxes of receivers on disk, for ordinary mail readers: every copy that a receiver stores becomes a file of a
// Maildir++, ROOT/<receiver>/<domain>/<local part>, spam in its folder ".Junk". What cannot be written is counted and
// told; receivers go on. Each receiver's observer is called under its lock; the rest is thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fakes/base/result.h"
#include "fakes/receiver/observer.h"

namespace mailrig::mailstore {

// The file of a copy: the message with LF line ends, and before it what a server adds at delivery (RFC 5321 §4.4):
// Return-Path, Delivered-To, and the Authentication-Results of a receiver that judges.
std::string delivered_text(const policy::Session& session, std::string_view recipient, std::string_view content);

class MailStore {
 public:
  // Makes the folder `root`. `first_failure` is told of the first copy that cannot be written, on whichever thread; may
  // be empty.
  static Result<std::unique_ptr<MailStore>> open(std::filesystem::path root,
                                                 std::function<void(const Error&)> first_failure);

  // The observer of a receiver whose mailboxes are kept; it passes everything on to `next`, which may be null. Both it
  // and the store outlive the receiver.
  receiver::Observer* keep(const std::string& receiver, receiver::Observer* next);

  // Copies that could not be written.
  std::uint64_t failures() const;

 private:
  class Keeper;

  MailStore(std::filesystem::path root, std::function<void(const Error&)> first_failure);
  void file(const std::filesystem::path& folder, Instant now, const policy::Session& session,
            std::string_view recipient, std::string_view content, bool spam);

  const std::filesystem::path root_;
  const std::function<void(const Error&)> first_failure_;
  std::vector<std::unique_ptr<receiver::Observer>> keepers_;
  mutable std::mutex mutex_;  // of what follows
  std::uint64_t failures_ = 0;
};

}  // namespace mailrig::mailstore
