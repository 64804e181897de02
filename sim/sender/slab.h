// A store of equal things addressed by small integers: elements never move, and what is removed is used again. Keeps
// millions of queued messages at 4 bytes per reference and without a heap block each. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace mailrig::sender {

// The index that refers to nothing.
inline constexpr std::uint32_t none = 0xffffffff;

template <class T>
class Slab {
 public:
  // The index of a default-constructed element.
  std::uint32_t add() {
    if (!free_.empty()) {
      const std::uint32_t index = free_.back();
      free_.pop_back();
      return index;
    }
    if (used_ == chunks_.size() * chunk_size) chunks_.push_back(std::make_unique<T[]>(chunk_size));
    return used_++;
  }

  // Back to the default-constructed state, so that its memory is released now.
  void remove(std::uint32_t index) {
    (*this)[index] = T{};
    free_.push_back(index);
  }

  T& operator[](std::uint32_t index) { return chunks_[index / chunk_size][index % chunk_size]; }
  const T& operator[](std::uint32_t index) const { return chunks_[index / chunk_size][index % chunk_size]; }

  // One past the highest index ever used; removed elements in between are in their default state.
  std::uint32_t end() const { return used_; }

 private:
  static constexpr std::size_t chunk_size = 256;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0;
};

}  // namespace mailrig::sender
