#include "fakes/net/connection_set.h"

#include "fakes/net/smtp_connection.h"

namespace mailrig::net {

bool ConnectionSet::add(SmtpConnection& connection) {
  const std::lock_guard lock(mutex_);
  if (closed_ || connections_.size() >= size_max_) return false;
  connections_.insert(&connection);
  return true;
}

void ConnectionSet::remove(SmtpConnection& connection) {
  const std::lock_guard lock(mutex_);
  // Notified under the lock: whoever waits may destroy this object as soon as it gets the lock.
  if (connections_.erase(&connection) == 1 && connections_.empty()) emptied_.notify_all();
}

std::size_t ConnectionSet::size() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void ConnectionSet::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  for (SmtpConnection* connection : connections_) connection->abort();
  emptied_.wait(lock, [this] { return connections_.empty(); });
}

}  // namespace mailrig::net
