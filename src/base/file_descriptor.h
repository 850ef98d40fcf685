// An open file, closed at the end.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace headgate {

class FileDescriptor {
 public:
  // What open(2) says; errno is set where is_open() is false.
  FileDescriptor(const std::string& path, int flags, mode_t mode = 0)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  // For reading, whatever it is: never waits for the other end of a pipe, never takes a terminal.
  static FileDescriptor to_read(const std::string& path) { return {path, O_RDONLY | O_NONBLOCK | O_NOCTTY}; }
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

}  // namespace headgate
