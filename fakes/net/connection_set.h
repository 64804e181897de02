// The open connections of one server, so that they can be counted, bounded, ended and waited for. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>

namespace mailrig::net {

class SmtpConnection;

class ConnectionSet {
 public:
  explicit ConnectionSet(std::size_t size_max) : size_max_(size_max) {}

  // False when the set is full or closed.
  bool add(SmtpConnection& connection);
  // Does nothing when it was never added.
  void remove(SmtpConnection& connection);
  std::size_t size() const;
  // Lets nobody in any more, ends every connection and waits until the last one is gone. Not from an I/O thread.
  void close();

 private:
  const std::size_t size_max_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::set<SmtpConnection*> connections_;
  bool closed_ = false;
};

}  // namespace mailrig::net
