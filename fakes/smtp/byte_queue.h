// Bytes that are appended at one end and consumed at the other, contiguous in between. Both engines keep their input
// and their output in one. A value type; not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "fakes/base/check.h"

namespace mailrig::smtp {

class ByteQueue {
 public:
  // Valid until the next call that is not const.
  std::string_view view() const { return std::string_view(bytes_).substr(front_); }
  std::size_t size() const { return bytes_.size() - front_; }
  bool empty() const { return size() == 0; }

  void append(std::string_view bytes) { tail().append(bytes); }

  // The string to append to, for those who format in place. What is already in it must stay untouched.
  std::string& tail() {
    // Moving the rest to the front costs at most one copy per byte, because it waits until half is consumed.
    if (front_ > 4096 && front_ > bytes_.size() / 2) {
      bytes_.erase(0, front_);
      front_ = 0;
    }
    return bytes_;
  }

  void consume(std::size_t count) {
    CHECK(count <= size());
    front_ += count;
    if (front_ == bytes_.size()) clear();
  }

  void clear() {
    // Thousands of idle sessions must not each hold on to the buffer of their largest moment.
    if (bytes_.capacity() > std::size_t{16} * 1024) {
      std::string().swap(bytes_);  // assigning an empty string would keep the memory
    } else {
      bytes_.clear();
    }
    front_ = 0;
  }

 private:
  std::string bytes_;
  std::size_t front_ = 0;
};

}  // namespace mailrig::smtp
