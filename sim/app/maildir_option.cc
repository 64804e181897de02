#include "sim/app/maildir_option.h"

#include <fmt/format.h>

#include "sim/app/commands.h"

namespace mailrig::app {

void add_maildir_option(CLI::App& command, std::string& folder) {
  command.add_option(
      "--maildir", folder,
      "keep what receivers store as DIR/<receiver>/<domain>/<local part>, Maildir++ as IMAP servers read "
      "it, spam in Junk; live only");
}

Result<std::unique_ptr<mailstore::MailStore>> open_mail_store(const std::string& folder) {
  if (folder.empty()) return std::unique_ptr<mailstore::MailStore>();
  auto store = mailstore::MailStore::open(folder, [](const Error& error) {
    complain({error.message + "; all else goes on, and what can be written still is", error.file}, environment_error);
  });
  if (!store) return Error{"--maildir: " + store.error().message, store.error().file};
  return store;
}

bool is_complete(const mailstore::MailStore* store) {
  const std::uint64_t failures = store == nullptr ? 0 : store->failures();
  if (failures == 0) return true;
  complain({fmt::format("--maildir: {} stored copies are missing, which could not be written", failures)},
           environment_error);
  return false;
}

}  // namespace mailrig::app
