#include "k8swatch/exec_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLastWords = 512;
// A program may end while somebody it started holds its output open, so its end is looked for as well.
constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::milliseconds kLastLook{2};  // its output has ended, and so will it

// The reading end of what a program prints.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) ends_[0] = ends_[1] = -1;
    if (ends_[0] >= 0) ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] bool good() const { return ends_[0] >= 0; }
  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  void close_writing() { close(1); }

  // Appends what is there to `out`, at most `most` bytes in all: of more, the last ones are kept and
  // `surplus` is set.
  void drain(std::string& out, std::size_t most, bool& surplus) {
    char block[4096];
    while (ends_[0] >= 0) {
      const ssize_t size = ::read(ends_[0], block, sizeof(block));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) return close(0);
      out.append(block, static_cast<std::size_t>(size));
      if (out.size() <= most) continue;
      surplus = true;
      out.erase(0, out.size() - most);
      return;  // whoever prints without end must not keep us here
    }
  }

 private:
  void close(int end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  int ends_[2] = {-1, -1};
};

// NAME=value texts: ours, with those of the command instead of or besides them.
std::vector<std::string> environment_of(const ExecCommand& command) {
  std::vector<std::string> texts;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const bool replaced =
        std::any_of(command.environment.begin(), command.environment.end(), [&](const auto& pair) {
          return text.starts_with(pair.first) && text.substr(pair.first.size()).starts_with('=');
        });
    if (!replaced) texts.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) texts.push_back(name + "=" + value);
  return texts;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// 0, or errno. The program leads a process group of its own.
int spawn(const ExecCommand& command, const Pipe& output, const Pipe& errors, pid_t& pid) {
  std::vector<std::string> words{command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> variables = environment_of(command);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  if (const int failed = ::posix_spawn_file_actions_init(&files); failed != 0) return failed;
  if (const int failed = ::posix_spawnattr_init(&attributes); failed != 0) {
    ::posix_spawn_file_actions_destroy(&files);
    return failed;
  }
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output.writing(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, errors.writing(), STDERR_FILENO);
  // Asio's sockets have no close-on-exec flag.
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int failed = ::posix_spawnp(&pid, command.program.c_str(), &files, &attributes,
                                    pointers_to(words).data(), pointers_to(variables).data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return failed;
}

// Kills and reaps the whole group unless it was reaped already.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    ::kill(-pid_, SIGKILL);
    while (!ended_ && ::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool has_ended() {
    if (!ended_) ended_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
    return ended_;
  }
  [[nodiscard]] int status() const { return status_; }

 private:
  pid_t pid_;
  int status_ = 0;
  bool ended_ = false;
};

std::string ending(int status) {
  return WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                             : "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<std::string> run_command(const ExecCommand& command, int stop) {
  const auto failed = [&](const std::string& reason) { return fail(command.program + " " + reason); };
  Pipe output;
  Pipe errors;
  if (!output.good() || !errors.good()) return failed(std::string("cannot be run: ") + std::strerror(errno));
  pid_t pid = 0;
  if (const int error = spawn(command, output, errors, pid); error != 0)
    return failed(std::string("cannot be run: ") + std::strerror(error));
  Child child(pid);
  output.close_writing();
  errors.close_writing();

  const TimePoint deadline = Clock::now() + command.patience;
  std::string text;
  std::string words;
  bool too_long = false;
  while (true) {
    const bool ended = child.has_ended();  // before the last look at what it printed
    bool ignored = false;                  // of its last words the last ones will do
    output.drain(text, command.most_bytes, too_long);
    errors.drain(words, kLastWords, ignored);
    if (too_long) return failed("printed more than " + std::to_string(command.most_bytes) + " bytes");
    if (ended) break;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left <= 0ms) return failed("took longer than " + std::to_string(command.patience.count()) + " ms");
    pollfd waits[] = {{output.reading(), POLLIN, 0}, {errors.reading(), POLLIN, 0}, {stop, POLLIN, 0}};
    const bool silent = output.reading() < 0 && errors.reading() < 0;
    ::poll(waits, 3, static_cast<int>(std::min(left, silent ? kLastLook : kLook).count()));
    if (waits[2].revents != 0) return failed("was given up");
  }
  if (child.status() != 0) {
    if (!words.empty()) log::debug(command.program + " said at last: " + words);
    return failed(ending(child.status()));
  }
  return text;
}

}  // namespace headgate::k8swatch
