#include "sim/measure/session_book.h"

namespace mailrig::measure {

void SessionBook::opened(std::uint64_t key) {
  sessions_[key] = {.message = {}, .refusal = {}, .generation = ++generations_};
}

void SessionBook::transaction_started(std::uint64_t key, std::uint64_t message) {
  KnownSession& session = sessions_[key];
  session.message = message;
  session.refusal.reset();
}

void SessionBook::refused(std::uint64_t key, SessionRefusal refusal) {
  sessions_[key].refusal = std::move(refusal);
}

void SessionBook::closed(std::uint64_t key) {
  const auto session = sessions_.find(key);
  if (session == sessions_.end()) return;
  closed_.emplace_back(key, session->second.generation);
  if (closed_.size() <= closed_max_) return;
  const auto [oldest, generation] = closed_.front();
  closed_.pop_front();
  const auto forgotten = sessions_.find(oldest);
  if (forgotten != sessions_.end() && forgotten->second.generation == generation) sessions_.erase(forgotten);
}

const KnownSession* SessionBook::find(std::uint64_t key) const {
  const auto session = sessions_.find(key);
  return session == sessions_.end() ? nullptr : &session->second;
}

}  // namespace mailrig::measure
