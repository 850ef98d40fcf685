// Where the log of the process itself goes.
#pragma once

#include <string>

#include "base/result.h"

namespace headgate::app {

// Owned by the Server; control thread.
class ErrorLog {
 public:
  ErrorLog() = default;
  // Lines go to standard error again.
  ~ErrorLog();
  ErrorLog(const ErrorLog&) = delete;
  ErrorLog& operator=(const ErrorLog&) = delete;

  // A path of the ConfigMap; empty: standard error. Where it cannot be opened the log stays where it is.
  Result<void> follow(const std::string& path);
  // After log rotation.
  Result<void> reopen();

 private:
  Result<void> lead_to(int descriptor);
  Result<void> open(const std::string& place);

  std::string place_ = "stderr";
  // Once there is one its number stays: another thread may be about to write to it.
  int descriptor_ = -1;
};

}  // namespace headgate::app
