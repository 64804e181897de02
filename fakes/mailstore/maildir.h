// Delivery into a Maildir, as mail servers and readers share it: a message is written under tmp/ and appears under new/
// at once and whole. Folders beside the inbox are laid out as Maildir++ has it: ".Junk" within the mailbox.
// Thread-safe.
#pragma once

#include <filesystem>
#include <string_view>

#include "fakes/base/instant.h"
#include "fakes/base/result.h"

namespace mailrig::mailstore {

// Writes one message into `folder`, which is made where it is missing (its parents too), and gives the file the time
// `now`. `text` is written as it is; Maildir wants lines that end in LF. An error names the file and what the system
// says, and leaves nothing behind. Nothing is synced to disk: mailboxes here do not survive a machine that fails.
Result<void> deliver(const std::filesystem::path& folder, Instant now, std::string_view text);

// The spam folder of the mailbox at `mailbox`.
std::filesystem::path junk_folder(const std::filesystem::path& mailbox);

}  // namespace mailrig::mailstore
