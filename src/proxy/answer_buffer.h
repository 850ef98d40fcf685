// What has been read of one answer and not been taken by its client yet: in memory as far as that goes, what
// follows in a file without a name. First in, first out; a file is begun anew once all of it is taken, and
// its front is given back to the disk before that.
//
// Files are written and read on the Worker's own thread, as RequestBuffer does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

#include "base/byte_buffer.h"
#include "proxy/answer_share.h"
#include "proxy/content_spool.h"

namespace headgate::proxy {

// One thread.
class AnswerBuffer {
 public:
  // Of this answer, in bytes; `file` 0: none.
  struct Limits {
    std::uint64_t memory = 0;
    std::uint64_t file = 0;
  };
  // Memory is held in blocks of so many bytes, at least one where the bounds of all answers allow it.
  static constexpr std::size_t kBlock = std::size_t{32} * 1024;
  // Disk is taken of its bounds so much at a time, however little is written: what bounds the bytes bounds
  // the descriptors.
  static constexpr std::uint64_t kDiskStep = std::uint64_t{1} << 20;

  // The spool outlives this.
  AnswerBuffer(ContentSpool& spool, std::string_view namespace_name, Limits limits);
  ~AnswerBuffer() { release(); }
  AnswerBuffer(const AnswerBuffer&) = delete;
  AnswerBuffer& operator=(const AnswerBuffer&) = delete;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool in_file() const { return file_ >= 0; }

  // Looks for room where there is none. False: there is none to be had now; it is worth asking again after
  // take().
  [[nodiscard]] bool make_room();
  // Bytes that make_room() has found.
  [[nodiscard]] std::size_t room() const;
  // Keeps all of it. What is more than room(), or what a file did not take, is kept in memory beyond the
  // bounds, and there is no room before all of that is taken: one piece that was read, and no more.
  void append(std::string_view bytes);
  // Moves up to `most` bytes from the front to `out`. 0 while there are some: the file could not be read,
  // errno says why.
  [[nodiscard]] std::size_t take(char* out, std::size_t most);

  // Gives memory and file back, and the share of the bounds.
  void release();

 private:
  using Block = std::unique_ptr<char[]>;

  [[nodiscard]] std::size_t room_in_memory() const { return blocks_.size() * kBlock - end_; }
  [[nodiscard]] std::uint64_t room_in_file() const { return reserved_ - file_end_; }
  bool add_block();
  bool reserve_disk();
  [[nodiscard]] std::size_t append_to_memory(std::string_view bytes);
  [[nodiscard]] std::size_t append_to_file(std::string_view bytes);
  std::size_t take_from_memory(char* out, std::size_t most);
  std::size_t take_from_file(char* out, std::size_t most);
  void drop_memory();
  void free_front();
  void close_file();

  ContentSpool& spool_;
  const Limits limits_;
  AnswerShare memory_share_;
  AnswerShare file_share_;
  std::uint64_t size_ = 0;

  std::deque<Block> blocks_;  // what is in memory lies between these two, counted from the first block on
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  int file_ = -1;
  bool no_file_ = false;  // it could not be made, or not be written: not tried again
  std::uint64_t file_begin_ = 0;
  std::uint64_t file_end_ = 0;
  std::uint64_t freed_ = 0;     // of the file's front: taken, and given back to the disk
  std::uint64_t reserved_ = 0;  // how far the file may be written
  bool no_holes_ = false;       // the file system cannot free the front of a file

  ByteBuffer surplus_;  // behind the file; see append()
};

}  // namespace headgate::proxy
