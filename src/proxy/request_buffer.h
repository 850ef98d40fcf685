// The content of one request, kept to be sent once it is whole: in memory as long as it is small, in a file
// without a name otherwise. Written once from begin to end, then read as often as pods are tried.
//
// Files are written and read on the Worker's own thread, a piece at a time, as nginx does without threads of
// its own for them: what is written goes to the page cache (docs/decisions/0013-request-buffering.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "proxy/content_spool.h"

namespace headgate::proxy {

// One thread.
class RequestBuffer {
 public:
  enum class Added : std::uint8_t {
    done,
    full,     // ContentSpool's bounds
    no_file,  // there is no file, or it could not be written: errno says why
  };

  // `namespace_name`: whose it is. `most_in_memory`: bytes of this content. The spool outlives this.
  RequestBuffer(ContentSpool& spool, std::string_view namespace_name, std::uint64_t most_in_memory);
  ~RequestBuffer() { release(); }
  RequestBuffer(const RequestBuffer&) = delete;
  RequestBuffer& operator=(const RequestBuffer&) = delete;

  // After anything but `done` the buffer is of no use any more.
  [[nodiscard]] Added append(std::string_view bytes);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool in_file() const { return file_ >= 0; }
  // Up to `room` bytes from `at` on, which is less than size(): of its own memory where it is there, else
  // read to `data`. Empty: the file could not be read, errno says why.
  [[nodiscard]] std::string_view read(std::uint64_t at, char* data, std::size_t room) const;

  // Gives memory and file back, and the share of the bounds.
  void release();

 private:
  Added add_to_file(std::string_view bytes);
  [[nodiscard]] bool take_file_bytes(std::uint64_t bytes);
  [[nodiscard]] bool write(std::string_view bytes);

  ContentSpool& spool_;
  std::uint64_t most_in_memory_;
  SharedByteBudget::Share memory_share_;
  SharedByteBudget::Share file_share_;
  SharedByteBudget::Share namespace_share_;  // of the same bytes
  ByteBuffer memory_;                        // all of it, as long as there is no file
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace headgate::proxy
