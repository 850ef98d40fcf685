#include "observe/access_log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace headgate::observe {
namespace {

using namespace std::chrono_literals;

// How long the end of the process waits for a slow log reader.
constexpr auto kLastWords = 1s;
// How often a blocked write looks whether the end has come.
constexpr auto kPollSlice = 50ms;
constexpr std::size_t kSpareBuffers = 8;

enum class DescriptorKind { regular, stream, socket };

DescriptorKind kind_of(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return DescriptorKind::stream;
  if (S_ISSOCK(info.st_mode)) return DescriptorKind::socket;
  if (S_ISREG(info.st_mode)) return DescriptorKind::regular;
  return DescriptorKind::stream;
}

// A pipe or terminal of our own that does not block. Setting O_NONBLOCK on the given descriptor would change
// it for every process that shares it (the shell's terminal, stderr). -1 where the system does not let us.
int reopen_nonblocking(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

}  // namespace

struct AccessLogSink::State {
  explicit State(int descriptor) : fd(descriptor), kind(kind_of(descriptor)) {
    if (kind == DescriptorKind::stream) own_fd = reopen_nonblocking(descriptor);
    // After poll() said "writable" a blocking pipe takes this much without blocking (pipe(7), PIPE_BUF).
    if (kind == DescriptorKind::stream && own_fd < 0) write_limit = 4096;
    thread = std::thread([this] { run(); });
  }
  ~State() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_one();
    thread.join();
    if (own_fd >= 0) ::close(own_fd);
  }

  bool enqueue(LogBuffer& full, LogBuffer& spare);
  void run();
  bool next(LogBuffer& buffer);
  void write_out(const LogBuffer& buffer);
  bool wait_writable();
  bool out_of_time();
  ssize_t write_some(const char* data, std::size_t size) const;

  const int fd;
  const DescriptorKind kind;
  int own_fd = -1;
  std::size_t write_limit = SIZE_MAX;
  std::atomic<std::uint64_t> dropped{0};

  std::atomic<bool> stopping{false};

  std::mutex mutex;  // guards the queue and the spares; held for a few instructions at a time
  std::condition_variable wake;
  std::array<LogBuffer, kQueuedBuffers> queue;  // a ring
  std::size_t queue_first = 0;
  std::size_t queue_size = 0;
  std::array<LogBuffer, kSpareBuffers> spares;
  std::size_t spare_count = 0;

  std::chrono::steady_clock::time_point deadline{};  // set by the thread when it sees `stopping`
  std::thread thread;
};

void AccessLogSink::State::run() {
  // Signals belong to the control thread; a broken pipe is an error code here.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);

  LogBuffer buffer;
  while (next(buffer)) write_out(buffer);
}

// False: the queue is full and `full` untouched. True: it is taken; `spare` has got an empty one if there
// was.
bool AccessLogSink::State::enqueue(LogBuffer& full, LogBuffer& spare) {
  const std::lock_guard lock(mutex);
  if (queue_size == kQueuedBuffers) return false;
  queue[(queue_first + queue_size) % kQueuedBuffers] = std::move(full);
  ++queue_size;
  if (spare_count != 0) spare = std::move(spares[--spare_count]);
  return true;
}

// Gives back the buffer just written and takes the next; false at the end.
bool AccessLogSink::State::next(LogBuffer& buffer) {
  std::unique_lock lock(mutex);
  if (buffer.capacity == kBufferBytes && spare_count < kSpareBuffers)
    spares[spare_count++] = std::move(buffer);
  wake.wait(lock, [this] { return stopping || queue_size != 0; });
  if (queue_size == 0) return false;
  buffer = std::move(queue[queue_first]);
  queue_first = (queue_first + 1) % kQueuedBuffers;
  --queue_size;
  return true;
}

bool AccessLogSink::State::out_of_time() {
  if (!stopping) return false;
  const auto now = std::chrono::steady_clock::now();
  if (deadline == std::chrono::steady_clock::time_point{}) deadline = now + kLastWords;
  return now >= deadline;
}

// False: the end has come first.
bool AccessLogSink::State::wait_writable() {
  pollfd entry{own_fd >= 0 ? own_fd : fd, POLLOUT, 0};
  while (!out_of_time()) {
    if (kind == DescriptorKind::regular) return true;
    // An error or hang-up also counts as ready: the write that follows names it.
    if (::poll(&entry, 1, static_cast<int>(kPollSlice.count())) != 0) return true;
  }
  return false;
}

ssize_t AccessLogSink::State::write_some(const char* data, std::size_t size) const {
  if (kind == DescriptorKind::socket) return ::send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  return ::write(own_fd >= 0 ? own_fd : fd, data, std::min(size, write_limit));
}

void AccessLogSink::State::write_out(const LogBuffer& buffer) {
  const char* data = buffer.data.get();
  const char* const end = data + buffer.size;
  while (data != end) {
    ssize_t written = -1;
    if (wait_writable()) {
      written = write_some(data, static_cast<std::size_t>(end - data));
      if (written < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    }
    if (written < 0) {
      // EPIPE, ENOSPC, EIO or out of time: this buffer's rest is lost, the next one is tried again.
      dropped.fetch_add(static_cast<std::uint64_t>(std::count(data, end, '\n')), std::memory_order_relaxed);
      return;
    }
    data += written;
  }
}

AccessLogSink::AccessLogSink(int fd) {
  if (fd >= 0) state_ = std::make_unique<State>(fd);
}

AccessLogSink::~AccessLogSink() = default;

LogBuffer AccessLogSink::submit(LogBuffer full) {
  if (state_ == nullptr) return full;
  LogBuffer empty;
  if (state_->enqueue(full, empty)) {
    state_->wake.notify_one();
  } else {
    state_->dropped.fetch_add(full.lines, std::memory_order_relaxed);
    empty = std::move(full);  // its lines are lost, its memory is good
  }
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): the caller owns what is returned
  if (empty.capacity != kBufferBytes) return LogBuffer::with_capacity(kBufferBytes);
  empty.size = 0;
  empty.lines = 0;
  return empty;
}

std::uint64_t AccessLogSink::dropped_lines() const {
  return state_ == nullptr ? 0 : state_->dropped.load(std::memory_order_relaxed);
}

}  // namespace headgate::observe
