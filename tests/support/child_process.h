// A program under test: started with arguments, its output captured, ended with the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.h"

namespace headgate::test_support {

// How a process ended: by exit(code), or by a signal.
struct ExitStatus {
  int code = -1;
  int signal = 0;
};

class ChildProcess {
 public:
  // Throws std::runtime_error where the program cannot be started. The child dies with the calling thread.
  explicit ChildProcess(const std::vector<std::string>& command);
  // A child that still runs is killed.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Empty: still running after `within`. Call from one thread only.
  std::optional<ExitStatus> wait(std::chrono::milliseconds within = kPatience);

  // What it has written so far; all of it after wait() has returned a status.
  [[nodiscard]] std::string standard_output() const;
  [[nodiscard]] std::string standard_error() const;
  bool wait_for_output(std::string_view text, std::chrono::milliseconds within = kPatience) const;
  bool wait_for_error(std::string_view text, std::chrono::milliseconds within = kPatience) const;

 private:
  void collect(int fd, std::string& into);
  bool wait_for(const std::string& stream, std::string_view text, std::chrono::milliseconds within) const;

  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string output_;
  std::string error_;
  std::thread output_reader_;
  std::thread error_reader_;
};

}  // namespace headgate::test_support
