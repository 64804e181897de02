// --maildir DIR of the commands that receive real messages: mailboxes on disk, for ordinary mail readers.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "fakes/base/result.h"
#include "fakes/mailstore/mail_store.h"

namespace mailrig::app {

void add_maildir_option(CLI::App& command, std::string& folder);

// Null where no `folder` was given. The first copy that cannot be written is told on standard error at once.
Result<std::unique_ptr<mailstore::MailStore>> open_mail_store(const std::string& folder);

// Whether every copy was written; how many were not is told on standard error. `store` may be null.
bool is_complete(const mailstore::MailStore* store);

}  // namespace mailrig::app
