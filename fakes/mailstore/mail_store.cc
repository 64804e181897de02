#include "fakes/mailstore/mail_store.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "fakes/mailstore/folder_name.h"
#include "fakes/mailstore/maildir.h"
#include "fakes/policy/recipient_command.h"
#include "fakes/receiver/passing_observer.h"

namespace mailrig::mailstore {
namespace {

// An address within a header field: it must not begin a line of its own.
void append_address(std::string& out, std::string_view address) {
  for (const char c : address) out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
}

void append_with_lf(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    out += text.substr(0, end);
    if (end == std::string_view::npos) return;
    out += '\n';
    text.remove_prefix(end + 2);
  }
}

}  // namespace

std::string delivered_text(const policy::Session& session, std::string_view recipient, std::string_view content) {
  std::string text;
  text.reserve(content.size() + 512);
  text += "Return-Path: <";
  append_address(text, session.mail_from);
  text += ">\nDelivered-To: ";
  append_address(text, recipient);
  text += '\n';
  append_with_lf(text, session.authentication.results_field);
  append_with_lf(text, content);
  return text;
}

// Tells the store of what its receiver stores, and the next observer of everything.
class MailStore::Keeper final : public receiver::PassingObserver {
 public:
  Keeper(MailStore& store, const std::string& receiver, receiver::Observer* next)
      : PassingObserver(next), store_(store), folder_(store.root_ / folder_name(receiver)) {}

  void stored(Instant now, const policy::Session& session, std::string_view recipient,
              const policy::MessageFacts& message, bool spam) override {
    store_.file(folder_, now, session, recipient, message.content, spam);
    PassingObserver::stored(now, session, recipient, message, spam);
  }

 private:
  MailStore& store_;
  const std::filesystem::path folder_;
};

MailStore::MailStore(std::filesystem::path root, std::function<void(const Error&)> first_failure)
    : root_(std::move(root)), first_failure_(std::move(first_failure)) {}

Result<std::unique_ptr<MailStore>> MailStore::open(std::filesystem::path root,
                                                   std::function<void(const Error&)> first_failure) {
  std::error_code fault;
  std::filesystem::create_directories(root, fault);
  if (fault) return Error{fmt::format("cannot be made: {}", fault.message()), root.string()};
  return std::unique_ptr<MailStore>(new MailStore(std::move(root), std::move(first_failure)));
}

receiver::Observer* MailStore::keep(const std::string& receiver, receiver::Observer* next) {
  keepers_.push_back(std::make_unique<Keeper>(*this, receiver, next));
  return keepers_.back().get();
}

std::uint64_t MailStore::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void MailStore::file(const std::filesystem::path& folder, Instant now, const policy::Session& session,
                     std::string_view recipient, std::string_view content, bool spam) {
  // Sub-addresses and commands lead to the same mailbox.
  policy::Recipient address;
  policy::assign_recipient(address, recipient);
  const std::filesystem::path mailbox = folder / folder_name(address.domain) / folder_name(address.local_part);
  const auto written = deliver(spam ? junk_folder(mailbox) : mailbox, now, delivered_text(session, recipient, content));
  if (written) return;
  const std::lock_guard lock(mutex_);
  if (++failures_ == 1 && first_failure_) first_failure_(written.error());
}

}  // namespace mailrig::mailstore
