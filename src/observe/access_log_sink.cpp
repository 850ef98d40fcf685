#include "observe/access_log_sink.h"

#include <signal.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "observe/descriptor_target.h"

namespace headgate::observe {
namespace {

using namespace std::chrono_literals;

// How long the end of the process waits for a slow log reader.
constexpr auto kLastWords = 1s;
constexpr std::size_t kSpareBuffers = 8;

}  // namespace

struct AccessLogSink::State {
  State(std::unique_ptr<LogTarget> log_target, LostLines& lost_lines)
      : target(std::move(log_target)), lost(lost_lines) {
    thread = std::thread([this] { run(); });
  }
  ~State() {
    begin_end();
    thread.join();
  }

  void begin_end() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_one();
  }

  bool enqueue(LogBuffer& full, LogBuffer& spare);
  void run();
  bool next(LogBuffer& buffer);
  bool out_of_time();

  const std::unique_ptr<LogTarget> target;
  LostLines& lost;

  std::atomic<bool> stopping{false};
  std::atomic<bool> over{false};  // the thread has nothing left to do

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

  const LogTarget::OutOfTime time_is_up = [this] { return out_of_time(); };
  LogBuffer buffer;
  while (next(buffer))
    if (const std::uint64_t lines = target->write(buffer, time_is_up)) lost.add(lines);
  over = true;
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

AccessLogSink::AccessLogSink(std::unique_ptr<LogTarget> target, std::shared_ptr<LostLines> lost)
    : lost_(std::move(lost)) {
  if (target != nullptr) state_ = std::make_unique<State>(std::move(target), *lost_);
}

AccessLogSink::AccessLogSink(int fd, std::shared_ptr<LostLines> lost)
    : AccessLogSink(fd >= 0 ? std::make_unique<DescriptorTarget>(fd) : nullptr, std::move(lost)) {}

AccessLogSink::~AccessLogSink() = default;

void AccessLogSink::begin_end() {
  if (state_ != nullptr) state_->begin_end();
}

bool AccessLogSink::is_over() const { return state_ == nullptr || state_->over; }

LogBuffer AccessLogSink::submit(LogBuffer full) {
  if (state_ == nullptr) return full;
  LogBuffer empty;
  if (state_->enqueue(full, empty)) {
    state_->wake.notify_one();
  } else {
    lost_->add(full.lines);
    empty = std::move(full);  // its lines are lost, its memory is good
  }
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): the caller owns what is returned
  if (empty.capacity != kBufferBytes) return LogBuffer::with_capacity(kBufferBytes);
  empty.size = 0;
  empty.lines = 0;
  return empty;
}

}  // namespace headgate::observe
