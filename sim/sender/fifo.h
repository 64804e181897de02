// First in, first out in a ring that grows: std::deque without its allocation per few elements. Not thread-safe.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace mailrig::sender {

template <class T>
class Fifo {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push(T value) {
    if (size_ == ring_.size()) grow();
    ring_[(first_ + size_++) & (ring_.size() - 1)] = std::move(value);
  }

  // Only when not empty.
  T& front() { return ring_[first_]; }
  T pop() {
    T value = std::move(ring_[first_]);
    drop();
    return value;
  }
  void drop() {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
  }

 private:
  void grow() {
    std::vector<T> larger(ring_.empty() ? 16 : ring_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(ring_[(first_ + i) & (ring_.size() - 1)]);
    ring_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> ring_;  // its size is a power of two, or 0
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mailrig::sender
