// A growable run of bytes, written at the back and consumed at the front, without zero-filling what recv(2)
// will overwrite. Not shared between threads.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace headgate {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  ~ByteBuffer() { std::free(storage_); }
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    swap(other);
    return *this;
  }

  [[nodiscard]] char* data() { return storage_ + begin_; }
  [[nodiscard]] const char* data() const { return storage_ + begin_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::string_view view() const { return {data(), size()}; }
  // What capacity() would be with `n` more bytes.
  [[nodiscard]] std::size_t capacity_for(std::size_t n) const {
    const std::size_t used = size();
    if (capacity_ - end_ >= n || capacity_ - used >= n) return capacity_;
    std::size_t wanted = capacity_ == 0 ? 512 : capacity_ * 2;
    while (wanted < used + n) wanted *= 2;
    return wanted;
  }

  // Room for `n` more bytes behind the last one; valid until the next call of a non-const member.
  char* prepare(std::size_t n) {
    if (capacity_ - end_ < n) make_room(n);
    return storage_ + end_;
  }
  void commit(std::size_t n) { end_ += n; }
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    commit(bytes.size());
  }
  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }
  // Empties the buffer and gives its memory back: an idle connection owns none.
  void release() {
    std::free(storage_);
    storage_ = nullptr;
    begin_ = end_ = capacity_ = 0;
  }
  void swap(ByteBuffer& other) noexcept {
    std::swap(storage_, other.storage_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void make_room(std::size_t n) {
    const std::size_t used = size();
    if (begin_ > 0 && capacity_ - used >= n) {
      std::memmove(storage_, storage_ + begin_, used);
    } else {
      const std::size_t wanted = capacity_for(n);
      char* grown = static_cast<char*>(std::malloc(wanted));
      if (grown == nullptr) throw std::bad_alloc();
      if (used > 0) std::memcpy(grown, storage_ + begin_, used);
      std::free(storage_);
      storage_ = grown;
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = used;
  }

  char* storage_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace headgate
