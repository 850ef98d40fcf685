// The descriptor a log is written to.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace headgate::app {

// What the path of a log means: "stdout" and "stderr", under their names in /dev too; "off"; or the path
// itself. The paths of nginx's own logs are stdout and stderr where nginx's folder of logs is not there, as
// they are in ingress-nginx's image.
std::string log_place(const std::string& path, bool has_nginx_folder);
std::string log_place(const std::string& path);

// For a file of logs, which is made where there is none. Never waits, be it a pipe that nobody reads.
Result<int> open_for_append(const std::string& path);

// Owned by who writes the log; control thread. The number of the descriptor stays the same when the file is
// opened anew, so that the log's thread need not know.
class LogFile {
 public:
  // A place as log_place() names it.
  static Result<LogFile> open(const std::string& place);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;
  ~LogFile();

  [[nodiscard]] int descriptor() const { return descriptor_; }  // -1: off
  // After log rotation: goes on in a new file of the same name. Nothing to do for stdout, stderr and off.
  Result<void> reopen();

 private:
  LogFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;
  std::string path_;  // empty: not a file of ours
};

}  // namespace headgate::app
