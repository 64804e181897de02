// Records that never move, in chunks, addressed by small integers. Runs of neighbouring records are handed out and
// taken back as a whole, and what was taken back is used again, so that memory grows with what is in use at a time. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace mailrig::measure {

template <class T>
class Slots {
 public:
  using Index = std::uint32_t;

  // The first of so many neighbours, as they were made or left.
  Index take(std::uint32_t count) {
    if (count < free_.size() && !free_[count].empty()) {
      const Index first = free_[count].back();
      free_[count].pop_back();
      return first;
    }
    const Index first = end_;
    end_ += count;
    while (chunks_.size() * chunk_size < end_) chunks_.push_back(std::make_unique<T[]>(chunk_size));
    return first;
  }
  // What take(count) gave.
  void give_back(Index first, std::uint32_t count) {
    if (count >= free_.size()) free_.resize(count + 1);
    free_[count].push_back(first);
  }

  T& operator[](Index index) { return chunks_[index / chunk_size][index % chunk_size]; }
  const T& operator[](Index index) const { return chunks_[index / chunk_size][index % chunk_size]; }

  // One past the highest index that was ever taken.
  Index end() const { return end_; }

 private:
  static constexpr std::size_t chunk_size = 1024;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<std::vector<Index>> free_;  // by how many neighbours
  Index end_ = 0;
};

}  // namespace mailrig::measure
