// Starting, watching and ending a child.
#include "support/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "support/file_descriptor.h"

namespace headgate::test_support {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe: " + std::string(std::strerror(errno)));
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
  }
  FileDescriptor read_end, write_end;
};

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  Pipe out;
  Pipe err;
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork: " + std::string(std::strerror(errno)));
  if (pid_ == 0) {  // async-signal-safe calls only: the parent has threads
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(out.write_end.get(), STDOUT_FILENO);
    ::dup2(err.write_end.get(), STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  output_reader_ = std::thread([this, fd = out.read_end.release()] { collect(fd, output_); });
  error_reader_ = std::thread([this, fd = err.read_end.release()] { collect(fd, error_); });
}

ChildProcess::~ChildProcess() {
  if (!status_) {
    signal(SIGKILL);
    wait();
  }
  if (output_reader_.joinable()) output_reader_.join();
  if (error_reader_.joinable()) error_reader_.join();
}

void ChildProcess::collect(int fd, std::string& into) {
  const FileDescriptor owner(fd);
  char bytes[16384];
  while (true) {
    const ssize_t got = ::read(fd, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    const std::lock_guard lock(mutex_);
    into.append(bytes, static_cast<std::size_t>(got));
    changed_.notify_all();
  }
}

void ChildProcess::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

std::optional<ExitStatus> ChildProcess::wait(std::chrono::milliseconds within) {
  if (status_) return status_;
  // A pidfd becomes readable when the process ends: a wait with a deadline and without polling.
  const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  const Deadline deadline(within);
  pollfd ended{handle.get(), POLLIN, 0};
  while (::poll(&ended, 1, deadline.poll_timeout()) <= 0) {
    if (deadline.passed()) return std::nullopt;
  }
  int raw = 0;
  if (::waitpid(pid_, &raw, 0) != pid_) return std::nullopt;
  status_ = ExitStatus{WIFEXITED(raw) ? WEXITSTATUS(raw) : -1, WIFSIGNALED(raw) ? WTERMSIG(raw) : 0};
  output_reader_.join();
  error_reader_.join();
  return status_;
}

std::string ChildProcess::standard_output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

std::string ChildProcess::standard_error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

bool ChildProcess::wait_for(const std::string& stream, std::string_view text,
                            std::chrono::milliseconds within) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, within, [&] { return stream.find(text) != std::string::npos; });
}

bool ChildProcess::wait_for_output(std::string_view text, std::chrono::milliseconds within) const {
  return wait_for(output_, text, within);
}

bool ChildProcess::wait_for_error(std::string_view text, std::chrono::milliseconds within) const {
  return wait_for(error_, text, within);
}

}  // namespace headgate::test_support
