#include "proxy/answer_buffer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace headgate::proxy {
namespace {

// Less room than this is none: it is not worth a read.
constexpr std::size_t kLeastRoom = 4096;

}  // namespace

AnswerBuffer::AnswerBuffer(ContentSpool& spool, std::string_view namespace_name, Limits limits)
    : spool_(spool),
      limits_(limits),
      memory_share_(spool.memory(), spool.answers_in_memory(), namespace_name),
      file_share_(spool.files(), spool.answers_in_files(), namespace_name) {}

// What is in the file is behind what is in memory: nothing more goes there before it is taken.
std::size_t AnswerBuffer::room() const {
  if (!surplus_.empty()) return 0;
  const std::size_t room = in_file() ? 0 : room_in_memory();
  return room >= kLeastRoom ? room : static_cast<std::size_t>(room_in_file());
}

bool AnswerBuffer::make_room() {
  if (!surplus_.empty()) return false;
  if (!in_file() && (room_in_memory() >= kLeastRoom || add_block())) return true;
  return room_in_file() >= kLeastRoom || reserve_disk() || room_in_file() > 0;
}

bool AnswerBuffer::add_block() {
  if (!blocks_.empty() && (blocks_.size() + 1) * kBlock > limits_.memory) return false;
  if (!memory_share_.take(kBlock)) return false;
  blocks_.emplace_back(new char[kBlock]);
  return true;
}

bool AnswerBuffer::reserve_disk() {
  const std::uint64_t most = freed_ + limits_.file;
  if (no_file_ || reserved_ >= most || !file_share_.take(kDiskStep)) return false;
  reserved_ = std::min(reserved_ + kDiskStep, most);
  return true;
}

void AnswerBuffer::append(std::string_view bytes) {
  size_ += bytes.size();
  if (!in_file() && surplus_.empty() && room_in_memory() >= std::min(bytes.size(), kLeastRoom))
    bytes.remove_prefix(append_to_memory(bytes));
  if (!bytes.empty() && surplus_.empty()) bytes.remove_prefix(append_to_file(bytes));
  surplus_.append(bytes);
}

std::size_t AnswerBuffer::append_to_memory(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), room_in_memory());
  for (std::size_t done = 0; done < size;) {
    const std::size_t at = end_ % kBlock;
    const std::size_t piece = std::min(size - done, kBlock - at);
    std::memcpy(blocks_[end_ / kBlock].get() + at, bytes.data() + done, piece);
    end_ += piece;
    done += piece;
  }
  return size;
}

std::size_t AnswerBuffer::append_to_file(std::string_view bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), room_in_file()));
  if (no_file_ || size == 0) return 0;
  if (!in_file()) file_ = spool_.open_file();
  std::size_t done = 0;
  while (in_file() && done < size) {
    const ssize_t written = ::pwrite(file_, bytes.data() + done, size - done, static_cast<off_t>(file_end_));
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = ENOSPC;
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
    file_end_ += static_cast<std::uint64_t>(written);
  }
  if (done < size) {
    no_file_ = true;
    spool_.tell_no_answer_file(errno);
    if (file_begin_ == file_end_)
      close_file();
    else
      reserved_ = file_end_;
  }
  return done;
}

std::size_t AnswerBuffer::take(char* out, std::size_t most) {
  std::size_t taken = 0;
  if (begin_ != end_) {
    taken = take_from_memory(out, most);
  } else if (in_file()) {
    taken = take_from_file(out, most);
  } else {
    taken = std::min(most, surplus_.size());
    if (taken > 0) std::memcpy(out, surplus_.data(), taken);
    surplus_.consume(taken);
    if (surplus_.empty()) surplus_.release();
  }
  size_ -= taken;
  return taken;
}

std::size_t AnswerBuffer::take_from_memory(char* out, std::size_t most) {
  const std::size_t size = std::min(most, end_ - begin_);
  for (std::size_t done = 0; done < size;) {
    const std::size_t piece = std::min(size - done, kBlock - begin_);
    std::memcpy(out + done, blocks_.front().get() + begin_, piece);
    begin_ += piece;
    done += piece;
    if (begin_ < kBlock) continue;
    blocks_.pop_front();
    memory_share_.give_back(kBlock);
    begin_ -= kBlock;
    end_ -= kBlock;
  }
  if (begin_ == end_) drop_memory();
  return size;
}

void AnswerBuffer::drop_memory() {
  begin_ = end_ = 0;
  if (blocks_.empty()) return;
  blocks_.clear();
  memory_share_.give_back();
}

std::size_t AnswerBuffer::take_from_file(char* out, std::size_t most) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, file_end_ - file_begin_));
  ssize_t got = 0;
  do {
    got = ::pread(file_, out, size, static_cast<off_t>(file_begin_));
  } while (got < 0 && errno == EINTR);
  if (got == 0) errno = EIO;  // shorter than what was written to it
  if (got <= 0) return 0;
  file_begin_ += static_cast<std::uint64_t>(got);
  if (file_begin_ == file_end_)
    close_file();
  else
    free_front();
  return static_cast<std::size_t>(got);
}

// A pod that had to wait until all of a long file is taken would give up.
void AnswerBuffer::free_front() {
  const std::uint64_t front = file_begin_ / kDiskStep * kDiskStep;
  if (front == freed_ || no_holes_) return;
  no_holes_ = ::fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(freed_),
                          static_cast<off_t>(front - freed_)) != 0;
  if (no_holes_) return;
  file_share_.give_back(front - freed_);
  freed_ = front;
}

void AnswerBuffer::close_file() {
  if (in_file()) ::close(std::exchange(file_, -1));
  file_begin_ = file_end_ = freed_ = 0;
  if (std::exchange(reserved_, 0) > 0) file_share_.give_back();
}

void AnswerBuffer::release() {
  drop_memory();
  close_file();
  surplus_.release();
  size_ = 0;
}

}  // namespace headgate::proxy
