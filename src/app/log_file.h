// The descriptor the access log is written to.
#pragma once

#include <string>

#include "base/result.h"

namespace headgate::app {

// Owned by the Server; control thread. The number of the descriptor stays the same when the file is opened
// anew, so that the log's thread need not know.
class LogFile {
 public:
  // "stdout", "off" or the path of a file, which is created or appended to.
  static Result<LogFile> open(const std::string& path);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;
  ~LogFile();

  [[nodiscard]] int descriptor() const { return descriptor_; }  // -1: off
  // After log rotation: goes on in a new file of the same name. Nothing to do for stdout and off.
  Result<void> reopen();

 private:
  LogFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;
  std::string path_;  // empty: not a file of ours
};

}  // namespace headgate::app
